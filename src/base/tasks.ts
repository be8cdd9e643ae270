/** What long work on files has in common: progress, interruption, the errors of a disk, a marker for unfinished folders. */
import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from './errors.ts';

/** How far a piece of work has come. */
export interface TaskProgress {
  /** what is being done, such as 'Unpacking'; a new label starts a new count */
  readonly label: string;
  readonly done: number;
  /** left out where nobody knows it */
  readonly total?: number;
  /** 'bytes', or what is counted, such as 'images' */
  readonly unit: string;
}

export interface TaskOptions {
  readonly onProgress?: ((progress: TaskProgress) => void) | undefined;
  /** aborting rejects with the signal's reason if that is a PneumoscopeError, with E_INTERRUPTED otherwise */
  readonly signal?: AbortSignal | undefined;
}

/** @throws PneumoscopeError when the signal was aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  if (signal.reason instanceof PneumoscopeError) throw signal.reason;
  throw new PneumoscopeError('E_INTERRUPTED', 'the work was stopped before it was done; run it again to continue', {
    cause: signal.reason,
  });
}

const diskFaults: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and run the same command again',
  EDQUOT: 'the disk quota is used up; free some space and run the same command again',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'permission is denied; choose another folder or change its permissions',
  EPERM: 'permission is denied; choose another folder or change its permissions',
  ENOTDIR: 'a file stands where a folder is needed; choose another folder',
  EEXIST: 'a file stands where a folder is needed; choose another folder',
  EISDIR: 'a folder stands where a file is needed; choose another folder',
  EIO: 'the disk reports a fault; choose another folder',
  EMFILE: 'too many files are open; close other programs and run the same command again',
  ENAMETOOLONG: 'the name is too long for this disk; choose a folder with a shorter path',
};

/** Turns a failure to write into E_DISK with a sentence that names the place; anything else is passed on unchanged. */
export function toDiskError(error: unknown, place: string): unknown {
  const fault = diskFaults[errorCode(error) ?? ''];
  if (fault === undefined) return error;
  return new PneumoscopeError('E_DISK', `${place} cannot be written: ${fault}`, { cause: error });
}

/** The code of a system error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @throws PneumoscopeError E_DISK */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw toDiskError(error, folder);
    const sentence = `${folder} cannot be made: this file system takes no folders there; choose another folder`;
    throw new PneumoscopeError('E_DISK', sentence, { cause: error });
  }
}

/**
 * {@link makeFolder} with the errors of the file system as they are. One by one: Node's recursive mkdir never ends on a file system
 * that answers ENOENT, as /proc does.
 */
export async function makeFolders(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let place = path.resolve(folder); !(await isFolder(place)); place = path.dirname(place)) missing.unshift(place);
  for (const place of missing) {
    await mkdir(place).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** @throws what mkdir would: ENOTDIR, or EEXIST for a file of that name */
async function isFolder(place: string): Promise<boolean> {
  try {
    if ((await stat(place)).isDirectory()) return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`EEXIST: file already exists, mkdir '${place}'`), { code: 'EEXIST' });
}

/**
 * Fails before the work rather than in the middle of it. File systems that do not tell their free space pass.
 *
 * @param folder exists
 * @throws PneumoscopeError E_DISK
 */
export async function checkFreeSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  if (blocks === 0 || free >= needed) return;
  const figures = `${formatMegabytes(needed)} are needed and ${formatMegabytes(free)} are free`;
  throw new PneumoscopeError('E_DISK', `${folder} has too little space: ${figures}; free some or choose another disk`);
}

function formatMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}

const unfinishedName = '.unfinished';

/** Says, in the folder itself, that it is not complete; what was begun and interrupted can then not be taken for whole. */
export async function markUnfinished(folder: string, what: string): Promise<void> {
  try {
    await writeFile(path.join(folder, unfinishedName), `${what}\n`);
  } catch (error) {
    throw toDiskError(error, folder);
  }
}

export async function markFinished(folder: string): Promise<void> {
  await rm(path.join(folder, unfinishedName), { force: true });
}

/** What was begun in the folder and not ended; undefined where nothing was. */
export async function readUnfinished(folder: string): Promise<string | undefined> {
  return await readFile(path.join(folder, unfinishedName), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * Runs `work` on every item, `concurrency` at a time; the first failure stops the others before it is thrown.
 *
 * @param items are taken one by one, when there is room for one: they need not be in memory
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let taken = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    while (!failed) {
      try {
        const next = iterator.next();
        if (next.done === true) return;
        await work(next.value, taken++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, run));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return;
  iterator.return?.();
  throw failure.reason;
}
