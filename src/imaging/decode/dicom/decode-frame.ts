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
    return refuseDamaged(`its pixels cannot be decoded (${wordsOf(error)})`, error);
  }
}

function wordsOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // A trap of WebAssembly: the library gave up where it had no words for it.
  if (name === 'RuntimeError') return 'the codec gave up';
  // The libraries say first where in their code they found it.
  const words = message.split(/:\s*(?=\S)/).at(-1) ?? message;
  return words.replace(/\.$/, '');
}
