/** SHA-256 of bytes, and of files a piece at a time. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { throwIfInterrupted, type TaskOptions } from '../tasks.ts';

/** Hexadecimal. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hexadecimal. Errors of the file system are passed on as they are. */
export async function hashFile(file: string, options: TaskOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file);
  try {
    const { size: total } = await handle.stat();
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
