/** Gets the chest X-rays of Kermany et al.: downloads the archive, or takes a local one, and unpacks its images. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from '../../base/errors.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import { unpackImages } from './archive-unpack.ts';
import { openDecoder } from '../../base/files/decode-text.ts';
import { hashFile } from '../../base/files/digest.ts';
import { downloadFile } from './download.ts';
import type { TaskOptions } from '../../base/tasks.ts';

/**
 * Version 2 of Kermany, Zhang, Goldbaum, Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for Classification,
 * Mendeley Data, doi:10.17632/rscbjbr9sj.2, CC BY 4.0. The digest is the one that users of the archive publish; the
 * publisher names none.
 */
export const kermanyArchive = {
  url: 'https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files/f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded',
  name: 'ChestXRay2017.zip',
  size: 1_235_512_464,
  sha256: '13efc055629733dbab07877f8b3c9f81097840dbcdaa326a8542322c2281ce36',
} as const;

export interface GetDatasetOptions extends TaskOptions {
  /** a local zip archive instead of a download */
  readonly from?: string | undefined;
  /** the folder to unpack into; a downloaded archive is kept in it as well */
  readonly out: string;
  /** default: {@link kermanyArchive} */
  readonly url?: string | undefined;
  /** digest the archive must have; default: the known one for the known address, any for another one or for `from` */
  readonly sha256?: string | undefined;
  /** bytes the archive must have; default as for `sha256` */
  readonly size?: number | undefined;
  readonly limits?: ArchiveLimits | undefined;
  /** of names of which the archive does not say it, such as gbk; default: UTF-8 where all are valid in it, else code page 437 and a warning */
  readonly encoding?: string | undefined;
}

export interface GetDatasetResult {
  readonly out: string;
  readonly archive: string;
  /** undefined with `from` */
  readonly download: { readonly bytes: number; readonly resumedFrom: number; readonly sha256: string } | undefined;
  readonly images: number;
  /** folder, relative to `out` and with '/' -> images in it */
  readonly folders: Readonly<Record<string, number>>;
  /** images that an earlier call had unpacked */
  readonly alreadyThere: number;
  /** litter and files that are no images, left out */
  readonly otherFiles: number;
  /** images of a second copy of the tree inside itself, left out */
  readonly nestedCopies: number;
  /** sentences about what a user should look at */
  readonly warnings: readonly string[];
}

/**
 * `OUT/train/NORMAL/...` and so on: folders that all images share, such as `chest_xray/`, are dropped (see planArchive). Stopped at any
 * point, the same call goes on where it was.
 *
 * @throws PneumoscopeError E_DOWNLOAD, E_NOT_FOUND, E_ARCHIVE: damaged, hostile or unexpected archive; E_USAGE: `out` holds other
 * images of the same names; E_DISK; E_INTERRUPTED
 */
export async function getDataset(options: GetDatasetOptions): Promise<GetDatasetResult> {
  const { from, out, limits, encoding, onProgress, signal } = options;
  if (encoding !== undefined) openDecoder(encoding);
  let download: GetDatasetResult['download'];
  let archive: string;
  if (from === undefined) {
    const { file, ...rest } = await downloadArchive(options);
    [archive, download] = [file, rest];
  } else {
    archive = from;
    await checkLocal(archive, options);
  }
  const { files, ...counts } = await unpackImages({ archive, out, limits, encoding, onProgress, signal });
  const counted = new Map<string, number>();
  for (const file of files) {
    const folder = path.posix.dirname(file);
    counted.set(folder, (counted.get(folder) ?? 0) + 1);
  }
  // Whatever a folder is called: an object to begin with has a `constructor`.
  const folders: Readonly<Record<string, number>> = Object.fromEntries(counted);
  return { out, archive, download, images: files.length, folders, ...counts };
}

function downloadArchive({ out, url = kermanyArchive.url, sha256, size, onProgress, signal }: GetDatasetOptions) {
  const isKnown = url === kermanyArchive.url;
  return downloadFile({
    url,
    file: path.join(out, isKnown ? kermanyArchive.name : nameOf(url)),
    size: size ?? (isKnown && sha256 === undefined ? kermanyArchive.size : undefined),
    sha256: sha256 ?? (isKnown ? kermanyArchive.sha256 : undefined),
    onProgress,
    signal,
  });
}

function nameOf(url: string): string {
  const name = URL.canParse(url) ? path.posix.basename(new URL(url).pathname) : '';
  return /^[\w.-]+\.zip$/i.test(name) ? name : 'archive.zip';
}

async function checkLocal(archive: string, { sha256, size, onProgress, signal }: GetDatasetOptions): Promise<void> {
  const entry = await stat(archive).catch(() => undefined);
  if (entry === undefined) {
    throw new PneumoscopeError('E_NOT_FOUND', `${archive} does not exist; name a zip archive of chest X-rays`);
  }
  if (size !== undefined && entry.size !== size) {
    throw new PneumoscopeError(
      'E_ARCHIVE',
      `${archive} has ${entry.size} bytes, but ${size} were expected; get it again`,
    );
  }
  if (sha256 === undefined) return;
  const received = await hashFile(archive, { onProgress, signal });
  if (received === sha256.toLowerCase()) return;
  const digests = `expected ${sha256.toLowerCase()}, received ${received}`;
  throw new PneumoscopeError('E_ARCHIVE', `${archive} has another SHA-256 digest than expected (${digests})`);
}
