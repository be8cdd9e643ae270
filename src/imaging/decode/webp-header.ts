/** WebP (RFC 9649): a RIFF file whose first chunk says the size, by one of three layouts. */
import { budgets, describeBudget } from '../../base/budgets.ts';
import { ascii } from './image-format.ts';
import type { ImageHeader } from './image-header.ts';

/** «ANMF» as a number, which is compared sooner than text. */
const animationFrame = 0x464d4e41;

export function readWebpHeader(bytes: Buffer): ImageHeader {
  if (bytes.length < 30) return { format: 'webp', complete: false };
  const size = measureWebp(bytes);
  const complete = bytes.length >= 8 + bytes.readUInt32LE(4);
  if (size === undefined) return { format: 'webp', complete };
  const { limit } = budgets.imagePages;
  const pages = countFrames(bytes, limit + 1);
  const header = { format: 'webp' as const, ...size, channels: 3, bitsPerChannel: 8, pages, complete };
  if (pages <= limit) return header;
  const what = `has more than ${describeBudget(budgets.imagePages)} frames; save the one that shows the X-ray`;
  return { ...header, refusal: { kind: 'too-large', what } };
}

/** Pixels. Sections 2.5 to 2.7 of the container: lossy, lossless, extended. @returns undefined where the first chunk is none of these */
export function measureWebp(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (bytes.length < 30) return undefined;
  const layout = ascii(bytes, 12, 16);
  if (layout === 'VP8 ') {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  }
  if (layout === 'VP8L') {
    const packed = bytes.readUInt32LE(21);
    return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
  }
  return layout === 'VP8X' ? { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 } : undefined;
}

/** 1 for an image that does not move. */
function countFrames(bytes: Buffer, most: number): number {
  const isAnimated = ascii(bytes, 12, 16) === 'VP8X' && ((bytes[20] as number) & 2) !== 0;
  if (!isAnimated) return 1;
  let frames = 0;
  for (let at = 30; at + 8 <= bytes.length && frames < most;) {
    if (bytes.readUInt32LE(at) === animationFrame) frames += 1;
    const length = bytes.readUInt32LE(at + 4);
    // Chunks begin at even places.
    at += 8 + length + (length % 2);
  }
  return Math.max(1, frames);
}
