import type { DicomFile } from '../../dicom/read-dicom.ts';
import type { ImageFormat } from './image-format.ts';
import type { UnreadableContent } from './unreadable-image.ts';

/** What the first bytes of an image file promise, read without decoding a pixel. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels; undefined where the header is not whole. */
  readonly width?: number;
  readonly height?: number;
  /** Colour channels as stored, without alpha; 1 for a grey file, 3 for colour or a palette, 4 for CMYK. */
  readonly channels?: number;
  readonly bitsPerChannel?: number;
  /** Of a JPEG: passes over the image, more than one where it is progressive or keeps its channels apart. */
  readonly scans?: number;
  /** Of a TIFF its pages, of a WebP, PNG or DICOM file its frames; the first is read. */
  readonly pages?: number;
  /** Why its pixels are not read, whatever a decoder may make of them. */
  readonly refusal?: HeaderRefusal;
  /** @internal Of a DICOM file, all that was read of it; its pixels are not decoded. */
  readonly dicom?: DicomFile;
  /** False: the file stops before the end that its format marks. */
  readonly complete: boolean;
}

/** Why a header says that the pixels are not to be read. */
export interface HeaderRefusal {
  /** As that of the error that is thrown. */
  readonly kind: UnreadableContent;
  /** Stands behind the file's name. */
  readonly what: string;
}

/** A header by which the pixels may be read: 1 channel or 3, and not refused. */
export type ReadableHeader = ImageHeader & { readonly channels: number };
