/** Nearest-neighbour resampling, bit for bit Pillow's `resize(..., Image.NEAREST)`, which Keras uses by default. */
import type { GrayImage } from './gray-image.ts';

/**
 * No filter, so a strong reduction aliases: that is part of the reference.
 *
 * @param width, height wanted size, 1 or more; the aspect ratio is not kept
 * @returns the image itself when it already has that size
 */
export function resizeNearest(image: GrayImage, width: number, height: number): GrayImage {
  if (image.width === width && image.height === height) return image;
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const data = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const row = rows[y] as number;
    if (row < 0) {
      at += width;
      continue;
    }
    const start = row * image.width;
    for (let x = 0; x < width; x++, at++) {
      const column = columns[x] as number;
      data[at] = column < 0 ? 0 : (image.data[start + column] as number);
    }
  }
  return { width, height, data };
}

/**
 * The source position of each target position, or -1 where the sum has left the image. The step is accumulated, as
 * ImagingScaleAffine does (Pillow Geometry.c), because for ratios that are no dyadic fraction the rounding of the sum decides ties
 * that `floor((i + 0.5) * ratio)` would decide otherwise.
 */
export function nearestPositions(source: number, target: number): Int32Array {
  const positions = new Int32Array(target);
  const step = source / target;
  let at = step * 0.5;
  for (let i = 0; i < target; i++) {
    const position = Math.trunc(at);
    positions[i] = position < source ? position : -1;
    at += step;
  }
  return positions;
}
