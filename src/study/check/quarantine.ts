/**
 * Moves files aside, keeping their paths within the data set, and back again. What is going to be moved stands in a log before it is
 * moved, so a kill at any moment can be undone.
 */
import { lstat, open, readdir, readlink, realpath, rm, rmdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isInside, realpathOfMissing, refuseInside } from '../../base/files/inside.ts';
import { findLinkedFolder } from '../../base/files/links.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError, refuse, systemErrorCode } from '../../base/errors.ts';
import { hashFile } from '../../base/files/digest.ts';
import { listedAtMost } from './listed.ts';
import { exists, moveFile, partialName } from '../../base/files/move-file.ts';
import { makeFolder } from '../../base/files/folders.ts';
import { isDiskFull, toDiskError } from '../../base/files/disk-error.ts';
import {
  logName,
  readQuarantineLog,
  renderLogHead,
  renderLogLine,
  type QuarantineEntry,
  type QuarantineLogHead,
} from './quarantine-log.ts';

export interface QuarantineResult {
  readonly folder: string;
  /** one line of JSON per file; what `restoreQuarantine` goes by */
  readonly log: string;
  /** the first 1,000 */
  readonly moved: readonly {
    readonly file: string;
    /** relative to the quarantine, with '/' */
    readonly to: string;
    readonly reason: string;
  }[];
  /** all that were moved */
  readonly movedCount: number;
  /** the first 1,000 of those that stayed where they are */
  readonly failed: readonly { readonly file: string; readonly reason: string }[];
  readonly failedCount: number;
}

/** What is to be moved. */
export interface BadFile {
  /** relative to the data set's folder, with '/' */
  readonly file: string;
  readonly reason: string;
}

export interface QuarantineOptions<File extends BadFile> extends TaskOptions {
  /** how many files there are, for those who wait */
  readonly total?: number | undefined;
  readonly onMoved?: ((file: File) => void) | undefined;
}

export interface RestoreOptions extends TaskOptions {
  /** the data set's folder */
  readonly folder: string;
  readonly quarantine: string;
}

export interface RestoreResult {
  readonly folder: string;
  readonly quarantine: string;
  /** are back */
  readonly restored: readonly string[];
  /** were never moved, or are back since an earlier time */
  readonly inPlace: readonly string[];
  /** another file stands in the place now; the quarantined one stays in the quarantine */
  readonly taken: readonly { readonly file: string; readonly to: string }[];
  /** are in neither folder */
  readonly lost: readonly string[];
}

/** A folder that files can be moved to. */
export interface Quarantine {
  readonly root: string;
  readonly folder: string;
  /** undefined where there is none yet */
  readonly log: QuarantineLog | undefined;
}

interface QuarantineLog extends QuarantineLogHead {
  /** whose the names are that the log holds and that stand for no file: a restore must not take one file for another */
  readonly owners: ReadonlyMap<string, string>;
  /** files that stand in both folders, with their name in the quarantine: a move was cut off before its last step */
  readonly halfMoved: ReadonlyMap<string, string>;
}

/**
 * Looks at the folder without changing anything, so that hours of checking are not followed by a refusal.
 *
 * @param root the data set's folder
 * @param folder does not exist, is empty, or is an earlier quarantine of the same data set
 * @throws PneumoscopeError E_USAGE: inside the data set or around it, or not empty; E_DATASET: a damaged log
 */
export async function openQuarantine(root: string, folder: string): Promise<Quarantine> {
  await refuseInside(folder, root);
  const realRoot = await realpath(root);
  if (isInside(realRoot, await realpathOfMissing(path.resolve(folder)))) {
    refuse('E_USAGE', `${root} lies in ${folder}; choose a folder of its own for what is moved aside`);
  }
  const owners = new Map<string, string>();
  const halfMoved = new Map<string, string>();
  const head = await readLog(folder, async ({ to, file }) => {
    const isThere = await exists(place(folder, to));
    if (isThere) owners.delete(to);
    else owners.set(to, file);
    if (isThere && (await exists(place(realRoot, file)))) halfMoved.set(file, to);
  });
  const log = head === undefined ? undefined : { ...head, owners, halfMoved };
  if (log === undefined && !(await isFree(folder))) {
    refuse('E_USAGE', `${folder} is not empty and holds no earlier quarantine; choose a new or empty folder`);
  }
  if (log !== undefined && log.root !== realRoot) {
    refuse('E_USAGE', `${folder} holds files of another data set, ${log.root}; choose another folder`);
  }
  return { root: realRoot, folder, log };
}

/**
 * Moves the files; one that cannot be moved stays, with the reason.
 *
 * @param files are taken one by one: they need not be in memory
 * @throws PneumoscopeError E_DISK: the quarantine cannot be written; E_INTERRUPTED
 */
export async function quarantineFiles<File extends BadFile>(
  { root, folder, log }: Quarantine,
  files: Iterable<File>,
  options: QuarantineOptions<File> = {},
): Promise<QuarantineResult> {
  const logFile = path.join(folder, logName);
  const moved: { file: string; to: string; reason: string }[] = [];
  const failed: BadFile[] = [];
  let movedCount = 0;
  let failedCount = 0;
  const owners = new Map(log?.owners);
  let handle: FileHandle | undefined;
  try {
    for (const bad of files) {
      throwIfInterrupted(options.signal);
      const { file, reason } = bad;
      if (handle === undefined) {
        await makeFolder(folder);
        handle = await openLog(logFile, root, log);
      }
      const half = await findHalfMoved({ root, folder, log }, file);
      const to = half ?? (await findFreeName(folder, file, owners));
      const linked = await findLink(root, folder, { file, to });
      let fault = linked === undefined ? undefined : `${linked} is a link, and what a link leads to stays`;
      if (fault === undefined && half !== undefined) fault = await tryTo(() => rm(place(root, file)), folder);
      else if (fault === undefined) {
        const target = place(folder, to);
        await makeFolder(path.dirname(target));
        await appendLine(handle, logFile, renderLogLine({ file, to, reason }));
        fault = await tryTo(() => moveFile(place(root, file), target), folder);
        if (fault !== undefined) owners.set(to, file);
      }
      if (fault === undefined) {
        movedCount += 1;
        if (moved.length < listedAtMost) moved.push({ file, to, reason });
        options.onMoved?.(bad);
      } else {
        failedCount += 1;
        const why = `${place(root, file)} cannot be moved (${fault})`;
        if (failed.length < listedAtMost) failed.push({ file, reason: why });
      }
      const done = movedCount + failedCount;
      options.onProgress?.({ label: 'Moving', done, unit: 'files', ...(options.total && { total: options.total }) });
    }
  } finally {
    await handle?.close();
  }
  return { folder, log: logFile, moved, movedCount, failed, failedCount };
}

/** @returns the name in the quarantine of a file whose move was cut off before its last step */
async function findHalfMoved({ root, folder, log }: Quarantine, file: string): Promise<string | undefined> {
  const to = log?.halfMoved.get(file);
  return to !== undefined && (await isSame(place(root, file), place(folder, to))) ? to : undefined;
}

/** Nothing is moved, overwritten or deleted through a link. @returns the folder on either way that is one */
async function findLink(
  root: string,
  folder: string,
  { file, to }: Pick<QuarantineEntry, 'file' | 'to'>,
): Promise<string | undefined> {
  const source = await findLinkedFolder(root, file);
  if (source !== undefined) return place(root, source);
  const target = await findLinkedFolder(folder, to);
  return target === undefined ? undefined : place(folder, target);
}

/** @returns what the file system says against it, such as ENOENT */
async function tryTo(move: () => Promise<void>, folder: string): Promise<string | undefined> {
  try {
    await move();
    return undefined;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (isDiskFull(error)) throw toDiskError(error, folder);
    return code;
  }
}

/**
 * Moves everything back that the log names. It may be interrupted and run again. When all is back, the log and the folders that were
 * made for it are removed.
 *
 * @throws PneumoscopeError E_NOT_FOUND: no such folder, or no quarantine; E_USAGE: that of another data set; E_DATASET: a damaged
 * log; E_DISK; E_INTERRUPTED
 */
export async function restoreQuarantine(options: RestoreOptions): Promise<RestoreResult> {
  const { folder, quarantine, signal } = options;
  // A move that was cut off and made later stands in the log twice.
  const byPlace = new Map<string, QuarantineEntry>();
  const log = await readLog(quarantine, (entry) => void byPlace.set(entry.to, entry));
  if (log === undefined) {
    throw new PneumoscopeError('E_NOT_FOUND', `${quarantine} holds no ${logName}, so nothing in it can be moved back`);
  }
  if (!(await exists(folder))) throw new PneumoscopeError('E_NOT_FOUND', `${folder} does not exist; name the data set`);
  const root = await realpath(folder);
  // A data set that was moved since is recognised by nothing but its user's word.
  if (root !== log.root && (await exists(log.root))) {
    refuse('E_USAGE', `${quarantine} holds files of ${log.root}, not of ${folder}; name that folder`);
  }
  const restored: string[] = [];
  const inPlace: string[] = [];
  const taken: { file: string; to: string }[] = [];
  const lost: string[] = [];
  const entries = [...byPlace.values()];
  const refuseLink = async (entry: QuarantineEntry): Promise<void> => {
    const linked = await findLink(root, quarantine, entry);
    if (linked === undefined) return;
    refuse('E_USAGE', `${linked} is a link, and nothing is moved through a link; put a folder in its place`);
  };
  // All before any: what is refused is refused as a whole.
  for (const entry of entries) await refuseLink(entry);
  for (const [index, entry] of entries.entries()) {
    throwIfInterrupted(signal);
    await refuseLink(entry);
    const { file, to } = entry;
    const outcome = await restoreFile(place(root, file), place(quarantine, to)).catch((error: unknown) => {
      throw toDiskError(error, place(root, file));
    });
    if (outcome === 'taken') taken.push({ file, to });
    else ({ restored, inPlace, lost })[outcome].push(file);
    options.onProgress?.({ label: 'Moving back', done: index + 1, total: entries.length, unit: 'files' });
  }
  if (taken.length === 0) await rm(path.join(quarantine, logName));
  await removeEmptyFolders(
    quarantine,
    entries.map(({ to }) => to),
  );
  return { folder, quarantine, restored, inPlace, taken, lost };
}

async function restoreFile(original: string, moved: string): Promise<'restored' | 'inPlace' | 'taken' | 'lost'> {
  // What a kill left of a copy.
  for (const file of [original, moved]) await rm(partialName(file), { force: true });
  const isThere = await exists(original);
  if (!(await exists(moved))) return isThere ? 'inPlace' : 'lost';
  if (!isThere) {
    await makeFolder(path.dirname(original));
    await moveFile(moved, original);
    return 'restored';
  }
  if (!(await isSame(original, moved))) return 'taken';
  await rm(moved);
  return 'inPlace';
}

/** Two names of one file, two files of the same content, or two links to the same place: a move that was cut off left both. */
async function isSame(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([lstat(a), lstat(b)]);
  if (first.ino === second.ino && first.dev === second.dev) return true;
  if (first.isSymbolicLink() && second.isSymbolicLink()) return (await readlink(a)) === (await readlink(b));
  if (!first.isFile() || !second.isFile() || first.size !== second.size) return false;
  return (await hashFile(a)) === (await hashFile(b));
}

async function readLog(
  folder: string,
  onEntry: (entry: QuarantineEntry) => void | Promise<void>,
): Promise<QuarantineLogHead | undefined> {
  const file = path.join(folder, logName);
  try {
    return await readQuarantineLog(file, onEntry);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined || error instanceof PneumoscopeError) throw error;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') refuse('E_USAGE', `${folder} is a file, where a folder is needed; choose another name`);
    throw new PneumoscopeError('E_DISK', `${file} cannot be read (${code}); check its permissions`, { cause: error });
  }
}

/** Of the log only whole lines stay: what is behind them was cut off before anything was moved. */
async function openLog(file: string, root: string, log: QuarantineLogHead | undefined): Promise<FileHandle> {
  try {
    const handle = await open(file, 'a');
    if (log === undefined) {
      await handle.truncate(0);
      await appendLine(handle, file, renderLogHead(root));
    } else await handle.truncate(log.wholeBytes);
    return handle;
  } catch (error) {
    throw toDiskError(error, file);
  }
}

async function appendLine(handle: FileHandle, file: string, line: string): Promise<void> {
  try {
    await handle.appendFile(line);
    await handle.datasync();
  } catch (error) {
    throw toDiskError(error, file);
  }
}

/** @param owners of names that stand for no file */
async function findFreeName(folder: string, file: string, owners: ReadonlyMap<string, string>): Promise<string> {
  const { dir, name, ext } = path.posix.parse(file);
  const isTaken = async (to: string): Promise<boolean> =>
    (owners.get(to) ?? file) !== file || (await exists(place(folder, to)));
  let free = file;
  for (let n = 2; await isTaken(free); n++) free = path.posix.join(dir, `${name}-${n}${ext}`);
  return free;
}

async function isFree(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.every((name) => name === logName);
}

async function removeEmptyFolders(root: string, files: readonly string[]): Promise<void> {
  const folders = new Set<string>();
  for (const file of files) {
    for (let dir = path.posix.dirname(file); dir !== '.'; dir = path.posix.dirname(dir)) folders.add(dir);
  }
  const deepestFirst = [...[...folders].toSorted((a, b) => b.length - a.length), '.'];
  // One that holds anything else stays.
  for (const folder of deepestFirst) await rmdir(path.join(root, folder)).catch(() => undefined);
}

function place(root: string, file: string): string {
  return path.join(root, ...file.split('/'));
}
