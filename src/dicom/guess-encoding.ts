/** How a data set is encoded, told by its first elements alone: for files without a header, and for those whose header is wrong. */

export type DataSetEncoding = 'implicit-little' | 'explicit-little' | 'explicit-big';

/** Value representations of PS3.5, table 6.2-1, whose length takes two bytes. */
export const shortVrs: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);
/** Those whose length takes four, behind two unused bytes. */
const longVrs: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** Of the file's beginning: a first element and the header of a second. */
const lookedAt = 256;
/** Nearly every data set begins in group 0008; a file whose preamble was lost begins in group 0002. */
const firstGroups = new Set([0x0002, 0x0008]);

interface ElementHeader {
  readonly tag: number;
  /** where the value ends */
  readonly end: number;
}

/** @returns undefined where no data set begins there in a form that can be told */
export function guessEncoding(bytes: Uint8Array, start: number): DataSetEncoding | undefined {
  const head = bytes.subarray(start, start + lookedAt);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const encodings: readonly DataSetEncoding[] = ['explicit-little', 'explicit-big', 'implicit-little'];
  return encodings.find((encoding) => isEncodedSo(view, encoding));
}

function isEncodedSo(view: DataView, encoding: DataSetEncoding): boolean {
  const first = readElementHeader(view, 0, encoding);
  if (first === undefined || !firstGroups.has(first.tag >>> 16)) return false;
  // Implicit VR has no letters to be known by, so there the second element must show it.
  if (first.end + 8 > view.byteLength) return encoding !== 'implicit-little';
  const second = readElementHeader(view, first.end, encoding);
  return second !== undefined && second.tag > first.tag && second.tag <= 0x7fe0_0010;
}

/** @returns undefined where the bytes are none */
function readElementHeader(view: DataView, at: number, encoding: DataSetEncoding): ElementHeader | undefined {
  if (at + 8 > view.byteLength) return undefined;
  const isLittle = encoding !== 'explicit-big';
  const tag = view.getUint16(at, isLittle) * 0x1_0000 + view.getUint16(at + 2, isLittle);
  if (encoding === 'implicit-little') {
    const length = view.getUint32(at + 4, isLittle);
    return { tag, end: at + 8 + length };
  }
  const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  if (shortVrs.has(vr)) return { tag, end: at + 8 + view.getUint16(at + 6, isLittle) };
  if (!longVrs.has(vr) || at + 12 > view.byteLength) return undefined;
  return { tag, end: at + 12 + view.getUint32(at + 8, isLittle) };
}
