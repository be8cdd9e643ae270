/** PNG (W3C, third edition) section 5: chunks of length, type, data and CRC, the last of which is IEND. */
import { budgets, describeBudget } from '../../base/budgets.ts';
import { ascii } from './image-format.ts';
import type { ImageHeader } from './image-header.ts';

/** Names of chunks as numbers, which are compared sooner than text. */
const imageEnd = 0x49454e44;
const animationControl = 0x6163544c;

/** Pixels, from the first chunk. @returns undefined where it is not whole */
export function measurePng(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 33 || ascii(bytes, 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

export function readPngHeader(bytes: Buffer): ImageHeader {
  const size = measurePng(bytes);
  if (size === undefined) return { format: 'png', complete: false };
  const colourType = bytes[25] as number;
  const header = {
    format: 'png' as const,
    ...size,
    bitsPerChannel: bytes[24] as number,
    channels: colourType === 0 || colourType === 4 ? 1 : 3,
  };
  const { limit } = budgets.pngChunks;
  let pages = 1;
  let chunks = 0;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.readUInt32BE(at + 4);
    if (name === imageEnd) return { ...header, pages, complete: true };
    if (name === animationControl) pages = bytes.readUInt32BE(at + 8);
    chunks += 1;
    if (chunks > limit) {
      const what = `has more than ${describeBudget(budgets.pngChunks)} chunks; save it anew`;
      return { ...header, refusal: { kind: 'too-large', what }, complete: true };
    }
  }
  return { ...header, complete: false };
}
