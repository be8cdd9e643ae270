/** SHA-256 of bytes, and of files a piece at a time. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { PneumoscopeError } from '../errors.ts';
import { throwIfInterrupted, type TaskOptions } from '../tasks.ts';

/** Hexadecimal. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Hexadecimal.
 *
 * @throws PneumoscopeError E_DATASET: a pipe or device, which may never end; E_INTERRUPTED; errors of the file system as they are
 */
export async function hashFile(file: string, options: TaskOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  // Opening a pipe waits for a writer unless it is told not to.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const entry = await handle.stat();
    const isEndless = !entry.isFile() && !entry.isDirectory();
    if (isEndless)
      throw new PneumoscopeError('E_DATASET', `${file} is a pipe or device, where a file is needed; remove it`);
    const { size: total } = entry;
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(total, 1), 1 << 20));
    for (let done = 0; ;) {
      throwIfInterrupted(options.signal);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, done);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      options.onProgress?.({ label: 'Checking', done, total, unit: 'bytes' });
    }
  } finally {
    await handle.close();
  }
}
