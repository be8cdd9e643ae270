/**
 * What a JPEG of some quality does to grey levels: each 8 x 8 block's cosine transform is rounded to multiples of a table
 * (ITU-T T.81, annexes A.3 and K.1; the scale is that of IJG's `quality`). An encoder and decoder give nearly the same levels and take five
 * times as long. Where they differ a coefficient lay midway between two multiples and their whole-number transform rounded it the other
 * way; after an earlier JPEG of the same blocks many lie there, and a block can then differ by several levels.
 */

import { luminanceTable, scaleTable } from '../jpeg-tables.ts';

/** Row u holds the cosine of frequency u, so that the rows are orthonormal. */
const cosines = Float64Array.from({ length: 64 }, (_, i) => {
  const [u, x] = [i >> 3, i & 7];
  return Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

/**
 * @param target `width * height` grey levels 0..255, changed in place to whole levels 0..255
 * @param quality 1 to 100
 */
export function quantizeAsJpeg(target: Float32Array, width: number, height: number, quality: number): void {
  const table = Float64Array.from(scaleTable(luminanceTable, quality));
  const block = new Float64Array(64);
  const half = new Float64Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      // Beyond the last row and column the last one is repeated, as encoders do.
      for (let y = 0; y < 8; y++) {
        const row = Math.min(top + y, height - 1) * width;
        for (let x = 0; x < 8; x++) {
          block[y * 8 + x] = Math.round(target[row + Math.min(left + x, width - 1)] as number) - 128;
        }
      }
      transform(block, half);
      for (let i = 0; i < 64; i++) {
        const step = table[i] as number;
        block[i] = Math.round((block[i] as number) / step) * step;
      }
      invert(block, half);
      for (let y = 0; y < Math.min(8, height - top); y++) {
        for (let x = 0; x < Math.min(8, width - left); x++) {
          const level = Math.round((block[y * 8 + x] as number) + 128);
          target[(top + y) * width + left + x] = Math.max(0, Math.min(255, level));
        }
      }
    }
  }
}

/** block = C block Cᵀ */
function transform(block: Float64Array, half: Float64Array): void {
  multiply(block, half, 8, 1);
  multiply(half, block, 8, 1);
}

/** block = Cᵀ block C */
function invert(block: Float64Array, half: Float64Array): void {
  multiply(block, half, 1, 8);
  multiply(half, block, 1, 8);
}

/** out = (M in)ᵀ with M the cosines (steps 8, 1) or their transpose (1, 8): twice makes both sides. */
function multiply(values: Float64Array, out: Float64Array, rowStep: number, columnStep: number): void {
  for (let u = 0; u < 8; u++) {
    const first = u * rowStep;
    const [c0, c1, c2, c3] = [
      cosines[first] as number,
      cosines[first + columnStep] as number,
      cosines[first + 2 * columnStep] as number,
      cosines[first + 3 * columnStep] as number,
    ];
    const [c4, c5, c6, c7] = [
      cosines[first + 4 * columnStep] as number,
      cosines[first + 5 * columnStep] as number,
      cosines[first + 6 * columnStep] as number,
      cosines[first + 7 * columnStep] as number,
    ];
    for (let x = 0; x < 8; x++) {
      out[x * 8 + u] =
        c0 * (values[x] as number) +
        c1 * (values[8 + x] as number) +
        c2 * (values[16 + x] as number) +
        c3 * (values[24 + x] as number) +
        c4 * (values[32 + x] as number) +
        c5 * (values[40 + x] as number) +
        c6 * (values[48 + x] as number) +
        c7 * (values[56 + x] as number);
    }
  }
}
