/** Words within compressed pixels, which programs put there and no header tells of: JPEG, JPEG-LS and JPEG 2000 have segments for them. */

/** Start of a scan, and of a tile: the pixels begin. */
const pixelMarkers: ReadonlySet<number> = new Set([0xda, 0x90]);
/** COM of JPEG and JPEG-LS; APP1 to APP13 but APP8, which is JPEG-LS's own; COM of JPEG 2000. */
const wordMarkers: ReadonlySet<number> = new Set([
  0xfe, 0x64, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe9, 0xea, 0xeb, 0xec, 0xed,
]);
/** What encoders sign with. */
const signature =
  /^(Created by (GDCM\/)?OpenJPEG version [\d.]+|Kakadu-v?[\d.]+|OpenJPH Ver [\d.]+\.?|CREATOR: [\w ./-]+)\0*$/;

/** Whether the codestream has comments before its pixels, other than the names of encoders. RLE and what is no codestream has none. */
export function hasComments(codestream: Uint8Array): boolean {
  const bytes = Buffer.from(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  const start = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  const isJpeg2000 = start === 0xff4f;
  if (!isJpeg2000 && start !== 0xffd8) return false;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || pixelMarkers.has(marker)) return false;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    // JPEG 2000 says in two bytes more how the words are written.
    const words = bytes.subarray(at + (isJpeg2000 ? 6 : 4), end).toString('latin1');
    if (wordMarkers.has(marker) && !signature.test(words)) return true;
    at = end;
  }
  return false;
}
