/**
 * What the first bytes of an image file promise, read without decoding a pixel: format, size, depth, and whether the
 * file reaches its own end. Decoders tolerate a file that lacks only its last bytes; a data set should not.
 */

import { isFrameMarker, jpegMarkers, walkJpegSegments } from './jpeg-segments.ts';
import { viewAsBuffer } from './view-as-buffer.ts';

export type ImageFormat = 'jpeg' | 'png' | 'tiff' | 'webp';

export interface ImageHeader {
  readonly format: ImageFormat;
  /** pixels; undefined where only the decoder can tell (TIFF, WebP) */
  readonly width?: number;
  readonly height?: number;
  /** colour channels as stored, without alpha; 1 for a grey file, 3 for colour or a palette, 4 for CMYK */
  readonly channels?: number;
  readonly bitsPerChannel?: number;
  /** of a JPEG: passes over the image, more than one where it is progressive or keeps its channels apart */
  readonly scans?: number;
  /** false: the file stops before the end that its format marks */
  readonly complete: boolean;
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Formats that are recognised so that the refusal can name them. */
const refusedFormats: readonly (readonly [name: string, test: (bytes: Buffer) => boolean])[] = [
  ['BMP', (bytes) => bytes.length > 26 && ascii(bytes, 0, 2) === 'BM' && bytes.readUInt32LE(10) < bytes.length],
  ['PPM/PGM', (bytes) => /^P[1-7][\s#]/.test(ascii(bytes, 0, 3))],
  ['GIF', (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6))],
  ['DICOM', (bytes) => ascii(bytes, 128, 132) === 'DICM'],
  [
    'JPEG 2000',
    (bytes) => bytes.length > 12 && (ascii(bytes, 4, 8) === 'jP  ' || bytes.readUInt32BE(0) === 0xff4fff51),
  ],
  ['HEIF/AVIF', (bytes) => ascii(bytes, 4, 8) === 'ftyp'],
  ['PDF', (bytes) => ascii(bytes, 0, 5) === '%PDF-'],
  ['SVG', (bytes) => /^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(ascii(bytes, 0, 256))],
  ['zip', (bytes) => ascii(bytes, 0, 4) === 'PK\u0003\u0004'],
];

/** The header of a JPEG, PNG, TIFF or WebP file; undefined when the bytes are none of these. */
export function readImageHeader(file: Uint8Array): ImageHeader | undefined {
  const bytes = viewAsBuffer(file);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return readJpegHeader(bytes);
  if (pngSignature.every((byte, i) => bytes[i] === byte)) return readPngHeader(bytes);
  const tiff = ascii(bytes, 0, 4);
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(tiff)) return { format: 'tiff', complete: true };
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') {
    if (bytes.length < 12) return { format: 'webp', complete: false };
    return { format: 'webp', complete: bytes.length >= 8 + bytes.readUInt32LE(4) };
  }
  return undefined;
}

/** The name of a format that is recognised but not read; undefined when the bytes look like none. */
export function recogniseRefusedFormat(file: Uint8Array): string | undefined {
  const bytes = viewAsBuffer(file);
  return refusedFormats.find(([, test]) => test(bytes))?.[0];
}

function ascii(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, Math.min(end, bytes.length));
}

function readJpegHeader(bytes: Buffer): ImageHeader {
  let frame: Omit<ImageHeader, 'format' | 'complete'> = {};
  let scans = 0;
  for (const { marker, start } of walkJpegSegments(bytes)) {
    if (marker === jpegMarkers.endOfImage) return { format: 'jpeg', ...frame, scans, complete: scans > 0 };
    if (marker === jpegMarkers.startOfScan) scans += 1;
    if (!isFrameMarker(marker) || start + 6 > bytes.length) continue;
    frame = {
      bitsPerChannel: bytes[start] as number,
      height: bytes.readUInt16BE(start + 1),
      width: bytes.readUInt16BE(start + 3),
      channels: bytes[start + 5] as number,
    };
  }
  return { format: 'jpeg', ...frame, complete: false };
}

/** PNG (W3C, third edition) section 5: chunks of length, type, data and CRC, the last of which is IEND. */
function readPngHeader(bytes: Buffer): ImageHeader {
  if (bytes.length < 33 || ascii(bytes, 12, 16) !== 'IHDR') return { format: 'png', complete: false };
  const colourType = bytes[25] as number;
  const header = {
    format: 'png' as const,
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    bitsPerChannel: bytes[24] as number,
    channels: colourType === 0 || colourType === 4 ? 1 : 3,
  };
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (ascii(bytes, at + 4, at + 8) === 'IEND') return { ...header, complete: true };
  }
  return { ...header, complete: false };
}
