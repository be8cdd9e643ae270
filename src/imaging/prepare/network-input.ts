/** Grey bytes -> the float32 values a network sees. Apart from decoding, so that a thread can use it without a decoder. */
import type { PreprocessingSpec } from './preprocessing-spec.ts';

/**
 * Writes bytes as float32, times `rescale` in float32 arithmetic: `fround(v * fround(1/255))`. That differs from `fround(v / 255)` for
 * 126 of the 256 values, and is what Keras's `rescale` computes.
 *
 * @param offset index in `out` of the first value written
 */
export function writeNetworkInput(
  pixels: Uint8Array,
  spec: PreprocessingSpec,
  out: Float32Array,
  offset: number,
): void {
  const table = rescaleTable(spec.rescale);
  for (let i = 0, end = pixels.length; i < end; i++) out[offset + i] = table[pixels[i] as number] as number;
}

let lastTable: { readonly rescale: number; readonly table: Float32Array } | undefined;

/** The network input of each byte value. */
export function rescaleTable(rescale: number): Float32Array {
  if (lastTable?.rescale === rescale) return lastTable.table;
  const factor = Math.fround(rescale);
  const table = Float32Array.from({ length: 256 }, (_, value) => value * factor);
  lastTable = { rescale, table };
  return table;
}
