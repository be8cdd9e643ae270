/** Cuts the border away: markers, collimator edges and burnt-in letters stand there, and lungs do not. */
import type { GrayImage } from '../gray-image.ts';

/**
 * From each side of `n` pixels `round(share * n)` are cut at either end (halves up), but never so many that no pixel is
 * left.
 *
 * @param share above 0, at most 0.3
 */
export function cropBorder({ width, height, data }: GrayImage, share: number): GrayImage {
  const left = countCut(width, share);
  const top = countCut(height, share);
  const cropped = { width: width - 2 * left, height: height - 2 * top };
  const target = new Uint8Array(cropped.width * cropped.height);
  for (let y = 0; y < cropped.height; y++) {
    const start = (top + y) * width + left;
    target.set(data.subarray(start, start + cropped.width), y * cropped.width);
  }
  return { ...cropped, data: target };
}

function countCut(side: number, share: number): number {
  return Math.min(Math.round(share * side), Math.floor((side - 1) / 2));
}
