/** Class folders, with or without splits above them -> image records. */
import { lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import {
  compareCodePoints,
  isImageName,
  isLitter,
  listFolders,
  listImages,
  type FolderRemains,
} from '../data/dataset-folder.ts';
import { isInside } from '../data/inside.ts';
import { readManifestPatients } from '../data/manifest-patients.ts';
import { manifestName } from '../data/manifest.ts';
import { findSources } from '../data/split-sources.ts';
import { errorCode, throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { PneumoscopeError } from '../errors.ts';
import { toRecord, type ImageListing, type ImageRecord, type UnreadableFolder } from './image-record.ts';

/** @throws PneumoscopeError as `listImageRecords` */
export async function listFromFolders(folder: string, { signal }: TaskOptions = {}): Promise<ImageListing> {
  const sources = await findSources(folder, 'all');
  const base = path.relative(folder, sources.root).split(path.sep).join('/');
  const remains = new Remains();
  for (const name of sources.leftOut) remains.leftOut.push(join(base, name));
  const patientOf = await readManifestPatients(sources.root);
  const start = withSeparator(folder);
  const classNames = new Set<string>();
  const images: ImageRecord[] = [];
  const loose: ImageRecord[] = [];
  for (const name of sources.folders) {
    const place = path.join(sources.root, name);
    const split = name === '' ? undefined : name;
    const classes = await remains.listFolders(place, join(base, name));
    for (const label of classes) {
      throwIfInterrupted(signal);
      const prefix = join(join(base, name), label);
      if (await leadsBack(path.join(place, label))) {
        remains.leftOut.push(prefix);
        continue;
      }
      classNames.add(label);
      for (const inClass of await remains.listImages(path.join(place, label), prefix)) {
        const file = `${prefix}/${inClass}`;
        images.push(toRecord(start, { file, label, split }, patientOf.get(join(name, `${label}/${inClass}`))));
      }
    }
    for (const file of await remains.listLooseImages(place, join(base, name))) {
      loose.push(toRecord(start, { file, label: '', split }));
    }
  }
  // Images beside class folders have no class; where there is no class at all they are what the user means.
  const flat = classNames.size === 0;
  if (!flat) for (const { file } of loose) remains.leftOut.push(file);
  return {
    root: folder,
    classNames: [...classNames].toSorted(compareCodePoints),
    splits: sources.folders.filter((name) => name !== ''),
    images: flat ? loose : images,
    leftOut: remains.leftOut.toSorted(compareCodePoints),
    unreadableFolders: remains.unreadableFolders,
  };
}

/** What a listing passes over, relative to the folder that was named. */
class Remains {
  readonly leftOut: string[] = [];
  readonly unreadableFolders: UnreadableFolder[] = [];

  async listImages(place: string, prefix: string): Promise<string[]> {
    const remains: FolderRemains = { others: [], unreadable: [] };
    const files = await listImages(place, remains);
    for (const name of remains.others) this.leftOut.push(join(prefix, name));
    for (const { folder, code } of remains.unreadable) this.#addUnreadable(join(prefix, folder), code);
    return files;
  }

  async listFolders(place: string, prefix: string): Promise<string[]> {
    try {
      return await listFolders(place);
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      this.#addUnreadable(prefix, errorCode(error.cause) ?? error.code);
      return [];
    }
  }

  /** The images that stand in the folder itself. */
  async listLooseImages(place: string, prefix: string): Promise<string[]> {
    const images: string[] = [];
    // A folder that cannot be read was noted when its folders were listed.
    for (const entry of await readdir(place, { withFileTypes: true }).catch(() => [])) {
      if (isLitter(entry.name) || entry.isDirectory() || entry.name === manifestName) continue;
      const file = join(prefix, entry.name);
      if (isImageName(entry.name)) images.push(file);
      else if (!entry.isSymbolicLink()) this.leftOut.push(file);
    }
    return images.toSorted(compareCodePoints);
  }

  #addUnreadable(folder: string, code: string): void {
    this.unreadableFolders.push({ folder: folder === '' ? '.' : folder, code });
  }
}

/** Whether a class folder is a link to a folder above it, which holds the other classes. */
async function leadsBack(folder: string): Promise<boolean> {
  if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink() !== true) return false;
  // It may be gone since it was listed.
  const target = await realpath(folder).catch(() => undefined);
  return target !== undefined && isInside(await realpath(path.dirname(folder)), target);
}

function join(folder: string, name: string): string {
  return folder === '' ? name : name === '' ? folder : `${folder}/${name}`;
}

/** What a relative path with '/' is put behind. */
export function withSeparator(folder: string): string {
  return /[/\\]$/.test(folder) ? folder : `${folder}${path.sep}`;
}
