/** What long work asks of a disk before it begins: that it can be written and has room. */
import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from '../errors.ts';
import { toDiskError } from './disk-error.ts';
import { makeFolder } from './folders.ts';
import { temporaryName, writeNewFile } from './write-file.ts';

/**
 * Makes a folder and proves that files can be written there and that there is room, before hours are spent.
 *
 * @param bytes that will be needed at once; 0: any file can be written
 * @throws PneumoscopeError E_DISK
 */
export async function ensureRoom(folder: string, bytes = 0): Promise<void> {
  const probe = temporaryName(path.join(folder, 'probe'));
  await makeFolder(folder);
  try {
    await writeNewFile(probe, 'can this folder be written?\n');
  } catch (error) {
    throw toDiskError(error, folder);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  await checkFreeSpace(folder, bytes);
}

/**
 * Fails before the work rather than in the middle of it. File systems that do not tell their free space pass.
 *
 * @param folder exists
 * @throws PneumoscopeError E_DISK
 */
export async function checkFreeSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder).catch((error: unknown) => {
    throw toDiskError(error, folder);
  });
  const free = bavail * bsize;
  if (blocks === 0 || free >= needed) return;
  const figures = `${formatMegabytes(needed)} are needed and ${formatMegabytes(free)} are free`;
  throw new PneumoscopeError('E_DISK', `${folder} has too little space: ${figures}; free some or choose another disk`);
}

function formatMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
