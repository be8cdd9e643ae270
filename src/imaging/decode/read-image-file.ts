/** The bytes of an image file, and of nothing else: a named pipe would never end, and a film would fill the memory. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { budgets } from '../../base/budgets.ts';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';

/** Above what an image within the decoder's limit of 100 million pixels has, uncompressed in colour. */
const maximumBytes = budgets.imageFileBytes.limit;

/**
 * @throws PneumoscopeError E_NOT_FOUND; E_UNREADABLE_IMAGE: it cannot be opened, is not a regular file, or is larger than 512 MiB
 */
export async function readImageFile(file: string): Promise<Buffer> {
  try {
    return await readRegularFile(file);
  } catch (error) {
    throw toImageFileError(error, file);
  }
}

/** What the file system says of an image's file, as a sentence about the image; anything else is passed on unchanged. */
export function toImageFileError(error: unknown, file: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const sentence = `${file} does not exist (or is a link to a file that does not)`;
    return new PneumoscopeError('E_NOT_FOUND', sentence, { cause: error });
  }
  return new PneumoscopeError('E_UNREADABLE_IMAGE', `${file} cannot be opened (${code})`, { cause: error });
}

async function readRegularFile(file: string): Promise<Buffer> {
  // Opening a pipe waits for a writer unless it is told not to; Windows has neither the flag nor the need.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const entry = await handle.stat();
    if (entry.isDirectory()) refuse(file, 'cannot be opened (EISDIR)');
    if (!entry.isFile()) refuse(file, 'is a pipe, socket or device, where a file is needed; leave it out');
    if (entry.size > maximumBytes) {
      const size = `${Math.round(entry.size / 1024 ** 2).toLocaleString('en-US')} MiB`;
      refuse(file, `has ${size}, above the limit of ${maximumBytes / 1024 ** 2} MiB; scale it down or leave it out`);
    }
    return await readAll(handle, entry.size);
  } finally {
    await handle.close();
  }
}

/** `handle.readFile` asks for the size once more, and each question waits behind the images being decoded. */
async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function refuse(file: string, what: string): never {
  throw new PneumoscopeError('E_UNREADABLE_IMAGE', `${file} ${what}`);
}
