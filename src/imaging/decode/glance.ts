/** What the thread that answers requests may know of an image: no more than a short look at its beginning tells. */
import { budgets } from '../../base/budgets.ts';
import { recogniseFormat, type ImageFormat } from './image-format.ts';
import { readFrame } from './jpeg-header.ts';
import { isFrameMarker, jpegMarkers, walkJpegSegments } from './jpeg-segments.ts';
import { measurePng } from './png-header.ts';
import { measureTiff } from './tiff-header.ts';
import { viewAsBuffer } from './view-as-buffer.ts';
import { measureWebp } from './webp-header.ts';

export interface Glance {
  readonly format: ImageFormat;
  /** width times height; undefined where a short look does not find it: count such an image as a large one */
  readonly pixels: number | undefined;
  /** a JPEG that one pass decodes, by its header */
  readonly isOneScan: boolean;
}

/** A header with a large preview or profile is shorter. */
const lookedAt = 2 ** 20;

/** Takes less than a millisecond, whatever the bytes are. @returns undefined for what is of no format that is read */
export function glance(file: Uint8Array): Glance | undefined {
  const bytes = viewAsBuffer(file);
  const format = recogniseFormat(bytes);
  if (format === undefined) return undefined;
  if (format === 'jpeg') return glanceAtJpeg(bytes.subarray(0, lookedAt));
  const size = measures[format](bytes);
  return { format, pixels: size === undefined ? undefined : size.width * size.height, isOneScan: false };
}

/** Rows and columns of a DICOM file may stand behind any number of other attributes. */
const measures = { png: measurePng, tiff: measureTiff, webp: measureWebp, dicom: () => undefined };

/** Up to the first scan: a sequential one with all channels is the only one. */
function glanceAtJpeg(bytes: Buffer): Glance {
  let pixels: number | undefined;
  let channels: number | undefined;
  let isSequential = false;
  let segments = 0;
  for (const segment of walkJpegSegments(bytes)) {
    const { marker, start } = segment;
    segments += 1;
    if (marker === jpegMarkers.startOfScan) {
      return { format: 'jpeg', pixels, isOneScan: isSequential && bytes[start] === channels };
    }
    if (marker === jpegMarkers.endOfImage || segments > budgets.jpegSegments.limit) break;
    const frame = isFrameMarker(marker) ? readFrame(bytes, segment) : undefined;
    if (frame === undefined) continue;
    pixels = (frame.width ?? 0) * (frame.height ?? 0);
    channels = frame.channels;
    isSequential = marker <= jpegMarkers.lastSequentialFrame;
  }
  return { format: 'jpeg', pixels, isOneScan: false };
}
