/** The frame header of a JPEG (ISO/IEC 10918-1 B.2.2) or JPEG-LS codestream (ISO/IEC 14495-1 C.2.2). */
import { DicomError, refuseDamaged, refuseTruncated } from '../../../dicom/dicom-error.ts';
import { readFrame } from '../jpeg-header.ts';
import { isFrameMarker, jpegMarkers, walkJpegSegments, type JpegSegment } from '../jpeg-segments.ts';
import { viewAsBuffer } from '../view-as-buffer.ts';
import type { CodestreamHeader } from './codestream-header.ts';

/** By the name that a sentence uses: SOF0 and SOF1 are lossy, SOF3 is lossless, SOF55 is JPEG-LS. */
const processes = { jpeg: [0xc0, 0xc1, 0xc3], 'jpeg-ls': [0xf7] } as const;
const jpegLsFrame = 0xf7;
const jpegLsParameters = 0xf8;

/** Kinds of the parameters of JPEG-LS that are read: thresholds alone. A palette or a size of more than 16 bits is no grey X-ray's. */
const thresholds = 1;

/** @throws DicomError where it is cut short, damaged, or of a form that is not read */
export function readJpegCodestream(bytes: Uint8Array, codec: keyof typeof processes): CodestreamHeader {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) refuseDamaged('its compressed pixels do not begin as a JPEG does');
  const buffer = viewAsBuffer(bytes);
  let header: CodestreamHeader | undefined;
  for (const segment of walkJpegSegments(buffer)) {
    const { marker, start, end } = segment;
    if (end > bytes.length) break;
    if (marker === jpegMarkers.startOfScan) {
      return header ?? refuseDamaged('its compressed pixels begin before their size is said');
    }
    if (marker === jpegLsParameters && codec === 'jpeg-ls' && bytes[start] !== thresholds) refuseForm('a palette');
    if (!isFrameMarker(marker) && marker !== jpegLsFrame) continue;
    if (header !== undefined) refuseDamaged('its compressed pixels say their size twice');
    if (!(processes[codec] as readonly number[]).includes(marker)) refuseForm(`the process SOF${marker & 0x3f}`);
    header = readSize(buffer, segment);
  }
  return refuseTruncated('its compressed pixels end within their header');
}

function readSize(buffer: Buffer, segment: JpegSegment): CodestreamHeader | undefined {
  const frame = readFrame(buffer, segment);
  if (frame === undefined) return undefined;
  const { width: columns = 0, height: rows = 0, channels: samplesPerPixel = 0, bitsPerChannel: bits = 0 } = frame;
  return { columns, rows, samplesPerPixel, bits, isSigned: false };
}

function refuseForm(what: string): never {
  const sentence = `has pixels in a form of JPEG with ${what}, which is not read; export it as explicit VR little endian`;
  throw new DicomError('unsupported', sentence);
}
