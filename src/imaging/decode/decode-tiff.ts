/** The first page of a TIFF file: what libvips reads wrongly or not at all is given to it in pieces that it reads rightly. */
import { release } from '../../base/release.ts';
import { cleanTiff } from './clean-tiff.ts';
import type { Decoders } from './decoders.ts';
import type { DecodedImage } from './libvips.ts';
import { countColours, jpegCompression, photometrics } from './tiff-header.ts';
import { TiffFile } from './tiff-file.ts';
import { readTiffPage, type TiffPage } from './tiff-page.ts';
import { turn } from './turn.ts';
import { convertYcbcr } from './ycbcr.ts';

/**
 * @param bytes whose header was read and not refused
 * @returns upright, as its orientation says: Pillow turns a TIFF too, unlike a JPEG
 */
export async function decodeTiff(
  bytes: Buffer,
  _: unknown,
  maximumPixels: number,
  { libvips }: Pick<Decoders, 'libvips'>,
): Promise<DecodedImage> {
  const decode: Decode = (cleaned, header) => libvips(cleaned, header, maximumPixels);
  const file = new TiffFile(bytes);
  const directory = file.readDirectory(file.first);
  const page = directory === undefined ? undefined : readTiffPage(file, directory);
  if (page === undefined) throw new TypeError('a TIFF is decoded whose header was refused');
  const image = page.isPlanar && page.samples > 1 ? await decodePlanes(page, decode) : await decodePage(page, decode);
  if (page.photometric === photometrics.ycbcr && page.compression !== jpegCompression) convertYcbcr(image.data, page);
  return turn(image, page.orientation);
}

type Decode = (bytes: Uint8Array, header: { readonly channels: number }) => Promise<DecodedImage>;

async function decodePage(page: TiffPage, decode: Decode, sample?: number): Promise<DecodedImage> {
  const cleaned = cleanTiff(page, sample);
  // A plane of a colour image is grey.
  const isGrey = countColours(page) === 1 || (sample !== undefined && page.photometric !== photometrics.palette);
  try {
    return keepColours(await decode(cleaned, { channels: isGrey ? 1 : 3 }));
  } finally {
    release(cleaned);
  }
}

/** libvips drops one channel behind the colours, not several. */
function keepColours(image: DecodedImage): DecodedImage {
  const { width, height, channels, data } = image;
  if (channels <= 3) return image;
  const kept = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < kept.length; from += channels, to += 3) {
    for (let channel = 0; channel < 3; channel++) kept[to + channel] = data[from + channel] as number;
  }
  release(data);
  return { width, height, channels: 3, data: kept };
}

/** Samples that lie apart, alpha left out. */
async function decodePlanes(page: TiffPage, decode: Decode): Promise<DecodedImage> {
  const isColour = page.photometric === photometrics.rgb || page.photometric === photometrics.ycbcr;
  const first = await decodePage(page, decode, 0);
  if (!isColour) return first;
  const { width, height } = first;
  const data = new Uint8Array(width * height * 3);
  for (let sample = 0; sample < 3; sample++) {
    const plane = sample === 0 ? first : await decodePage(page, decode, sample);
    for (let from = 0, to = sample; to < data.length; from++, to += 3) data[to] = plane.data[from] as number;
    release(plane.data);
  }
  return { width, height, channels: 3, data };
}
