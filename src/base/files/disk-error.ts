/** What the file system says against writing -> one sentence for the user: the same code reads the same everywhere. */
import { PneumoscopeError, systemErrorCode } from '../errors.ts';

const makeSpace = 'free some space and run the same command again';
const otherFolder = 'choose another folder';
const otherPermissions = 'choose another folder or change its permissions';
const otherName = 'choose another name';

/** By code: what is wrong, and what to do. */
const diskFaults: Readonly<Record<string, readonly [fault: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', makeSpace],
  EDQUOT: ['the disk quota is used up', makeSpace],
  EFBIG: ['the file is too large for this disk', otherFolder],
  EROFS: ['the disk is read-only', otherFolder],
  EACCES: ['permission is denied', otherPermissions],
  EPERM: ['permission is denied', otherPermissions],
  ENOENT: ['a folder of its path is not there and cannot be made', otherFolder],
  ENOTDIR: ['a file stands where a folder is needed', otherFolder],
  EEXIST: ['a file stands where a folder is needed', otherFolder],
  EISDIR: ['a folder stands where a file is needed', otherName],
  ENOTEMPTY: ['a folder that is not empty stands in its place', otherName],
  ENAMETOOLONG: ['the name is too long for this disk', 'choose a shorter name or path'],
  EBUSY: ['another program uses it', 'close that program and run the same command again'],
  EMFILE: ['too many files are open', 'close other programs and run the same command again'],
  ENFILE: ['too many files are open', 'close other programs and run the same command again'],
  EIO: ['the disk reports a fault', otherFolder],
};

/**
 * E_DISK for a code of the file system; one that is not in the table stands in the sentence as it is.
 *
 * @param place the file or folder that was to be written
 * @param options.remedy what to do, where the place of work knows better than the table
 */
export function diskError(
  code: string,
  place: string,
  options: ErrorOptions & { readonly remedy?: string | undefined } = {},
): PneumoscopeError {
  const { remedy, ...rest } = options;
  const known = diskFaults[code];
  const what = known === undefined ? ` (${code})` : `: ${known[0]}`;
  const advice = remedy ?? known?.[1] ?? otherFolder;
  return new PneumoscopeError('E_DISK', `${place} cannot be written${what}; ${advice}`, rest);
}

/** Turns an error of the file system into E_DISK, see {@link diskError}; anything else is passed on unchanged. */
export function toDiskError(error: unknown, place: string, remedy?: string): unknown {
  const code = systemErrorCode(error);
  return code === undefined ? error : diskError(code, place, { remedy, cause: error });
}

/** What only a disk or a machine is to blame for: no mistake of a program brings these about. */
const neverDefects = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'ESTALE']);

/**
 * The last net: E_DISK for an error of the file system that nobody worded where it happened, if its code can only come from a disk or machine.
 * Anything else is passed on unchanged, because it may be a defect.
 */
export function wordDiskTrouble(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || !neverDefects.has(code)) return error;
  const { dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  return diskError(code, dest ?? path ?? 'A file', { cause: error });
}

/** Whether there is no room: then no other way to write the same content will do. */
export function isDiskFull(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
