/** An image as a network sees it before it is scaled: grey, and of a DICOM file in the window that counts. */
import sharp from 'sharp';
import { release } from '../../base/release.ts';
import { decodeGray, type DecodeLimits } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { resizeBilinear } from '../../imaging/prepare/resample.ts';

/** Grey noise hardly shrinks, and who looks at an image waits. */
const compressionLevel = 3;

/**
 * @param file the name that error sentences use
 * @param maximumSide pixels; a larger image is scaled down, its proportions are kept
 * @returns a PNG of 8 bits, grey
 * @throws PneumoscopeError E_UNREADABLE_IMAGE, see `decodeGray`
 */
export async function showImage(
  bytes: Uint8Array,
  { file, limits, maximumSide }: { readonly file: string; readonly limits: DecodeLimits; readonly maximumSide: number },
): Promise<Uint8Array> {
  const whole = await decodeGray(bytes, file, limits);
  const { width, height, data } = fitWithin(whole, maximumSide);
  if (data !== whole.data) release(whole.data);
  const raw = { width, height, channels: 1 } as const;
  const png = await sharp(data, { raw }).toColourspace('b-w').png({ compressionLevel }).toBuffer();
  release(data);
  return png;
}

function fitWithin(image: GrayImage, maximumSide: number): GrayImage {
  const share = Math.min(1, maximumSide / Math.max(image.width, image.height));
  const scale = (side: number): number => Math.max(1, Math.round(side * share));
  return resizeBilinear(image, scale(image.width), scale(image.height));
}
