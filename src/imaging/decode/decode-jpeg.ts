/** A JPEG file: whether its pixels are whole, and its pixels by whichever decoder is quicker. */
import { cleanJpeg } from './clean-jpeg.ts';
import type { Decoders } from './decoders.ts';
import type { ReadableHeader } from './image-header.ts';
import { isSmallJpeg } from './jpeg-decoder.ts';
import { checkScan } from './jpeg-scan.ts';
import type { DecodedImage } from './libvips.ts';

/**
 * @throws Error where the pixels are damaged, or a decoder warns of them
 */
export async function decodeJpeg(
  bytes: Buffer,
  header: ReadableHeader,
  maximumPixels: number,
  { jpegDecoder: quick, libvips }: Pick<Decoders, 'jpegDecoder' | 'libvips'>,
): Promise<DecodedImage> {
  if (quick !== undefined && isSmallJpeg(bytes, header)) {
    const state = checkScan(bytes);
    if (state === 'torn') throw createTornError();
    const decoded = state === 'usual' ? quick.decode(bytes, header) : undefined;
    if (decoded !== undefined) return decoded;
    return decodeCleanly(bytes, header, maximumPixels, libvips);
  }
  const decoding = decodeCleanly(bytes, header, maximumPixels, libvips);
  // Of several scans libvips reads all before the first row, and sees each warning; of one it does not see those of the last rows.
  if (header.scans === 1 && checkScan(bytes) === 'torn') {
    // It decodes in a thread of its own meanwhile: who is refused waits for it, so that no work is left behind.
    await decoding.catch(() => undefined);
    throw createTornError();
  }
  return decoding;
}

function createTornError(): Error {
  return new Error('its compressed pixels contradict themselves');
}

/** By libvips; where it refuses the file, once more without what no pixel depends on. */
async function decodeCleanly(
  bytes: Buffer,
  header: ReadableHeader,
  maximumPixels: number,
  libvips: Decoders['libvips'],
): Promise<DecodedImage> {
  try {
    return await libvips(bytes, header, maximumPixels);
  } catch (error) {
    const cleaned = cleanJpeg(bytes);
    if (cleaned.equals(bytes)) throw error;
    const again = await libvips(cleaned, header, maximumPixels).catch(() => undefined);
    // The first error says what is wrong with the file as it is.
    if (again === undefined) throw error;
    return again;
  }
}
