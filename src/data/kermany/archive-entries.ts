/**
 * The directory of a zip archive -> what to unpack and under which names. Everything about it is an assertion of a stranger:
 * a name or structure that could do harm refuses the whole archive before a byte of it is unpacked.
 */
import path from 'node:path';
import type { Entry, ZipFile } from 'yauzl';
import { budgets } from '../../base/budgets.ts';
import { hasImageExtension } from '../../imaging/decode/image-format.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { readNames } from './archive-names.ts';
import { isLitter } from '../litter.ts';
import { refuse } from './archive-refusal.ts';

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
  /** sentences about what a user should look at */
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  readonly limits?: ArchiveLimits | undefined;
  /** of names of which the archive does not say it, see `readNames` */
  readonly encoding?: string | undefined;
}

const splitFolder = /^(train|training|val|valid|validation|test|testing)$/i;
const ratioFloor = 1e6;

/**
 * Reads the whole directory and decides. Left out: everything that is no image, macOS litter, hidden files, and nested second
 * copies, which are images whose path, once a folder that repeats its parent's name is dropped, is that of another image
 * with the same size and CRC-32. Leading folders that all images share are dropped, down to the first one named after a split
 * (train, val, test) and never the one that holds the images, so `chest_xray/train/NORMAL/a.jpeg` becomes `train/NORMAL/a.jpeg`.
 *
 * @param file the archive's name, for error sentences
 * @throws PneumoscopeError E_ARCHIVE; E_USAGE: an unknown encoding
 */
export async function planArchive(zip: ZipFile, file: string, options: PlanOptions = {}): Promise<ArchivePlan> {
  const { limits = {} } = options;
  const { entries: maximumEntries = budgets.archiveEntries.limit } = limits;
  if (zip.entryCount > maximumEntries) {
    refuse(file, `lists ${zip.entryCount} entries, more than the ${maximumEntries} allowed`);
  }
  const directoryStart = Number(zip.readEntryCursor);
  const all = await readEntries(zip, file);
  const names = readNames(all, file, options.encoding);
  const images: ArchiveImage[] = [];
  let otherFiles = 0;
  for (const { entry, name } of names.entries) {
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
    warnings: names.warning === undefined ? [] : [names.warning],
  };
}

async function readEntries(zip: ZipFile, file: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) entries.push(entry);
  } catch (error) {
    refuse(file, `is damaged: ${(error as Error).message}; get it again`, error);
  }
  return entries;
}

function isWantedImage(name: string): boolean {
  return hasImageExtension(name) && !name.split('/').some(isLitter);
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
  const {
    totalBytes = budgets.archiveBytes.limit,
    entryBytes = budgets.archiveEntryBytes.limit,
    ratio = budgets.archiveRatio.limit,
  } = limits;
  let total = 0;
  let packed = 0;
  for (const { entry, file: name } of images) {
    const { uncompressedSize: size, compressedSize } = entry;
    if (entry.isEncrypted()) refuse(file, `is encrypted (${name}); decrypt it with another program first`);
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
      const method = `is packed by method ${entry.compressionMethod}`;
      refuse(file, `cannot be unpacked: ${name} ${method}, and only 0 and 8 (deflate) are read; pack it anew`);
    }
    total += size;
    packed += compressedSize;
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
  // Many small images that are each allowed to be packed as tightly as they like.
  if (total > ratioFloor && total > ratio * packed) {
    refuse(file, `is unsafe: it unpacks to ${Math.round(total / packed)} times its size in all, as a zip bomb does`);
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
