/** Flat float32 buffers <-> raw little-endian files with a checksum: how the state of a training reaches the disk. */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { PneumoscopeError } from '../../base/errors.ts';

/** What a file must be to be the one that was written. */
export interface FileDigest {
  readonly bytes: number;
  readonly crc32: number;
}

/** Small enough to stay in the processor's cache between the checksum and the write, large enough for few calls. */
const pieceSize = 1024 * 1024;

/**
 * Writes a new file and returns when it is on the disk. The calling thread is blocked meanwhile.
 *
 * @throws PneumoscopeError E_NOT_FINITE when a value is NaN or infinite: such a state is not worth keeping
 */
export function writeBufferFile(path: string, buffer: Float32Array, name: string): FileDigest {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const descriptor = openSync(path, 'wx');
  try {
    let checksum = 0;
    for (let start = 0; start < bytes.length; start += pieceSize) {
      const piece = bytes.subarray(start, start + pieceSize);
      if (!isFinitePiece(buffer.subarray(start / 4, start / 4 + piece.length / 4))) {
        throw new PneumoscopeError('E_NOT_FINITE', `The ${name} of the training hold a value that is NaN or infinite`);
      }
      checksum = crc32(piece, checksum);
      for (let written = 0; written < piece.length;) {
        written += writeSync(descriptor, piece, written, piece.length - written);
      }
    }
    fsyncSync(descriptor);
    return { bytes: bytes.length, crc32: checksum };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Fills a buffer from a file that {@link writeBufferFile} wrote.
 *
 * @throws PneumoscopeError E_CHECKPOINT when the file is missing, or has another length or content than it had
 */
export function readBufferFile(path: string, buffer: Float32Array, expected: FileDigest): void {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw damaged(path, code === 'ENOENT' ? 'it does not exist' : `it cannot be opened (${code})`, error);
  }
  try {
    const { size } = fstatSync(descriptor);
    if (size !== expected.bytes) throw damaged(path, `it has ${size} bytes instead of ${expected.bytes}`);
    if (size !== bytes.length) throw damaged(path, `it has ${size} bytes, but this network needs ${bytes.length}`);
    let checksum = 0;
    for (let start = 0; start < bytes.length;) {
      const count = readSync(descriptor, bytes, start, Math.min(pieceSize, bytes.length - start), null);
      if (count === 0) throw damaged(path, `it ends after ${start} of ${bytes.length} bytes`);
      checksum = crc32(bytes.subarray(start, start + count), checksum);
      start += count;
    }
    if (checksum !== expected.crc32) throw damaged(path, 'its content is not what was written (the checksum differs)');
  } finally {
    closeSync(descriptor);
  }
}

function isFinitePiece(values: Float32Array): boolean {
  // x - x is 0, but NaN for NaN and infinity: one sum instead of a branch for each of millions of values.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) - (values[i] as number);
  return sum === 0;
}

function damaged(path: string, what: string, cause?: unknown): PneumoscopeError {
  const sentence = `The checkpoint file ${path} is damaged: ${what}; delete the run's folder and train anew`;
  return new PneumoscopeError('E_CHECKPOINT', sentence, { cause });
}
