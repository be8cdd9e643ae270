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
  for (let y = 0; y < height; y++) {
    const row = rows[y] as number;
    if (row < 0) continue;
    if (channels === 1) {
      const start = row * image.width;
      const to = y * width;
      // A position outside the image (-1) leaves the pixel 0.
      for (let x = 0; x < width; x++) {
        const column = columns[x] as number;
        if (column >= 0) data[to + x] = source[start + column] as number;
      }
      continue;
    }
    for (let x = 0; x < width; x++) {
      const column = columns[x] as number;
      if (column < 0) continue;
      const from = (row * image.width + column) * channels;
      const to = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) data[to + channel] = source[from + channel] as number;
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
