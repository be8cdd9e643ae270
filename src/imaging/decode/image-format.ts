/** Which format a file has, from a few of its bytes: cheap enough for the thread that answers requests. */
import { hasPreamble, isDicom } from '../../dicom/is-dicom.ts';
import { viewAsBuffer } from './view-as-buffer.ts';

/** The formats that are read. */
export type ImageFormat = 'jpeg' | 'png' | 'tiff' | 'webp' | 'dicom';

/**
 * How the names of images end, in lower case: what is taken from folders, and refused by its content where that is no image. JFIF, JPE, PJP and
 * PJPEG are JPEG; browsers give the first.
 */
export const imageExtensions: readonly string[] =
  'png jpg jpeg jpe jfif pjp pjpeg bmp ppm tif tiff webp dcm dicom dic ima'.split(' ');

const pngSignature = '\u0089PNG\r\n\u001a\n';
/** Classic and BigTIFF, least significant byte first or last. */
const tiffSignatures = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];

/** Formats that are recognised so that the refusal can name them. */
const refusedFormats: readonly (readonly [name: string, test: (bytes: Buffer) => boolean])[] = [
  ['BMP', (bytes) => bytes.length > 26 && ascii(bytes, 0, 2) === 'BM' && bytes.readUInt32LE(10) < bytes.length],
  ['PPM/PGM', (bytes) => /^P[1-7][\s#]/.test(ascii(bytes, 0, 3))],
  ['GIF', (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6))],
  [
    'JPEG 2000',
    (bytes) => bytes.length > 12 && (ascii(bytes, 4, 8) === 'jP  ' || bytes.readUInt32BE(0) === 0xff4fff51),
  ],
  ['JPEG XL', (bytes) => ascii(bytes, 0, 2) === '\u00ff\n' || ascii(bytes, 4, 8) === 'JXL '],
  ['HEIF/AVIF', (bytes) => ascii(bytes, 4, 8) === 'ftyp'],
  ['PDF', (bytes) => ascii(bytes, 0, 5) === '%PDF-'],
  ['SVG', (bytes) => /^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(ascii(bytes, 0, 256))],
  ['zip', (bytes) => ascii(bytes, 0, 4) === 'PK\u0003\u0004'],
];

/** @param file its first 256 bytes are enough @returns undefined when the bytes are none of a format that is read */
export function recogniseFormat(file: Uint8Array): ImageFormat | undefined {
  const bytes = viewAsBuffer(file);
  // Its preamble is free, and may make it another kind of file too: as that, nobody would ask its header.
  if (hasPreamble(bytes)) return 'dicom';
  if (ascii(bytes, 0, 3) === '\u00ff\u00d8\u00ff') return 'jpeg';
  if (ascii(bytes, 0, 8) === pngSignature) return 'png';
  if (tiffSignatures.includes(ascii(bytes, 0, 4))) return 'tiff';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  return isDicom(bytes) ? 'dicom' : undefined;
}

/** Whether a name has one of the {@link imageExtensions}, behind a dot. */
export function hasImageExtension(name: string): boolean {
  return imageExtensions.includes(/\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
}

/** The name of a format that is recognised but not read; undefined when the bytes look like none. */
export function recogniseRefusedFormat(file: Uint8Array): string | undefined {
  const bytes = viewAsBuffer(file);
  return refusedFormats.find(([, test]) => test(bytes))?.[0];
}

/** The bytes from start to end as Latin-1; fewer where the file ends. */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  return viewAsBuffer(bytes).toString('latin1', start, Math.min(end, bytes.length));
}
