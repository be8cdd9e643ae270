/**
 * What the first bytes of an image file promise, read without decoding a pixel: format, size, depth, and whether the
 * file reaches its own end. Decoders tolerate a file that lacks only its last bytes; a data set should not.
 */
import type { DicomLimits } from '../../dicom/read-dicom.ts';
import { readDicomHeader } from './dicom/decode-dicom.ts';
import { recogniseFormat } from './image-format.ts';
import type { ImageHeader } from './image-header.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { readPngHeader } from './png-header.ts';
import { readTiffHeader } from './tiff-header.ts';
import { viewAsBuffer } from './view-as-buffer.ts';
import { readWebpHeader } from './webp-header.ts';

const readers = {
  jpeg: readJpegHeader,
  png: readPngHeader,
  tiff: readTiffHeader,
  webp: readWebpHeader,
  dicom: readDicomHeader,
};

/**
 * The header of a JPEG, PNG, TIFF, WebP or DICOM file; undefined when the bytes are none of these. Walks through the whole file: for a thread
 * that must not wait there is `glance`.
 */
export function readImageHeader(file: Uint8Array, limits?: DicomLimits): ImageHeader | undefined {
  const bytes = viewAsBuffer(file);
  const format = recogniseFormat(bytes);
  return format === undefined ? undefined : readers[format](bytes, limits);
}
