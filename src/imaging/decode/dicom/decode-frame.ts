/** A compressed frame that agrees with its description -> its samples, in the calling thread. */
import { refuseDamaged } from '../../../dicom/dicom-error.ts';
import type { CodecLibrary, LibraryCodec } from './codec-library.ts';
import { frameLength, type CompressedFrame } from './compressed-frame.ts';
import { decodeRle } from './rle.ts';

/** @returns as the frame stands uncompressed, in little endian @throws DicomError where it is damaged */
export function decodeFrame(frame: CompressedFrame, library: CodecLibrary): Uint8Array<ArrayBuffer> {
  const { bytes, codec, description } = frame;
  const samples = codec === 'rle' ? decodeRle(bytes, description) : decodeWithLibrary(frame, codec, library);
  const length = frameLength(description);
  if (samples.length !== length) {
    refuseDamaged(`its pixels were decoded to ${samples.length} bytes, where ${length} are needed`);
  }
  return samples;
}

function decodeWithLibrary(
  frame: CompressedFrame,
  codec: LibraryCodec,
  library: CodecLibrary,
): Uint8Array<ArrayBuffer> {
  library.prepare();
  try {
    return library.decode(frame, codec);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return refuseDamaged(`its pixels cannot be decoded (${words.trim()})`, error);
  }
}
