/** Nearest-neighbour resampling, bit for bit Pillow's `resize(..., Image.NEAREST)`, which Keras uses by default. */
import type { GrayImage } from '../gray-image.ts';

/**
 * No filter, so a strong reduction aliases: that is part of the reference.
 *
 * @param width, height wanted size, 1 or more; the aspect ratio is not kept
 * @returns the image itself when it already has that size
 */
export function resizeNearest(image: GrayImage, width: number, height: number): GrayImage {
  if (image.width === width && image.height === height) return image;
  return { width, height, data: sampleNearest({ ...image, channels: 1 }, width, height) };
}

/** The same for interleaved channels; `data.length` is `width * height * channels`, before and after. */
export function sampleNearest(
  image: GrayImage & { readonly channels: number },
  width: number,
  height: number,
): Uint8Array {
  const { data: source, channels } = image;
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const data = new Uint8Array(width * height * channels);
  // A position outside the image (-1) leaves the pixel 0; only the last ones can be outside.
  const inside = countInside(columns);
  for (let y = 0, visible = countInside(rows); y < visible; y++) {
    const start = (rows[y] as number) * image.width;
    let to = y * width * channels;
    if (channels === 1) {
      for (let x = 0; x < inside; x++) data[to + x] = source[start + (columns[x] as number)] as number;
      continue;
    }
    for (let x = 0; x < inside; x++) {
      const from = (start + (columns[x] as number)) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = source[from + channel] as number;
    }
  }
  return data;
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

function countInside(positions: Int32Array): number {
  let count = positions.length;
  while (count > 0 && (positions[count - 1] as number) < 0) count--;
  return count;
}
