/** IEEE 754 half precision, as bits in a Uint16Array: JavaScript got an array of its own for it after the oldest Node that will do here. */

/** The largest number that float16 holds. */
export const largestFloat16 = 65_504;

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** Rounds to the nearest, ties to even; what is too large becomes infinite, NaN stays NaN. */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const result = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    number[0] = values[index] as number;
    result[index] = toHalfBits(bits[0] as number);
  }
  return result;
}

/** Exact: every float16 is a float32 too. */
export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) result[index] = toNumber(halves[index] as number);
  return result;
}

/** @param single the bits of a float32: sign 1, exponent 8, fraction 23 */
function toHalfBits(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const fraction = single & 0x7f_ffff;
  const biased = (single >>> 23) & 0xff;
  if (biased === 0xff) return sign | (fraction === 0 ? 0x7c00 : 0x7e00);
  const exponent = biased - 127 + 15;
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent > 0) return sign | round((exponent << 23) | fraction, 13);
  // Below the smallest normal number the leading 1 is written out, and shifted with the rest.
  return exponent < -10 ? sign : sign | round(0x80_0000 | fraction, 14 - exponent);
}

/** Drops the last bits. A carry out of the fraction raises the exponent, which is what rounding up means there. */
function round(value: number, dropped: number): number {
  const kept = value >>> dropped;
  const rest = value & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function toNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
