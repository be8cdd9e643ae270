/** Moves a file to a name that is free, whichever disks the two are on; never over another file, and never losing the only copy. */
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, readlink, rename, rm, symlink, unlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { hashBytes } from './digest.ts';
import { syncFolder } from './folders.ts';

/** Of longer names the beginning is kept, and a digest of the whole: with all of it they would be too long for the disk. */
const keptCharacters = 50;

/** What a copy is called until it is whole: the same name each time, so that the next move finds what a killed one left. */
export function partialName(to: string): string {
  const characters = Array.from(path.basename(to));
  const name = characters.join('');
  const short =
    characters.length <= keptCharacters
      ? name
      : `${characters.slice(0, keptCharacters).join('')}-${hashBytes(Buffer.from(name)).slice(0, 16)}`;
  return path.join(path.dirname(to), `.${short}.part`);
}

/** Also of a link that leads nowhere. */
export async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}

/**
 * Whatever moment a kill comes, one of the two names holds the whole file; both may.
 *
 * @throws what the file system says; EEXIST when `to` exists
 */
export async function moveFile(from: string, to: string): Promise<void> {
  const entry = await lstat(from);
  if (entry.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    await removeMoved(from, to);
    return;
  }
  try {
    // Unlike a rename, a link never replaces a file.
    await link(from, to);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EEXIST' || code === 'ENOENT') throw error;
    if (await exists(to)) throw systemError('EEXIST', to);
    // Somebody else's file, or a disk without links: there a rename does it.
    if (code !== 'EXDEV') {
      await rename(from, to);
      return;
    }
    // Reading from a pipe would wait for ever.
    if (!entry.isFile()) throw systemError('EINVAL', from);
    await copyWhole(from, to, entry);
  }
  await removeMoved(from, to);
}

/** The new name lasts before the old one goes: a power failure between them must not take both. */
async function removeMoved(from: string, to: string): Promise<void> {
  await syncFolder(path.dirname(to));
  await unlink(from);
}

/** The copy appears whole or not at all, and is on the disk before the original goes. */
async function copyWhole(from: string, to: string, { atime, mtime }: { atime: Date; mtime: Date }): Promise<void> {
  const part = partialName(to);
  await rm(part, { force: true });
  try {
    await copyFile(from, part, constants.COPYFILE_EXCL);
    await utimes(part, atime, mtime);
    const handle = await open(part, 'r');
    await handle.sync().finally(() => handle.close());
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}

function systemError(code: string, file: string): Error {
  return Object.assign(new Error(`${code}: '${file}'`), { code });
}
