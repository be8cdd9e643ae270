/** DICOM, the form in which hospitals keep images: told apart, so that the page can say what it is. The service does not read it. */

const magic = 'DICM';
/** Bytes before the magic; any content is allowed there. */
const preamble = 128;

/** Names that hospitals' archives give; many files have none of them, but a number and no ending. */
const dicomName = /(\.(dcm|dicom|ima|dic)|(^|\/)DICOMDIR)$/i;
const hasEnding = /\.[a-z][a-z0-9]{1,4}$/i;

/** By its content, or by its name where the content cannot be read. */
export async function isDicom(file: File): Promise<boolean> {
  try {
    const bytes = new Uint8Array(await file.slice(preamble, preamble + magic.length).arrayBuffer());
    return String.fromCharCode(...bytes) === magic || dicomName.test(file.name);
  } catch {
    return dicomName.test(file.name);
  }
}

/** Whether it is worth looking into a file that is no image by its name. */
export const mayBeDicom = (name: string): boolean => dicomName.test(name) || !hasEnding.test(name);
