/**
 * The directory of a zip archive -> what to unpack and under which names. Everything about it is an assertion of a stranger:
 * a name or structure that could do harm refuses the whole archive before a byte of it is unpacked.
 */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { hasImageExtension } from '../../imaging/decode/image-format.ts';
import type { ArchiveLimits } from './archive-limits.ts';

export interface ArchiveImage {
  readonly entry: Entry;
  /** relative to the folder to unpack into, with '/' */
  readonly file: string;
}

export interface ArchivePlan {
  readonly images: readonly ArchiveImage[];
  /** unpacked, in bytes */
  readonly totalBytes: number;
  /** litter and files that are no images */
  readonly otherFiles: number;
  /** images of a second copy of the tree inside itself, such as `chest_xray/chest_xray/...` */
  readonly nestedCopies: number;
}

const splitFolder = /^(train|training|val|valid|validation|test|testing)$/i;
const ratioFloor = 1e6;

/** @throws PneumoscopeError E_NOT_FOUND: no such file; E_ARCHIVE: not a zip archive, or a truncated one */
export async function openArchive(file: string): Promise<ZipFile> {
  try {
    // Names are read and judged here, so that a hostile one is named in the sentence. autoClose would close on the first error.
    return await openPromise(file, { decodeStrings: false, autoClose: false });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist`);
    if (systemErrorCode(error) === 'EISDIR') return refuse(file, 'is a folder, not a zip archive', error);
    return refuse(file, await explainUnopened(file), error);
  }
}

/**
 * Reads the whole directory and decides. Left out: everything that is no image, macOS litter, hidden files, and nested second
 * copies, which are images whose path, once a folder that repeats its parent's name is dropped, is that of another image
 * with the same size and CRC-32. Leading folders that all images share are dropped, down to the first one named after a split
 * (train, val, test) and never the one that holds the images, so `chest_xray/train/NORMAL/a.jpeg` becomes `train/NORMAL/a.jpeg`.
 *
 * @param file the archive's name, for error sentences
 * @throws PneumoscopeError E_ARCHIVE
 */
export async function planArchive(zip: ZipFile, file: string, limits: ArchiveLimits = {}): Promise<ArchivePlan> {
  const { entries: maximumEntries = 500_000 } = limits;
  if (zip.entryCount > maximumEntries) {
    refuse(file, `lists ${zip.entryCount} entries, more than the ${maximumEntries} allowed`);
  }
  const directoryStart = Number(zip.readEntryCursor);
  const all: Entry[] = [];
  const images: ArchiveImage[] = [];
  let otherFiles = 0;
  for (const { entry, name } of await readEntries(zip, file)) {
    all.push(entry);
    if (name.endsWith('/')) continue;
    if (isWantedImage(name)) images.push({ entry, file: name });
    else otherFiles += 1;
  }
  if (images.length === 0) refuse(file, `has no image in it (${otherFiles} other files)`);
  checkLayout(all, directoryStart, file);
  const kept = leaveOutNestedCopies(images);
  checkImages(kept, file, limits);
  const placed = dropSharedFolders(kept);
  checkNames(placed, file);
  return {
    images: placed,
    totalBytes: sum(placed.map(({ entry }) => entry.uncompressedSize)),
    otherFiles,
    nestedCopies: images.length - kept.length,
  };
}

/** @throws PneumoscopeError E_ARCHIVE, whose sentence begins with the archive's name */
export function refuse(file: string, why: string, cause?: unknown): never {
  const options = cause === undefined ? undefined : { cause };
  throw new PneumoscopeError('E_ARCHIVE', `${file} ${why}`, options);
}

async function readEntries(zip: ZipFile, file: string): Promise<{ entry: Entry; name: string }[]> {
  const entries: { entry: Entry; name: string }[] = [];
  try {
    for await (const entry of zip.eachEntry()) entries.push({ entry, name: readName(entry, file) });
  } catch (error) {
    if (error instanceof PneumoscopeError) throw error;
    refuse(file, `is damaged: ${(error as Error).message}; get it again`, error);
  }
  return entries;
}

/** The name with '/' between parts, harmless on every system; folders end in '/'. */
function readName(entry: Entry, file: string): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const shown = JSON.stringify(name);
  const parts = name.split('/');
  const harm = (why: string): never => refuse(file, `is unsafe: the entry ${shown} ${why}; nothing was unpacked`);
  if (name.startsWith('/')) harm('has an absolute path');
  if (name.includes('\\')) harm('has a backslash in its path');
  if (/^[a-z]:/i.test(name)) harm('names a drive');
  if (parts.includes('..')) harm('leads out of the folder with ..');
  // A colon opens a second stream of the file on Windows.
  if (/[\p{Cc}:]/u.test(name)) harm('has a control character or colon in its name');
  if (parts.some((part) => Buffer.byteLength(part) > 255)) harm('has a name of more than 255 bytes');
  // The upper half of the attributes is the Unix mode, whoever wrote the archive; 0: none was recorded.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type === 0o120000) harm('is a symbolic link');
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) harm('is a device, pipe or socket');
  const clean = parts.filter((part) => part !== '' && part !== '.').join('/');
  return name.endsWith('/') || type === 0o040000 ? `${clean}/` : clean;
}

function isWantedImage(name: string): boolean {
  return hasImageExtension(name) && !name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

/** Entries that share bytes make a small archive unpack to a huge one (D. Fifield, A better zip bomb, 2019). */
function checkLayout(entries: readonly Entry[], directoryStart: number, file: string): void {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const [i, entry] of sorted.entries()) {
    // 30 bytes of local header, then at least the name; extra fields may add to it.
    const end = entry.relativeOffsetOfLocalHeader + 30 + entry.fileNameLength + entry.compressedSize;
    const next = sorted[i + 1]?.relativeOffsetOfLocalHeader ?? directoryStart;
    if (end > next) refuse(file, 'is unsafe: its entries overlap; nothing was unpacked');
  }
}

function checkImages(images: readonly ArchiveImage[], file: string, limits: ArchiveLimits): void {
  const { totalBytes = 64e9, entryBytes = 512e6, ratio = 200 } = limits;
  let total = 0;
  for (const { entry, file: name } of images) {
    const { uncompressedSize: size, compressedSize } = entry;
    if (entry.isEncrypted()) refuse(file, `is encrypted (${name}); decrypt it with another program first`);
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
      const method = `is packed by method ${entry.compressionMethod}`;
      refuse(file, `cannot be unpacked: ${name} ${method}, and only 0 and 8 (deflate) are read; pack it anew`);
    }
    total += size;
    if (size > entryBytes)
      refuse(file, `is unsafe: ${name} unpacks to ${size} bytes, more than the ${entryBytes} allowed`);
    if (size > ratioFloor && size > ratio * compressedSize) {
      refuse(
        file,
        `is unsafe: ${name} unpacks to ${Math.round(size / compressedSize)} times its size, as a zip bomb does`,
      );
    }
    if (total > totalBytes) refuse(file, `is unsafe: it unpacks to more than the ${totalBytes} bytes allowed`);
  }
}

function leaveOutNestedCopies(images: readonly ArchiveImage[]): ArchiveImage[] {
  const byName = new Map(images.map((image) => [image.file, image.entry]));
  return images.filter(({ entry, file }) => {
    const parts = file.split('/');
    return !parts.some((part, i) => {
      if (part !== parts[i + 1] || i + 2 >= parts.length) return false;
      const twin = byName.get([...parts.slice(0, i), ...parts.slice(i + 1)].join('/'));
      return twin !== undefined && twin.crc32 === entry.crc32 && twin.uncompressedSize === entry.uncompressedSize;
    });
  });
}

function dropSharedFolders(images: readonly ArchiveImage[]): ArchiveImage[] {
  const first = (images[0]?.file ?? '').split('/');
  let shared = 0;
  while (shared < first.length - 2 && !splitFolder.test(first[shared] ?? '')) {
    const head = `${first.slice(0, shared + 1).join('/')}/`;
    // At least two parts must remain: the class and the image.
    if (!images.every(({ file }) => file.startsWith(head) && file.slice(head.length).includes('/'))) break;
    shared += 1;
  }
  return images.map(({ entry, file }) => ({ entry, file: file.split('/').slice(shared).join('/') }));
}

/** Two entries of one name, also where case does not count, or a file where another entry needs a folder. */
function checkNames(images: readonly ArchiveImage[], file: string): void {
  const names = new Set<string>();
  for (const { file: name } of images) {
    const key = nameKey(name);
    if (names.has(key)) refuse(file, `is unsafe: it holds ${name} twice; nothing was unpacked`);
    names.add(key);
  }
  for (const { file: name } of images) {
    for (let folder = path.posix.dirname(nameKey(name)); folder !== '.'; folder = path.posix.dirname(folder)) {
      if (names.has(folder)) refuse(file, `is unsafe: ${folder} is a file and a folder in it; nothing was unpacked`);
    }
  }
}

function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

async function explainUnopened(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size === 0) return 'is empty, not a zip archive; get it again';
    const head = Buffer.alloc(512);
    await handle.read(head, 0, head.length, 0);
    const start = head.toString('latin1');
    if (start.startsWith('PK')) return 'is a truncated or damaged zip archive; get it again';
    if (/^\s*<(!doctype|html)/i.test(start)) return 'is a web page, not a zip archive; download it anew';
    return 'is not a zip archive';
  } finally {
    await handle.close();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
