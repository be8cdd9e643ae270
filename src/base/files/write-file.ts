/**
 * The one way to write a file that somebody asked for: it appears whole or not at all. It is written beside its place under another
 * name, forced to the disk, and renamed.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, type Stats } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { toDiskError } from './disk-error.ts';
import { makeFolder, syncFolder } from './folders.ts';

/** Parts are written one after the other, and may be made one by one. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /**
   * Whether the file is still there when the power fails right after this returns; default true. It costs a wait for the disk, so it
   * is false for what is made again in one call if it is lost: a cache, and files of a folder that is marked unfinished meanwhile.
   */
  readonly durable?: boolean | undefined;
}

/**
 * Writes a file and makes its folder. A file that is replaced gives its permissions to the new one. On failure nothing new is left, and
 * what stood under the name before is still there.
 *
 * @param content may be made from the file that is to be replaced; errors of the making are thrown on as they are
 * @throws PneumoscopeError E_DISK
 */
export async function writeFileWhole(file: string, content: FileContent, options: WriteOptions = {}): Promise<void> {
  const { durable = true } = options;
  await throughTemporary(file, durable, async (temporary, like) => {
    await writeNewFile(temporary, content, { durable, like });
  });
}

/**
 * Lets others write a file, as often as they like, under a name beside it, look at what came out, and refuse it; only then it takes its
 * place. What stood there before is lost at that moment and no sooner. Permissions are as {@link writeFileWhole} keeps them.
 *
 * @param build gets the name to write to; what it throws is thrown on
 * @returns what `build` gives
 * @throws PneumoscopeError E_DISK
 */
export async function replaceFile<T>(file: string, build: (aside: string) => Promise<T>): Promise<T> {
  return await throughTemporary(file, true, async (temporary, like) => {
    // The first file there has the permissions, and each one that replaces it gets them.
    if (like !== undefined) await writeNewFile(temporary, '', { durable: false, like });
    const result = await build(temporary);
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    return result;
  });
}

async function throughTemporary<T>(
  file: string,
  durable: boolean,
  write: (temporary: string, replaced: Stats | undefined) => Promise<T>,
): Promise<T> {
  const folder = path.dirname(file);
  const temporary = temporaryName(file);
  try {
    await makeFolder(folder);
    await removeAbandoned(folder);
    const replaced = await stat(file).catch(() => undefined);
    const result = await write(temporary, replaced);
    await rename(temporary, file);
    if (durable) await syncFolder(folder);
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw toDiskError(error, file);
  }
}

/**
 * Writes a file under a name that is not taken; for what needs no second name, because another one guards it. Half of it may be left
 * on failure.
 *
 * @param options.like whose owner and permissions it gets; default: those of any new file
 * @throws what the file system says
 */
export async function writeNewFile(
  file: string,
  content: FileContent,
  options: WriteOptions & { readonly like?: Stats | undefined } = {},
): Promise<void> {
  const { durable = true, like } = options;
  // Never more than that file allows, not even for a moment; the umask may take away more.
  const handle = await open(file, 'wx', like === undefined ? undefined : like.mode & 0o777);
  try {
    if (like !== undefined) await copyPermissions(handle, like);
    if (typeof content === 'string' || content instanceof Uint8Array) await handle.writeFile(content);
    else for await (const part of content) await handle.writeFile(part);
    if (durable) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Some file systems have no owners or permissions, and only an administrator gives files away: then they stay as they are. */
async function copyPermissions(handle: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
  if (own.mode !== mode) await handle.chmod(mode & 0o777).catch(() => undefined);
}

/** Of the longest names only the beginning is kept: with the rest they would be too long for the disk. */
const keptCharacters = 50;
const temporaryPattern = /^\..+\.([0-9a-z]{8})-(\d+)-[0-9a-f]{8}\.part$/s;

/** Beside the file, hidden from listings of images, and of a form that no other program gives. */
export function temporaryName(file: string): string {
  const name = Array.from(path.basename(file)).slice(0, keptCharacters).join('');
  const writer = `${machine}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return path.join(path.dirname(file), `.${name}.${writer}.part`);
}

/** Where a process number means one process: this start of this machine, and in it this container. */
const machine = identifyMachine();
const anyMachine = 'anywhere';

function identifyMachine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return createHash('sha256')
      .update(boot + readlinkSync('/proc/self/ns/pid'))
      .digest('hex')
      .slice(0, 8);
  } catch {
    // Other systems do not tell; two machines of one name may share a disk.
    return anyMachine;
  }
}

/** Whether a name is one of {@link temporaryName}: such a file is being written, or its writer was killed. */
export function isTemporaryName(name: string): boolean {
  return temporaryPattern.test(name);
}

/** A process on another machine may be at work in the folder, so of its files the age alone tells that they are abandoned. */
const abandonedAfterMs = 3_600_000;
const cleaned = new Map<string, number>();

/**
 * The one rule for what killed processes left: it goes when the next file is written into its folder. That is a temporary file whose
 * process is known to have ended, or that nobody has written to for an hour. A process looks at a folder once an hour.
 */
async function removeAbandoned(folder: string): Promise<void> {
  const place = path.resolve(folder);
  if (Date.now() - (cleaned.get(place) ?? -Infinity) < abandonedAfterMs) return;
  cleaned.set(place, Date.now());
  // What cannot be cleaned must not keep anybody from writing.
  for (const name of await readdir(place).catch(() => [])) {
    if (!isTemporaryName(name)) continue;
    const file = path.join(place, name);
    const entry = await stat(file).catch(() => undefined);
    if (entry === undefined) continue;
    if (isWriterGone(name) || Date.now() - entry.mtimeMs > abandonedAfterMs)
      await rm(file, { force: true }).catch(() => undefined);
  }
}

/** @returns false also where nobody can know */
function isWriterGone(name: string): boolean {
  const [, where, pid] = temporaryPattern.exec(name) ?? [];
  if (where !== machine || machine === anyMachine) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return systemErrorCode(error) === 'ESRCH';
  }
}
