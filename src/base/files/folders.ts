/** Folders are made, and what they name is made to last. */
import { mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { diskError, toDiskError } from './disk-error.ts';

/**
 * Makes a folder and those above it that are missing. One by one: Node's recursive mkdir never ends on a file system that answers
 * ENOENT, as /proc does. Their names are durable when this returns.
 *
 * @throws PneumoscopeError E_DISK
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    const missing: string[] = [];
    for (let place = path.resolve(folder); !(await isFolder(place, folder)); place = path.dirname(place))
      missing.unshift(place);
    for (const place of missing) {
      await mkdir(place).catch((error: unknown) => {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      });
      // What is made durable in a folder is lost all the same if the folder's own name is.
      await syncFolder(path.dirname(place));
    }
  } catch (error) {
    throw toDiskError(error, folder);
  }
}

/** @throws PneumoscopeError E_DISK that names `folder`, where a file has the name of one that it needs */
async function isFolder(place: string, folder: string): Promise<boolean> {
  try {
    if ((await stat(place)).isDirectory()) return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
  throw diskError('EEXIST', folder);
}

/** Not every system or file system can do this for a folder; there a new name lasts without it, or nothing can be done. */
const cannotSync = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/**
 * Makes names in a folder durable: a file that was created or renamed is there after a power failure.
 *
 * @throws what the file system says
 */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!cannotSync.has(systemErrorCode(error) ?? '')) throw error;
  }
}
