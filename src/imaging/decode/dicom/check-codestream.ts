/**
 * A compressed frame is held against the header of its DICOM file before a decoder is asked. A decoder allocates what the frame asks for, and
 * fills with grey what it lacks at its end.
 */
import { DicomError, refuseDamaged, refuseTruncated } from '../../../dicom/dicom-error.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import type { CodestreamHeader } from './codestream-header.ts';
import type { CompressedFrame } from './compressed-frame.ts';
import { readJpeg2000Codestream } from './jpeg-2000-codestream.ts';
import { readJpegCodestream } from './jpeg-codestream.ts';
import { readRleSegments } from './rle.ts';

/** @throws DicomError where they disagree, or where the frame is cut short, damaged, or of a form that is not read */
export function checkCodestream({ bytes, codec, description }: CompressedFrame): void {
  checkDescription(description);
  if (codec === 'rle') {
    readRleSegments(bytes, description);
    return;
  }
  const header = codec === 'jpeg' || codec === 'jpeg-ls' ? readJpegCodestream(bytes, codec) : readJpeg2000(bytes);
  requireAgreement(header, description);
  checkEnd(bytes);
}

function checkDescription({ samplesPerPixel, bitsAllocated }: PixelDescription): void {
  if (samplesPerPixel !== 1)
    throw new DicomError(
      'unsupported',
      'has compressed pixels in colour, where grey is needed; export it as a grey image',
    );
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    const what = `has compressed pixels of ${bitsAllocated} bits, where 8 or 16 are needed; export it with 16 bits`;
    throw new DicomError('unsupported', what);
  }
}

function readJpeg2000(bytes: Uint8Array): CodestreamHeader {
  try {
    return readJpeg2000Codestream(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) refuseTruncated('its compressed pixels end within their header', error);
    throw error;
  }
}

function requireAgreement(header: CodestreamHeader, description: PixelDescription): void {
  const { columns, rows, samplesPerPixel, bits } = header;
  if (columns !== description.columns || rows !== description.rows) {
    disagree(`${columns} x ${rows}`, `${description.columns} x ${description.rows}`);
  }
  if (samplesPerPixel !== description.samplesPerPixel) {
    disagree(`${samplesPerPixel} samples each`, `${description.samplesPerPixel}`);
  }
  const { bitsStored, bitsAllocated } = description;
  // More than are stored is common: an image of 10 bits in a codestream of 12 or 16. Fewer cannot hold its values.
  if (bits < bitsStored || bits > bitsAllocated) disagree(`${bits} bits each`, `${bitsStored} in ${bitsAllocated}`);
  if (header.isSigned && !description.isSigned) disagree('signed numbers', 'that they have no sign');
}

function disagree(encoded: string, said: string): never {
  refuseDamaged(`its pixels are encoded as ${encoded}, its header says ${said}`);
}

/** All of these end with the same marker, EOI or EOC. Behind it stands padding, to an even length or more: zeros, or the start of no marker. */
function checkEnd(bytes: Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end -= 1;
  if (bytes[end - 2] !== 0xff || bytes[end - 1] !== 0xd9)
    refuseTruncated('its compressed pixels stop before their end');
}
