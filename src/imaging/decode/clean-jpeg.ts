/**
 * A JPEG file of only what its pixels depend on. libjpeg warns of a wrong version, of bytes between segments and of parameters that it does not
 * need, and nobody behind it can tell such a warning from one about pixels. What this leaves has the same pixels.
 */
import { isFrameMarker, jpegMarkers, walkJpegSegments, type JpegSegment } from './jpeg-segments.ts';

const { jfif, adobe, startOfScan, endOfImage } = jpegMarkers;
/** DHT, DAC, DQT, DNL, DRI: tables and numbers that scans use. */
const used = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd]);

/** Version 1.01, no unit, no preview: says that colours are YCbCr. */
const plainJfif = Buffer.from('\u00ff\u00e0\0\u0010JFIF\0\u0001\u0001\0\0\u0001\0\u0001\0\0', 'latin1');

/** @param bytes with an end */
export function cleanJpeg(bytes: Buffer): Buffer {
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  let isSequential = false;
  let scanEnd: number | undefined;
  for (const segment of walkJpegSegments(bytes)) {
    const { marker, start, end } = segment;
    // Behind the header of a scan stand its bits, up to the next marker.
    if (scanEnd !== undefined) parts.push(bytes.subarray(scanEnd, marker === endOfImage ? start - 2 : start - 4));
    scanEnd = marker === startOfScan ? end : undefined;
    if (isFrameMarker(marker)) isSequential = marker === 0xc0 || marker === 0xc1 || marker === 0xc9;
    if (marker === endOfImage) break;
    const part = cleanSegment(bytes, segment, isSequential);
    if (part !== undefined) parts.push(part);
  }
  parts.push(Buffer.from([0xff, endOfImage]));
  return Buffer.concat(parts);
}

function cleanSegment(bytes: Buffer, { marker, start, end }: JpegSegment, isSequential: boolean): Buffer | undefined {
  const whole = bytes.subarray(start - 4, end);
  if (marker === jfif) return bytes.toString('latin1', start, start + 5) === 'JFIF\0' ? plainJfif : undefined;
  if (marker === adobe) return bytes.toString('latin1', start, start + 5) === 'Adobe' ? cleanAdobe(whole) : undefined;
  if (marker === startOfScan) return isSequential ? cleanScanHeader(whole) : whole;
  return isFrameMarker(marker) || used.has(marker) ? whole : undefined;
}

/** Its last byte says what the channels are: 0 RGB, 1 YCbCr; a decoder takes what it does not know for YCbCr. */
function cleanAdobe(segment: Buffer): Buffer | undefined {
  const place = 15;
  if (segment.length <= place) return undefined;
  const cleaned = Buffer.from(segment);
  if ((cleaned[place] as number) > 1) cleaned[place] = 1;
  return cleaned;
}

/** Section B.2.3: a sequential scan has all coefficients with all bits, whatever its last three bytes say. */
function cleanScanHeader(segment: Buffer): Buffer {
  const cleaned = Buffer.from(segment);
  cleaned.set([0, 63, 0], Math.max(4, cleaned.length - 3));
  return cleaned;
}
