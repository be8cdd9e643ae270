/**
 * The one path from an image file to a network's input. Training, evaluation, prediction and the server all take it,
 * so no two of them can disagree about an image.
 */
import { decodeImage, toLuma, type DecodeLimits } from './decode.ts';
import type { PreprocessingSpec } from './preprocessing-spec.ts';
import { release } from './release.ts';
import { sampleNearest } from './resize.ts';

export { writeNetworkInput } from './network-input.ts';

/** Nothing can be seen in fewer pixels; such a file is an icon or an accident. */
const minimumSide = 8;

/**
 * Decode, grey, resize.
 *
 * @param file the name that error sentences use
 * @returns `width * height` grey bytes, row-major
 * @throws PneumoscopeError E_UNREADABLE_IMAGE, see `decodeGray`; also when a side is below 8 pixels
 */
export async function preprocess(
  bytes: Uint8Array,
  file: string,
  spec: PreprocessingSpec,
  limits: DecodeLimits = {},
): Promise<Uint8Array> {
  const image = await decodeImage(bytes, file, { minimumSide, ...limits });
  const sized = image.width === spec.width && image.height === spec.height;
  if (sized && image.channels === 1) return image.data;
  // Nearest picks pixels and luma is one pixel's own: picking first gives the same bytes for less work.
  const data = sized ? image.data : sampleNearest(image, spec.width, spec.height);
  const gray = image.channels === 1 ? data : toLuma(data, image.channels);
  release(image.data);
  return gray;
}
