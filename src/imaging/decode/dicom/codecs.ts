/** Compressed DICOM frames -> samples: RLE, JPEG, JPEG-LS, JPEG 2000 and high throughput JPEG 2000. */
import { availableParallelism } from 'node:os';
import { checkCodestream } from './check-codestream.ts';
import { CodecPool } from './codec-pool.ts';
import type { CompressedFrame } from './compressed-frame.ts';

/** Each takes tens of megabytes while it works; libvips decodes as many images at once. */
const mostThreads = 4;

let pool: CodecPool | undefined;

/**
 * Decodes in a thread of its own.
 *
 * @param frame left as it is
 * @returns samples as the frame has them uncompressed, in little endian: 8 or 16 bits each, two's complement where they are signed
 * @throws DicomError where the frame disagrees with its description, is cut short or damaged, of a form that is not read, or takes too long
 */
export async function decodeCompressedFrame(frame: CompressedFrame): Promise<Uint8Array<ArrayBuffer>> {
  checkCodestream(frame);
  pool ??= new CodecPool({ threads: Math.min(availableParallelism(), mostThreads) });
  return pool.decode({ ...frame, bytes: new Uint8Array(frame.bytes) });
}
