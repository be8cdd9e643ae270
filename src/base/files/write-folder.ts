/** A folder appears whole or not at all, and goes the same way: one that has its final name is complete, whenever a process dies. */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from './folders.ts';

const growing = '.part';
const condemned = '.old';

/**
 * Fills a new folder under another name, makes it durable and renames it. On failure nothing is left.
 *
 * @param folder does not exist; the folder above it does
 * @param fill writes files into the folder that it is given, and forces them to the disk
 * @returns what `fill` gives
 * @throws what `fill` and the file system say
 */
export async function writeFolderWhole<T>(folder: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = folder + growing;
  try {
    await removeFolder(temporary);
    await mkdir(temporary);
    const result = await fill(temporary);
    await syncFolder(temporary);
    await rename(temporary, folder);
    await syncFolder(path.dirname(folder));
    return result;
  } catch (error) {
    await removeFolder(temporary).catch(() => undefined);
    throw error;
  }
}

/** Renames a folder before its first file goes. @throws what the file system says */
export async function removeFolderWhole(folder: string): Promise<void> {
  await rename(folder, folder + condemned);
  await removeFolder(folder + condemned);
}

/** Whether a name is that of a folder which was being written or removed. Only one process may be at work beside it. */
export function isHalfFolder(name: string): boolean {
  return name.endsWith(growing) || name.endsWith(condemned);
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
