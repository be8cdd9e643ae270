/** Grey bytes -> the float32 values a network sees. Apart from decoding, so that a thread can use it without a decoder. */
import { writeRescaled } from '../../base/rescale-bytes.ts';
import type { PreprocessingSpec } from './preprocessing-spec.ts';

/**
 * Writes bytes as a network's input, see `writeRescaled`.
 *
 * @param offset index in `out` of the first value written
 */
export function writeNetworkInput(
  pixels: Uint8Array,
  spec: PreprocessingSpec,
  out: Float32Array,
  offset: number,
): void {
  writeRescaled(pixels, spec.rescale, out, offset);
}
