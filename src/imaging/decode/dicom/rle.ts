/** Run lengths of bytes, as PS3.5 annex G has them: one segment for each byte of a sample, the highest first. */
import { refuseDamaged, refuseTruncated } from '../../../dicom/dicom-error.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import { frameLength } from './compressed-frame.ts';

const headerBytes = 64;
const short = 'its compressed pixels stop before their end';

/** @returns the segments, each with what follows up to the next @throws DicomError where they are not those that the description asks for */
export function readRleSegments(bytes: Uint8Array, description: PixelDescription): readonly Uint8Array[] {
  const { samplesPerPixel, bitsAllocated } = description;
  if (bytes.length < headerBytes) refuseTruncated('its compressed pixels end within their header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const count = view.getUint32(0, true);
  const expected = (samplesPerPixel * bitsAllocated) / 8;
  if (count !== expected) {
    refuseDamaged(`its pixels are encoded in ${count} runs of bytes, its header asks for ${expected}`);
  }
  const starts = Array.from({ length: count }, (_, segment) => view.getUint32(4 + 4 * segment, true));
  return starts.map((start, segment) => {
    const end = starts[segment + 1] ?? bytes.length;
    if (start < headerBytes || start > end) refuseDamaged('the runs of its pixels are out of order');
    if (end > bytes.length) refuseTruncated(short);
    return bytes.subarray(start, end);
  });
}

/** @returns samples in little endian @throws DicomError as {@link readRleSegments}, and where a segment has too few or too many bytes */
export function decodeRle(bytes: Uint8Array, description: PixelDescription): Uint8Array<ArrayBuffer> {
  const segments = readRleSegments(bytes, description);
  const samples = new Uint8Array(frameLength(description));
  const step = segments.length;
  for (const [index, segment] of segments.entries()) unpack(segment, samples, step - 1 - index, step);
  return samples;
}

/** Fills every `step`-th byte from `to` on. */
function unpack(segment: Uint8Array, samples: Uint8Array, to: number, step: number): void {
  let at = 0;
  // Some encoders take the byte that pads an odd frame for one of its pixels. What is written behind the end is not kept.
  const padding = samples.length % 2;
  while (to < samples.length) {
    const control = segment[at++];
    if (control === undefined) refuseTruncated(short);
    if (control === 128) continue;
    const isRun = control > 128;
    const end = to + step * (isRun ? 257 - control : control + 1);
    if (end - step >= samples.length + padding) refuseDamaged('a run of its pixels is longer than the image');
    if (isRun) {
      const value = segment[at++];
      if (value === undefined) refuseTruncated(short);
      for (; to < end; to += step) samples[to] = value;
    } else {
      if (at + control >= segment.length) refuseTruncated(short);
      for (; to < end; to += step) samples[to] = segment[at++] as number;
    }
  }
}
