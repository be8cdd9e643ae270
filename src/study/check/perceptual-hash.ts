/**
 * A short fingerprint of what an image looks like, that survives another compression, size and slight changes of grey: the
 * 64-bit DCT hash known as pHash (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1).
 */
import type { GrayImage } from '../../imaging/gray-image.ts';

export const thumbnailSide = 32;
/** Low frequencies that are kept in each direction. */
const kept = 8;

/** cos((2 n + 1) k pi / 64), the DCT-II without its scale, which no comparison with a median sees. */
const cosines = Float64Array.from({ length: kept * thumbnailSide }, (_, at) => {
  const k = Math.floor(at / thumbnailSide);
  return Math.cos(((2 * (at % thumbnailSide) + 1) * k * Math.PI) / (2 * thumbnailSide));
});

/**
 * The mean grey of each cell of a 32 x 32 grid over the image, whatever its aspect ratio; a pixel that lies in several cells
 * counts in each by its share.
 *
 * @returns 1024 values 0..255, row-major
 */
export function computeThumbnail({ width, height, data }: GrayImage): Float64Array {
  const side = thumbnailSide;
  const sums = new Float64Array(side * side);
  const cells = new Float64Array(side);
  // integral[x] is the sum of the row's pixels left of x.
  const integral = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    for (let x = 0, sum = 0; x < width; x++) {
      sum += data[start + x] as number;
      integral[x + 1] = sum;
    }
    for (let column = 0, left = 0; column < side; column++) {
      const right = readIntegral(integral, ((column + 1) * width) / side);
      cells[column] = right - left;
      left = right;
    }
    const last = Math.min(side - 1, Math.ceil(((y + 1) * side) / height) - 1);
    for (let row = Math.floor((y * side) / height); row <= last; row++) {
      const share = Math.min(y + 1, ((row + 1) * height) / side) - Math.max(y, (row * height) / side);
      for (let column = 0; column < side; column++) {
        const at = row * side + column;
        sums[at] = (sums[at] as number) + share * (cells[column] as number);
      }
    }
  }
  const area = (width * height) / (side * side);
  return sums.map((sum) => sum / area);
}

function readIntegral(integral: Float64Array, at: number): number {
  const whole = Math.min(Math.floor(at), integral.length - 2);
  const before = integral[whole] as number;
  return before + (at - whole) * ((integral[whole + 1] as number) - before);
}

/**
 * The 8 x 8 lowest frequencies of the thumbnail's DCT, each one bit: above their median or not. In reading order, the first
 * coefficient in the highest bit.
 *
 * @param thumbnail of {@link computeThumbnail}
 * @returns two unsigned halves of 32 bits
 */
export function computePerceptualHash(thumbnail: Float64Array): readonly [high: number, low: number] {
  const side = thumbnailSide;
  const columns = new Float64Array(kept * side);
  for (let k = 0; k < kept; k++) {
    for (let n = 0; n < side; n++) {
      const cosine = cosines[k * side + n] as number;
      for (let x = 0; x < side; x++) {
        const at = k * side + x;
        columns[at] = (columns[at] as number) + cosine * (thumbnail[n * side + x] as number);
      }
    }
  }
  const coefficients = new Float64Array(kept * kept);
  for (let k = 0; k < kept; k++) {
    for (let l = 0; l < kept; l++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += (columns[k * side + x] as number) * (cosines[l * side + x] as number);
      coefficients[k * kept + l] = sum;
    }
  }
  const sorted = coefficients.toSorted();
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  const halves = [0, 0];
  coefficients.forEach((coefficient, i) => {
    if (coefficient > median) halves[i >> 5] = ((halves[i >> 5] as number) | (1 << (31 - (i & 31)))) >>> 0;
  });
  return [halves[0] as number, halves[1] as number];
}

/** How many of 32 bits are set. */
export function countBits(bits: number): number {
  let count = bits - ((bits >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
