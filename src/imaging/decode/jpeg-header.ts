/** What the marker segments of a JPEG file promise. More segments or scans than any camera or scanner writes are not looked at. */
import { budgets, describeBudget, type Budget } from '../../base/budgets.ts';
import type { HeaderRefusal, ImageHeader } from './image-header.ts';
import { isFrameMarker, jpegMarkers, walkJpegSegments, type JpegSegment } from './jpeg-segments.ts';

/** Coding processes of ISO/IEC 10918-1 table B.1, and JPEG-LS, that no decoder here knows. */
const unreadProcesses: Readonly<Record<number, string>> = {
  0xc3: 'a lossless JPEG',
  0xc5: 'a hierarchical JPEG',
  0xc6: 'a hierarchical JPEG',
  0xc7: 'a hierarchical JPEG',
  0xcb: 'a lossless JPEG',
  0xcd: 'a hierarchical JPEG',
  0xce: 'a hierarchical JPEG',
  0xcf: 'a hierarchical JPEG',
  0xf7: 'a JPEG-LS file',
};

type Frame = Pick<ImageHeader, 'width' | 'height' | 'channels' | 'bitsPerChannel'>;

export function readJpegHeader(bytes: Buffer): ImageHeader {
  let frame: Frame | undefined;
  let scans = 0;
  let segments = 0;
  for (const segment of walkJpegSegments(bytes)) {
    const { marker } = segment;
    if (marker === jpegMarkers.endOfImage) return { format: 'jpeg', ...frame, scans, complete: scans > 0 };
    segments += 1;
    if (marker === jpegMarkers.startOfScan) scans += 1;
    const refusal = refuseSegment(marker, { scans, segments, hasFrame: frame !== undefined });
    if (refusal !== undefined) return { format: 'jpeg', ...frame, scans, refusal, complete: true };
    if (isFrameMarker(marker)) frame ??= readFrame(bytes, segment);
  }
  return { format: 'jpeg', ...frame, complete: false };
}

/** @returns undefined where the file ends before it */
export function readFrame(bytes: Buffer, { start }: JpegSegment): Frame | undefined {
  if (start + 6 > bytes.length) return undefined;
  return {
    bitsPerChannel: bytes[start] as number,
    height: bytes.readUInt16BE(start + 1),
    width: bytes.readUInt16BE(start + 3),
    channels: bytes[start + 5] as number,
  };
}

function refuseSegment(
  marker: number,
  { scans, segments, hasFrame }: { scans: number; segments: number; hasFrame: boolean },
): HeaderRefusal | undefined {
  const { jpegScans, jpegSegments } = budgets;
  if (scans > jpegScans.limit) return tooMany(jpegScans, 'scans');
  if (segments > jpegSegments.limit) return tooMany(jpegSegments, 'segments');
  const process = unreadProcesses[marker];
  if (process !== undefined) {
    return { kind: 'unsupported', what: `is ${process}, which is not read; convert it to PNG or JPEG` };
  }
  // A decoder would take the size from the first, a reader of headers from the last.
  return isFrameMarker(marker) && hasFrame
    ? { kind: 'damaged', what: 'is damaged: it says its size twice; replace it or leave it out' }
    : undefined;
}

function tooMany(budget: Budget, what: string): HeaderRefusal {
  return { kind: 'too-large', what: `has more than ${describeBudget(budget)} ${what}; save it anew` };
}
