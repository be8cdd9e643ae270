/** Unpacks the images of a zip archive into a folder: whole files or none, and what already stands there is not done again. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { ZipFile } from 'yauzl';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { planArchive, type ArchiveImage, type PlanOptions } from './archive-entries.ts';
import { openArchive } from './archive-open.ts';
import { refuse } from './archive-refusal.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { checkFreeSpace } from '../../base/files/ensure-room.ts';
import { makeFolder } from '../../base/files/folders.ts';
import { syncFiles } from '../../base/files/sync-files.ts';
import { markFinished, markUnfinished, readUnfinished } from '../../base/files/unfinished.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';

export interface UnpackOptions extends TaskOptions, PlanOptions {
  readonly archive: string;
  readonly out: string;
}

export interface UnpackResult {
  /** relative to `out`, with '/', in the archive's order */
  readonly files: readonly string[];
  /** images that already stood there, whole */
  readonly alreadyThere: number;
  /** litter and files that are no images, left out */
  readonly otherFiles: number;
  /** images of a second copy of the tree inside itself, left out */
  readonly nestedCopies: number;
  /** sentences about what a user should look at */
  readonly warnings: readonly string[];
}

/**
 * Each image is written under a temporary name, compared with its size and CRC-32, then renamed. An interrupted call is
 * continued by the next one; until then the folder says of itself that it is incomplete.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_ARCHIVE: damaged or hostile archive; E_USAGE: another file stands where
 * an image goes; E_DISK; E_INTERRUPTED
 */
export async function unpackImages(options: UnpackOptions): Promise<UnpackResult> {
  const { archive, out } = options;
  const zip = await openArchive(archive);
  try {
    const plan = await planArchive(zip, archive, options);
    const missing = await findMissing(plan.images, options);
    await makeFolder(out);
    await checkFreeSpace(
      out,
      missing.reduce((total, { entry }) => total + entry.uncompressedSize, 0),
    );
    if (missing.length > 0) await unpack(zip, missing, options);
    // Also what stood there before: a call that was killed may have written it, and nothing made it durable.
    const files = plan.images.map(({ file }) => file);
    await syncFiles(out, files, options);
    await markFinished(out);
    return {
      files,
      alreadyThere: plan.images.length - missing.length,
      otherFiles: plan.otherFiles,
      nestedCopies: plan.nestedCopies,
      warnings: plan.warnings,
    };
  } finally {
    zip.close();
  }
}

async function findMissing(images: readonly ArchiveImage[], options: UnpackOptions): Promise<ArchiveImage[]> {
  const { archive, out, signal, onProgress } = options;
  // After a crash of the machine a file may stand there without its content; in an unfinished folder it is ours to mend.
  const isOurs = (await readUnfinished(out)) !== undefined;
  const isMissing: boolean[] = images.map(() => false);
  let done = 0;
  await forEachConcurrently(images, 8, async (image, index) => {
    throwIfInterrupted(signal);
    const target = path.join(out, image.file);
    const found = await compare(target, image);
    if (found === 'different' && !isOurs) {
      const sentence = `${target} differs from the image of that name in ${archive}; choose another folder or move it away`;
      throw new PneumoscopeError('E_USAGE', sentence);
    }
    isMissing[index] = found !== 'equal';
    if (found === 'equal') onProgress?.({ label: 'Comparing', done: ++done, total: images.length, unit: 'images' });
  });
  return images.filter((_, index) => isMissing[index]);
}

async function compare(target: string, { entry }: ArchiveImage): Promise<'missing' | 'equal' | 'different'> {
  const found = await stat(target).catch(() => undefined);
  if (found === undefined) return 'missing';
  if (!found.isFile() || found.size !== entry.uncompressedSize) return 'different';
  return crc32(await readFile(target)) === entry.crc32 ? 'equal' : 'different';
}

async function unpack(zip: ZipFile, images: readonly ArchiveImage[], options: UnpackOptions): Promise<void> {
  const { archive, out, signal, onProgress } = options;
  const total = images.reduce((bytes, { entry }) => bytes + entry.uncompressedSize, 0);
  await markUnfinished(
    out,
    `unpacking ${path.basename(archive)} was interrupted, unpack it again into the same folder`,
  );
  let done = 0;
  await forEachConcurrently(images, 4, async (image) => {
    throwIfInterrupted(signal);
    await unpackImage(zip, image, options);
    done += image.entry.uncompressedSize;
    onProgress?.({ label: 'Unpacking', done, total, unit: 'bytes' });
  });
}

async function unpackImage(
  zip: ZipFile,
  { entry, file }: ArchiveImage,
  { archive, out }: UnpackOptions,
): Promise<void> {
  const content = async function* (): AsyncGenerator<Uint8Array> {
    let crc = 0;
    for await (const chunk of readEntry(zip, entry, `${archive} is damaged at ${file}`)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (crc !== entry.crc32) refuse(archive, `is damaged: ${file} has the wrong checksum; get the archive again`);
  };
  // The folder is marked unfinished until all images are made durable at once.
  await writeFileWhole(path.join(out, file), content(), { durable: false });
}

/** The library checks that as many bytes come out as the directory says; its errors are those of the archive. */
async function* readEntry(zip: ZipFile, entry: ArchiveImage['entry'], problem: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer;
  } catch (error) {
    if (systemErrorCode(error) === 'EIO') throw error;
    const why = (error as Error).message;
    throw new PneumoscopeError('E_ARCHIVE', `${problem} (${why}); get the archive again`, { cause: error });
  }
}
