/**
 * The one path from an image file to a network's input. Training, evaluation, prediction and the server all take it,
 * so no two of them can disagree about an image.
 */
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import { cropBorder } from './crop.ts';
import { decodeImage, toLuma, type DecodeLimits } from '../decode/decode.ts';
import type { DecodedImage } from '../decode/libvips.ts';
import type { GrayImage } from '../gray-image.ts';
import { matchHistogram } from './histogram.ts';
import { pasteOnBlack, placeLetterbox, type Placement } from './letterbox.ts';
import { preprocessingOptionNames, type PreprocessingSpec } from './preprocessing-spec.ts';
import { recompress } from './recompress.ts';
import { release } from '../../base/release.ts';
import { resizeBilinear } from './resample.ts';
import { resizeNearest, sampleNearest } from './resize.ts';

export { writeNetworkInput } from './network-input.ts';

/** Nothing can be seen in fewer pixels; such a file is an icon or an accident. */
const minimumSide = 8;

/**
 * Decode, grey, crop, resize, histogram, JPEG: those of them that the spec asks for, in this order.
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
  return (await preprocessImage(bytes, file, spec, limits)).pixels;
}

/** What a network sees of a file, and what it does not see. */
export interface PreprocessedImage {
  /** As {@link preprocess} gives them. */
  readonly pixels: Uint8Array;
  /** Images in the file, such as the pages of a TIFF; the first is read. */
  readonly pages: number;
  /** Of a DICOM file; null: it is none. */
  readonly facts: HeaderFacts | null;
  /** How its values became grey levels; null where it has 8 bits and no window. */
  readonly display: string | null;
}

/** As {@link preprocess}, for who also tells of the pages that were not read. */
export async function preprocessImage(
  bytes: Uint8Array,
  file: string,
  spec: PreprocessingSpec,
  limits: DecodeLimits = {},
): Promise<PreprocessedImage> {
  const image = await decodeImage(bytes, file, { minimumSide, ...limits });
  const { facts, display, header } = image;
  return { pixels: await prepare(image, spec), pages: header.pages ?? 1, facts, display };
}

async function prepare(image: DecodedImage, spec: PreprocessingSpec): Promise<Uint8Array> {
  const { width, height, channels } = image;
  if (!isPlain(spec)) {
    const gray = channels === 1 ? image.data : toLuma(image.data, channels);
    if (gray !== image.data) release(image.data);
    const sized = resize({ width, height, data: gray }, spec);
    release(gray);
    return finish(sized, spec);
  }
  const sized = width === spec.width && height === spec.height;
  if (sized && channels === 1) return image.data;
  // Nearest picks pixels and luma is one pixel's own: picking first gives the same bytes for less work.
  const data = sized ? image.data : sampleNearest(image, spec.width, spec.height);
  const gray = channels === 1 ? data : toLuma(data, channels);
  release(image.data);
  return gray;
}

/**
 * {@link preprocess} after its decoding, for who decodes an image once and prepares it in several ways.
 *
 * @param image of any size; left as it is
 * @returns `width * height` grey bytes of their own
 */
export async function preprocessDecoded(image: GrayImage, spec: PreprocessingSpec): Promise<Uint8Array> {
  return finish(resize(image, spec), spec);
}

/** An image in the frame that the network sees. */
interface Framed {
  /** of the image, without bars around it; never the bytes of the image given */
  readonly pixels: Uint8Array;
  readonly placement: Placement;
}

/** Only what samples pixels, so that the image's many bytes can be freed before the slower rest. */
function resize(image: GrayImage, { width, height, ...spec }: PreprocessingSpec): Framed {
  const kept = spec.crop === undefined ? image : cropBorder(image, spec.crop);
  const placement =
    spec.fit === undefined ? { left: 0, top: 0, width, height } : placeLetterbox(kept, { width, height });
  const method = spec.resize === 'bilinear' ? resizeBilinear : resizeNearest;
  const { data } = method(kept, placement.width, placement.height);
  if (kept !== image && data !== kept.data) release(kept.data);
  // Not slice(): that of a Buffer is a view.
  return { pixels: data === image.data ? new Uint8Array(data) : data, placement };
}

async function finish(
  { pixels, placement }: Framed,
  { width, height, histogram, jpegQuality }: PreprocessingSpec,
): Promise<Uint8Array> {
  if (histogram !== undefined) matchHistogram(pixels, histogram);
  const data = pasteOnBlack(pixels, placement, { width, height });
  return jpegQuality === undefined ? data : recompress({ width, height, data }, jpegQuality);
}

/** The article's way, without any option. */
function isPlain(spec: PreprocessingSpec): boolean {
  return spec.resize === 'nearest' && preprocessingOptionNames.every((name) => spec[name] === undefined);
}
