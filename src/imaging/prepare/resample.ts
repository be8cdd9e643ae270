/**
 * Antialiased bilinear resampling, bit for bit Pillow's `resize(..., Image.BILINEAR)` of grey images (Resample.c): a triangle as
 * wide as two target pixels, or two source pixels when enlarging, in fixed point of 22 fractional bits, rows first.
 */
import type { GrayImage } from '../gray-image.ts';

const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/**
 * @param width, height wanted size, 1 or more; the aspect ratio is not kept
 * @returns the image itself when it already has that size
 */
export function resizeBilinear(image: GrayImage, width: number, height: number): GrayImage {
  const wide = image.width === width ? image : resampleRows(image, width);
  return wide.height === height ? wide : resampleColumns(wide, height);
}

interface Coefficients {
  /** index of the first source pixel of each target pixel */
  readonly starts: Int32Array;
  /** number of source pixels */
  readonly counts: Int32Array;
  /** weights in fixed point, `stride` for each target pixel */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** precompute_coeffs and normalize_coeffs_8bpc, operation by operation, because their rounding is part of the result. */
function computeCoefficients(source: number, target: number): Coefficients {
  const scale = source / target;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(target);
  const counts = new Int32Array(target);
  const weights = new Int32Array(target * stride);
  const shares = new Float64Array(stride);
  for (let to = 0; to < target; to++) {
    const centre = (to + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const count = Math.min(Math.trunc(centre + support + 0.5), source) - start;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const share = Math.max(1 - Math.abs((i + start - centre + 0.5) * (1 / support)), 0);
      shares[i] = share;
      sum += share;
    }
    for (let i = 0; i < count; i++) {
      const share = (shares[i] as number) / sum;
      weights[to * stride + i] = Math.trunc(0.5 + share * (1 << fractionBits));
    }
    starts[to] = start;
    counts[to] = count;
  }
  return { starts, counts, weights, stride };
}

/** Four rows at a time share each weight, which takes half the time of one row after the other. */
function resampleRows({ width: sourceWidth, height, data: source }: GrayImage, width: number): GrayImage {
  const { starts, counts, weights, stride } = computeCoefficients(sourceWidth, width);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 4) {
    // Below the last row the last row again: it is computed more than once, to the same values.
    const second = Math.min(y + 1, height - 1);
    const third = Math.min(y + 2, height - 1);
    const fourth = Math.min(y + 3, height - 1);
    for (let x = 0; x < width; x++) {
      const start = starts[x] as number;
      let a = y * sourceWidth + start;
      let b = second * sourceWidth + start;
      let c = third * sourceWidth + start;
      let d = fourth * sourceWidth + start;
      let [sumA, sumB, sumC, sumD] = [half, half, half, half];
      let at = x * stride;
      for (const end = at + (counts[x] as number); at < end; at++) {
        const weight = weights[at] as number;
        sumA = (sumA + Math.imul(source[a++] as number, weight)) | 0;
        sumB = (sumB + Math.imul(source[b++] as number, weight)) | 0;
        sumC = (sumC + Math.imul(source[c++] as number, weight)) | 0;
        sumD = (sumD + Math.imul(source[d++] as number, weight)) | 0;
      }
      data[y * width + x] = sumA >> fractionBits;
      data[second * width + x] = sumB >> fractionBits;
      data[third * width + x] = sumC >> fractionBits;
      data[fourth * width + x] = sumD >> fractionBits;
    }
  }
  return { width, height, data };
}

function resampleColumns({ width, height: sourceHeight, data: source }: GrayImage, height: number): GrayImage {
  const { starts, counts, weights, stride } = computeCoefficients(sourceHeight, height);
  const data = new Uint8Array(width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let i = 0, count = counts[y] as number; i < count; i++) {
      const weight = weights[y * stride + i] as number;
      const from = ((starts[y] as number) + i) * width;
      for (let x = 0; x < width; x++) {
        sums[x] = ((sums[x] as number) + Math.imul(source[from + x] as number, weight)) | 0;
      }
    }
    for (let x = 0; x < width; x++) data[y * width + x] = (sums[x] as number) >> fractionBits;
  }
  return { width, height, data };
}
