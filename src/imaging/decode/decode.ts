/**
 * Bytes of an image file -> grey pixels, equal bit for bit to Pillow's `Image.open(...).convert('L')`.
 * Colour management is off: in the Kermany data only one class carries an ICC profile, so applying it would write the
 * label into the pixels. EXIF orientation is ignored, as Keras ignores it; a TIFF is turned, as Pillow turns it.
 */
import { budgets } from '../../base/budgets.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { DicomError } from '../../dicom/dicom-error.ts';
import type { DicomLimits } from '../../dicom/read-dicom.ts';
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import type { GrayImage } from '../gray-image.ts';
import { readImageHeader } from './container.ts';
import { decodeJpeg } from './decode-jpeg.ts';
import { describeDeepDisplay, showDeepGrey } from './deep-grey.ts';
import { decodeTiff } from './decode-tiff.ts';
import type { Decoders } from './decoders.ts';
import { decodeCompressedFrame } from './dicom/codecs.ts';
import { decodeDicom } from './dicom/decode-dicom.ts';
import type { DisplayChoice } from './dicom/display.ts';
import { recogniseRefusedFormat } from './image-format.ts';
import type { ImageHeader, ReadableHeader } from './image-header.ts';
import type { JpegDecoder } from './jpeg-decoder.ts';
import { decodeWithLibvips, type DecodedImage } from './libvips.ts';
import { UnreadableImageError, type UnreadableContent } from './unreadable-image.ts';
import { viewAsBuffer } from './view-as-buffer.ts';

export interface DecodeLimits extends DicomLimits {
  /** width times height, checked in the header before a pixel is decoded; default 100 million */
  readonly maximumPixels?: number;
  /** smallest width and height; default 1 (a one-pixel file decodes), 8 in {@link preprocess} */
  readonly minimumSide?: number;
  /** decodes small JPEG files in the calling thread; default: libvips decodes all, in threads of its own */
  readonly jpegDecoder?: JpegDecoder;
  /** which grey levels an image of more than 8 bits has; default: the first window of a DICOM header, else least to greatest value */
  readonly display?: DisplayChoice;
  /** has libvips decode on behalf of another thread; default: it decodes on behalf of the calling one */
  readonly libvips?: Decoders['libvips'];
  /** @internal decodes compressed DICOM frames on behalf of another thread; default: threads of the calling one do */
  readonly decodeFrame?: Decoders['decodeFrame'];
}

const defaultMaximumPixels = budgets.imagePixels.limit;

/**
 * Part of every cache key: raise it when the same file may decode to other pixels than before, or an option of the preprocessing may
 * make other pixels of it.
 */
export const decoderVersion = 2;

/**
 * Reads JPEG, PNG, TIFF (first page) and WebP of 8 bits a channel: grey, RGB, palette, with or without alpha (which is
 * dropped, not blended); grey PNG and TIFF of 16 bits,
 * and DICOM of one grey frame, as a screen shows them. What a file is named does not matter, its content decides.
 *
 * @param file the name that error sentences use
 * @returns one byte a pixel, 0..255; colour becomes `(19595 R + 38470 G + 7471 B + 32768) >> 16` (ITU-R 601-2, Pillow
 * Convert.c, macro L24)
 * @throws PneumoscopeError E_UNREADABLE_IMAGE: empty, truncated or damaged file; not an image; CMYK; more than 8 bits;
 * above or below the limits
 */
export async function decodeGray(bytes: Uint8Array, file: string, limits: DecodeLimits = {}): Promise<GrayImage> {
  const { width, height, channels, data } = await decodeImage(bytes, file, limits);
  return { width, height, data: channels === 1 ? data : toLuma(data, channels) };
}

/** With the header by which it was read. */
export type ReadImage = DecodedImage & {
  readonly header: ReadableHeader;
  /** Of a DICOM file; null: it is none. */
  readonly facts: HeaderFacts | null;
  /** How its values became grey levels; null where it has 8 bits and no window. */
  readonly display: string | null;
};

/** {@link decodeGray} without its last step, for who needs few of the pixels. */
export async function decodeImage(bytes: Uint8Array, file: string, limits: DecodeLimits = {}): Promise<ReadImage> {
  const buffer = viewAsBuffer(bytes);
  const header = checkHeader(buffer, file, limits);
  const { maximumPixels = defaultMaximumPixels, jpegDecoder } = limits;
  const { libvips = decodeWithLibvips, decodeFrame = decodeCompressedFrame } = limits;
  const deep = isDeepGrey(header) ? describeDeepDisplay(limits.display ?? {}) : undefined;
  const shallow = deep === undefined ? libvips : showDeepGrey(libvips, deep);
  const decoders = { jpeg: decodeJpeg, png: shallow, tiff: decodeTiff, webp: libvips, dicom: libvips };
  try {
    if (header.dicom !== undefined) {
      const { image, ...shown } = await decodeDicom(header.dicom, decodeFrame, limits.display);
      return { ...image, ...shown, header };
    }
    const image = await decoders[header.format](buffer, header, maximumPixels, {
      jpegDecoder,
      libvips: shallow,
    });
    return { ...image, header, facts: null, display: deep?.words ?? null };
  } catch (error) {
    if (error instanceof DicomError) refuse(file, error.kind, error.what);
    // A choice of a window that shows nothing is no fault of the file.
    if (error instanceof PneumoscopeError && error.code === 'E_USAGE') throw error;
    if (/exceeds pixel limit/.test(String(error)))
      refuseSize(file, 'more pixels than can be read safely', maximumPixels);
    const sentence = `${file} is damaged or cut short (${firstLine(error)}); replace it or leave it out`;
    throw new UnreadableImageError('damaged', sentence, { cause: error });
  }
}

/** Interleaved RGB(A) bytes -> luma; see {@link decodeGray} for the formula. */
export function toLuma(data: Uint8Array, channels: number): Uint8Array {
  const gray = new Uint8Array(data.length / channels);
  for (let i = 0, at = 0, end = gray.length; i < end; i++, at += channels) {
    const red = data[at] as number;
    const green = data[at + 1] as number;
    const blue = data[at + 2] as number;
    gray[i] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return gray;
}

function checkHeader(buffer: Buffer, file: string, limits: DecodeLimits): ReadableHeader {
  if (buffer.length === 0) refuse(file, 'empty', 'is empty (0 bytes); replace it or leave it out');
  const header = readImageHeader(buffer, limits);
  if (header === undefined) {
    const name = recogniseRefusedFormat(buffer);
    if (name === undefined) {
      refuse(file, 'not-an-image', 'is not an image, whatever its name says; JPEG, PNG, TIFF, WebP and DICOM are read');
    }
    refuse(file, 'unsupported', `is a ${name} file, which is not read; convert it to PNG or JPEG`);
  }
  if (header.width !== undefined && header.height !== undefined) {
    checkSize(header.width, header.height, file, limits);
  }
  if (header.refusal !== undefined) refuse(file, header.refusal.kind, header.refusal.what);
  if (header.channels === 4 && header.format !== 'dicom') refuseCmyk(file);
  if ((header.bitsPerChannel ?? 8) > 8 && header.format !== 'dicom' && !isDeepGrey(header)) {
    refuseDepth(file, `${header.bitsPerChannel} bits a channel`);
  }
  if (!header.complete) refuse(file, 'truncated', 'is cut short: its end is missing; replace it or leave it out');
  const { channels } = header;
  if (channels === undefined)
    refuse(file, 'damaged', 'is damaged: its header is not whole; replace it or leave it out');
  if (channels !== 1 && channels !== 3) {
    refuse(
      file,
      'unsupported',
      `has ${channels} channels, where 1 (grey) or 3 (RGB) are needed; convert it to PNG or JPEG`,
    );
  }
  return { ...header, channels };
}

/** Of formats that have grey values of 16 bits and one decoder for them. */
function isDeepGrey({ format, channels, bitsPerChannel }: ImageHeader): boolean {
  return bitsPerChannel === 16 && channels === 1 && (format === 'png' || format === 'tiff');
}

function checkSize(width: number, height: number, file: string, limits: DecodeLimits): void {
  const { maximumPixels = defaultMaximumPixels, minimumSide = 1 } = limits;
  const size = `${width} x ${height} pixels`;
  if (width * height > maximumPixels) refuseSize(file, size, maximumPixels);
  if (Math.min(width, height) < minimumSide) {
    refuse(
      file,
      'unsupported',
      `has ${size}, where at least ${minimumSide} on each side are needed; replace it or leave it out`,
    );
  }
}

function refuseSize(file: string, size: string, maximumPixels: number): never {
  const limit = `${(maximumPixels / 1e6).toLocaleString('en-US', { maximumFractionDigits: 6 })} million pixels`;
  refuse(file, 'too-large', `has ${size}, above the limit of ${limit}; scale it down first`);
}

function refuseCmyk(file: string): never {
  refuse(file, 'unsupported', 'is a CMYK image, made for print, where grey or RGB is needed; convert it first');
}

function refuseDepth(file: string, found: string): never {
  const sentence = `has ${found}, where 8 bits, or 16 of grey, are needed; convert it to 8 bits with the window the radiologist would use`;
  refuse(file, 'unsupported', sentence);
}

function refuse(file: string, kind: UnreadableContent, what: string): never {
  throw new UnreadableImageError(kind, `${file} ${what}`);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim();
}
