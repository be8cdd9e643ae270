/**
 * Encodes pixels as a JPEG and decodes them again, so that the last compression every image went through is the same one. What
 * coarser compressions before took away stays away.
 */
import sharp from 'sharp';
import { decodeGray } from '../decode/decode.ts';
import type { GrayImage } from '../gray-image.ts';

/**
 * A baseline JPEG of one channel with the tables of ITU-T T.81, annex K, scaled as IJG's `quality` says. The same pixels give the same
 * pixels wherever it runs.
 *
 * @param quality 1 to 100
 */
export async function recompress({ width, height, data }: GrayImage, quality: number): Promise<Uint8Array> {
  const encoded = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    // All written out: a default of the encoder that changed would change pixels.
    .jpeg({
      quality,
      progressive: false,
      mozjpeg: false,
      trellisQuantisation: false,
      overshootDeringing: false,
      optimiseScans: false,
      quantisationTable: 0,
    })
    .toBuffer();
  return (await decodeGray(encoded, 'The re-encoded image')).data;
}
