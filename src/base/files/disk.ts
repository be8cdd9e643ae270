/** What a long training asks of a disk: that it can be written, has room, and keeps what was said to be kept. */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkFreeSpace, errorCode, makeFolder, toDiskError } from '../tasks.ts';

const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT', 'EIO', 'EMFILE']);

/** A failure of the disk as a clause, or undefined when the error is something else. */
export function describeDiskFailure(error: unknown, where: string): string | undefined {
  const code = errorCode(error) ?? '';
  if (fullDisk.has(code)) return `${where} cannot be written: the disk is full`;
  if (unwritable.has(code)) return `${where} cannot be written (${code})`;
  return undefined;
}

/**
 * Makes a folder and proves that files can be written there and that there is room, before hours are spent.
 *
 * @param bytes that will be needed at once
 * @throws PneumoscopeError E_DISK
 */
export async function ensureRoom(folder: string, bytes: number): Promise<void> {
  const probe = path.join(folder, `.probe-${randomBytes(6).toString('hex')}`);
  await makeFolder(folder);
  try {
    await writeSynced(probe, 'can this folder be written?\n');
  } catch (error) {
    throw toDiskError(error, folder);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  await checkFreeSpace(folder, bytes);
}

/** A new file with this content, on the disk when this returns. */
export async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes names in a folder durable: a file that was created or renamed is there after a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
