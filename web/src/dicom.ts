/** DICOM, the form in which hospitals keep images: told apart, often without a name that says so. */

const magic = 'DICM';
/** Bytes before the magic; any content is allowed there. */
const preamble = 128;
const groups = new Set([0x0002, 0x0008]);

/** Names that hospitals' archives give; many files have none of them, but a number and no ending. */
const dicomName = /\.(dcm|dicom|ima|dic)$/i;
const directoryName = /(^|\/)DICOMDIR$/i;
const hasEnding = /\.[a-z][a-z0-9]{1,4}$/i;

/** By its content, or by its name where the content cannot be read. */
export async function isDicom(file: File): Promise<boolean> {
  try {
    const bytes = new Uint8Array(await file.slice(0, preamble + magic.length).arrayBuffer());
    return (
      String.fromCharCode(...bytes.subarray(preamble)) === magic || beginsAtOnce(bytes) || dicomName.test(file.name)
    );
  } catch {
    return dicomName.test(file.name);
  }
}

/** Without a preamble, the first element is one of the groups 0002 or 0008, with a small number. */
function beginsAtOnce(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer);
  return (
    bytes.length > 8 &&
    [true, false].some((isLittle) => groups.has(view.getUint16(0, isLittle)) && view.getUint16(2, isLittle) < 0x0100)
  );
}

/** Whether it is worth looking into a file that is no image by its name. A table of contents holds no image. */
export const mayBeDicom = (name: string): boolean =>
  !directoryName.test(name) && (dicomName.test(name) || !hasEnding.test(name));
