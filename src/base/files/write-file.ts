/** A file appears whole or not at all, also when the machine loses its power: written aside, forced to the disk, then renamed. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolders } from '../tasks.ts';
import { PneumoscopeError } from '../errors.ts';

/**
 * Writes the parts one after the other. On failure what stood under the name before is still there.
 *
 * @param parts may be made one by one, also from the file that is to be replaced
 * @throws PneumoscopeError E_DISK, and whatever the making of the parts throws
 */
export async function writeFileWhole(
  file: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
  try {
    await makeFolders(folder);
    const handle = await open(temporary, 'wx');
    try {
      for await (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (error instanceof PneumoscopeError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const advice =
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full; free some space'
        : `${code}; choose a folder that can be written`;
    throw new PneumoscopeError('E_DISK', `${file} cannot be written (${advice}).`, { cause: error });
  }
}

/** Makes the new name last. Not every system can do that for a folder; the file itself is safe either way. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
