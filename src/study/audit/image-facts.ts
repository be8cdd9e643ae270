/**
 * What an image file says beside its pixels: size, mode, compression, profiles. None of it should tell anything about a lung; in
 * real data sets much of it does. Nothing is decoded.
 */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import sharp, { type Metadata } from 'sharp';
import { PneumoscopeError } from '../../base/errors.ts';
import { hashBytes } from '../../base/files/digest.ts';
import { readImageHeader } from '../../imaging/decode/container.ts';
import { recogniseRefusedFormat, type ImageFormat } from '../../imaging/decode/image-format.ts';
import type { ImageHeader } from '../../imaging/decode/image-header.ts';
import { TiffFile } from '../../imaging/decode/tiff-file.ts';
import { tiffTags } from '../../imaging/decode/tiff-page.ts';
import { viewAsBuffer } from '../../imaging/decode/view-as-buffer.ts';
import { fitQuality, readJpegFacts } from './jpeg-facts.ts';

export interface ImageFacts {
  readonly bytes: number;
  /** of the file, hexadecimal */
  readonly sha256: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  /** as stored, without alpha: 1 grey, 3 colour (or a palette), 4 CMYK */
  readonly channels: number;
  readonly bitsPerChannel: number;
  /** a progressive JPEG or an interlaced PNG */
  readonly progressive: boolean;
  /** 0 where there is none */
  readonly iccBytes: number;
  readonly exif: boolean;
  /** MCUs between restart markers, 0 where there are none */
  readonly restartInterval: number;
  /** short digest of all quantisation tables, '' where the format has none */
  readonly quantisation: string;
  /** IJG quality 1..100 that fits the luminance table best; undefined where the format has none */
  readonly quality: number | undefined;
}

type FormatFacts = Omit<ImageFacts, 'bytes' | 'sha256' | 'format'>;

/**
 * A file that is cut short behind its header still has facts; whether its pixels can be read is the decoder's to say.
 *
 * @param bytes of the whole file
 * @param file the name that error sentences use
 * @throws PneumoscopeError E_UNREADABLE_IMAGE: not of a format that is read, or without a whole header
 */
export async function readImageFacts(bytes: Uint8Array, file: string): Promise<ImageFacts> {
  const buffer = viewAsBuffer(bytes);
  const header = readImageHeader(buffer);
  if (header === undefined) {
    const name = recogniseRefusedFormat(buffer);
    refuse(
      file,
      name === undefined ? 'is not an image, whatever its name says' : `is a ${name} file, which is not read`,
    );
  }
  if (header.refusal !== undefined && (header.refusal.kind === 'too-large' || header.format === 'dicom'))
    refuse(file, header.refusal.what);
  const facts = await describe(buffer, header, file);
  return { bytes: bytes.length, sha256: hashBytes(buffer), format: header.format, ...facts };
}

function describe(bytes: Buffer, header: ImageHeader, file: string): FormatFacts | Promise<FormatFacts> {
  if (header.format === 'png' || header.format === 'webp') return describeOther(bytes, header, file);
  const { width, height, channels, bitsPerChannel } = header;
  if (width === undefined || height === undefined || channels === undefined || bitsPerChannel === undefined) {
    refuse(file, 'is cut short: its header is not whole');
  }
  const sized = { width, height, channels, bitsPerChannel };
  if (header.format === 'jpeg') return describeJpeg(bytes, sized);
  return header.format === 'tiff' ? describeTiff(bytes, sized) : describePlainly(sized);
}

type Size = Pick<FormatFacts, 'width' | 'height' | 'channels' | 'bitsPerChannel'>;

function describeJpeg(bytes: Buffer, size: Size): FormatFacts {
  const { luminance, tables, ...rest } = readJpegFacts(bytes);
  return {
    ...size,
    ...rest,
    quantisation: tables.size === 0 ? '' : digestTables(tables),
    quality: luminance === undefined ? undefined : fitQuality(luminance),
  };
}

/** Of its first page; libtiff would walk through all of them, and give up where a field is wrong that nobody needs. */
function describeTiff(bytes: Buffer, size: Size): FormatFacts {
  const file = new TiffFile(bytes);
  const profile = file.readDirectory(file.first)?.fields.get(tiffTags.profile);
  return { ...describePlainly(size), iccBytes: profile?.length ?? 0 };
}

function describePlainly(size: Size): FormatFacts {
  return {
    ...size,
    progressive: false,
    iccBytes: 0,
    exif: false,
    restartInterval: 0,
    quantisation: '',
    quality: undefined,
  };
}

async function describeOther(bytes: Buffer, header: ImageHeader, file: string): Promise<FormatFacts> {
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    const { message } = error as Error;
    throw unreadable(file, `is damaged or cut short (${(message.split('\n')[0] ?? '').trim()})`, error);
  }
  return {
    width: metadata.width,
    height: metadata.height,
    channels: header.channels ?? metadata.channels,
    bitsPerChannel: header.bitsPerChannel ?? 8,
    progressive: metadata.isProgressive ?? false,
    iccBytes: header.format === 'png' ? measurePngProfile(bytes) : (metadata.icc?.length ?? 0),
    exif: metadata.exif !== undefined,
    restartInterval: 0,
    quantisation: '',
    quality: undefined,
  };
}

/**
 * PNG (W3C, third edition) section 11.3.2.3: a name that ends with 0, the method, then the profile, compressed. libvips passes over
 * a profile of another colour space than the image's, and it tells the images of two sources apart all the same.
 */
function measurePngProfile(bytes: Buffer): number {
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) !== 'iCCP') continue;
    const content = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    const compressed = content.subarray(content.indexOf(0) + 2);
    try {
      return inflateSync(compressed, { maxOutputLength: largestProfile }).length;
    } catch {
      return compressed.length;
    }
  }
  return 0;
}

/** Above what any profile has; a few bytes can promise gigabytes. */
const largestProfile = 64 * 1024 ** 2;

/** Each table by its number: the number as one byte, then its 64 values row by row, two bytes each, most significant first. */
function digestTables(tables: ReadonlyMap<number, Uint16Array>): string {
  const digest = createHash('sha256');
  for (const [id, values] of [...tables].toSorted(([a], [b]) => a - b)) {
    const packed = Buffer.alloc(1 + values.length * 2);
    packed[0] = id;
    values.forEach((value, i) => packed.writeUInt16BE(value, 1 + i * 2));
    digest.update(packed);
  }
  return digest.digest('hex').slice(0, 12);
}

function refuse(file: string, what: string): never {
  throw unreadable(file, what);
}

function unreadable(file: string, what: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError('E_UNREADABLE_IMAGE', `${file} ${what}; replace it or leave it out`, { cause });
}
