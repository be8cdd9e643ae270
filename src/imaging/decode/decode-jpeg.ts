/** A JPEG file: whether its pixels are whole, and then by whichever decoder is quicker. */
import { cleanJpeg } from './clean-jpeg.ts';
import type { ReadableHeader } from './image-header.ts';
import type { JpegDecoder } from './jpeg-decoder.ts';
import { checkScan } from './jpeg-scan.ts';
import { decodeWithLibvips, type DecodedImage } from './libvips.ts';

/**
 * @param quick decodes small files in this thread
 * @throws Error where the pixels are damaged, or a decoder warns of them
 */
export async function decodeJpeg(
  bytes: Buffer,
  header: ReadableHeader,
  maximumPixels: number,
  quick?: JpegDecoder,
): Promise<DecodedImage> {
  // Of several scans libvips reads all before the first row, and sees each warning; of one it does not see those of the last rows.
  const state = header.scans === 1 ? checkScan(bytes) : 'other';
  if (state === 'torn') throw new Error('its compressed pixels contradict themselves');
  const decoded = state === 'usual' ? quick?.decode(bytes, header) : undefined;
  if (decoded !== undefined) return decoded;
  try {
    return await decodeWithLibvips(bytes, header, maximumPixels);
  } catch (error) {
    const cleaned = cleanJpeg(bytes);
    if (cleaned.equals(bytes)) throw error;
    const again = await decodeWithLibvips(cleaned, header, maximumPixels).catch(() => undefined);
    // The first error says what is wrong with the file as it is.
    if (again === undefined) throw error;
    return again;
  }
}
