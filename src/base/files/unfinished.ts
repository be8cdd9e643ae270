/** A marker in a folder that is not complete yet: what was begun and interrupted is then not taken for whole. */
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toDiskError } from './disk-error.ts';
import { syncFolder } from './folders.ts';
import { writeFileWhole } from './write-file.ts';

const unfinishedName = '.unfinished';

/**
 * @param folder exists
 * @param what was begun, and what to do if it is interrupted
 * @throws PneumoscopeError E_DISK
 */
export async function markUnfinished(folder: string, what: string): Promise<void> {
  await writeFileWhole(path.join(folder, unfinishedName), `${what}\n`);
}

/**
 * Takes the marker away, durably.
 *
 * @param folder what is in it is durable already, see `syncFiles`: without the marker nobody would notice that the power took some of it
 * @throws PneumoscopeError E_DISK
 */
export async function markFinished(folder: string): Promise<void> {
  const marker = path.join(folder, unfinishedName);
  try {
    await rm(marker, { force: true });
    await syncFolder(folder);
  } catch (error) {
    throw toDiskError(error, marker);
  }
}

/** What was begun in the folder and not ended; undefined where nothing was. */
export async function readUnfinished(folder: string): Promise<string | undefined> {
  const marker = path.join(folder, unfinishedName);
  try {
    // Reading a pipe would wait for whoever writes into it.
    return (await stat(marker)).isFile() ? (await readFile(marker, 'utf8')).trim() : undefined;
  } catch {
    return undefined;
  }
}
