/**
 * The one path from an image file to a network's input. Training, evaluation, prediction and the server all take it,
 * so no two of them can disagree about an image.
 */
import { decodeGray, type DecodeLimits } from './decode.ts';
import type { PreprocessingSpec } from './preprocessing-spec.ts';
import { resizeNearest } from './resize.ts';

/** Nothing can be seen in fewer pixels; such a file is an icon or an accident. */
const minimumSide = 8;

/**
 * Decode, grey, resize.
 *
 * @param file the name that error sentences use
 * @returns `width * height` grey bytes, row-major
 * @throws PneumoscopeError E_UNREADABLE_IMAGE, see {@link decodeGray}; also when a side is below 8 pixels
 */
export async function preprocess(
  bytes: Uint8Array,
  file: string,
  spec: PreprocessingSpec,
  limits: DecodeLimits = {},
): Promise<Uint8Array> {
  const image = await decodeGray(bytes, file, { minimumSide, ...limits });
  return resizeNearest(image, spec.width, spec.height).data;
}

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
  for (let i = 0; i < pixels.length; i++) out[offset + i] = table[pixels[i] as number] as number;
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
