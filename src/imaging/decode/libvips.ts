/** The decoder of all formats: libvips, through sharp, in threads of its own. */
import sharp from 'sharp';
import type { GrayImage } from '../gray-image.ts';
import type { ReadableHeader } from './image-header.ts';

/** An image as stored, before its colour becomes grey: interleaved bytes, 1 channel or 3; of 16 bits two bytes for each value. */
export type DecodedImage = GrayImage & { readonly channels: number };

// Every file is decoded once: keeping libvips's operations for reuse costs time and up to 50 MB.
sharp.cache(false);
// Decoding a JPEG is serial; libvips's threads would hand its strips to each other. Files are decoded side by side instead.
sharp.concurrency(1);

/**
 * @param header of these bytes, or with as many channels and bits: 16 of grey images alone
 * @returns values of 16 bits in the byte order of the machine
 * @throws Error by libvips: damaged, or above the limit; also where its libraries only warn
 */
export async function decodeWithLibvips(
  bytes: Uint8Array,
  { channels, bitsPerChannel = 8 }: Pick<ReadableHeader, 'channels' | 'bitsPerChannel'>,
  maximumPixels: number,
): Promise<DecodedImage> {
  const source = sharp(bytes, { ignoreIcc: true, failOn: 'warning', limitInputPixels: maximumPixels }).removeAlpha();
  // libvips's own grey conversion weighs linear light, Pillow's does not: let libvips do the grey files only.
  const isDeep = bitsPerChannel === 16;
  const target = channels === 1 ? source.toColourspace(isDeep ? 'grey16' : 'b-w') : source;
  const { data, info } = await target.raw({ depth: isDeep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}
