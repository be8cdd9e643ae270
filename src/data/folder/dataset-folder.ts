/**
 * A folder of class folders -> a list of labelled images, in exactly the order of Keras's `flow_from_directory`, on
 * which its labels, seeds and predictions rest. Litter of systems and hidden files are left out, and WebP is taken too.
 */
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError, refuse, systemErrorCode } from '../../base/errors.ts';
import { isInside } from '../../base/files/inside.ts';
import { isLitter, isSystemFolder } from '../litter.ts';
import { isNameLost, nameLost } from './lost-name.ts';
import { imageExtensions } from '../../imaging/decode/image-format.ts';

export interface LabelledImage {
  readonly path: string;
  /** relative to the folder that was listed, with '/' */
  readonly file: string;
  /** index in `classNames` */
  readonly label: number;
}

export interface DatasetFolder {
  readonly root: string;
  readonly classNames: readonly string[];
  readonly images: readonly LabelledImage[];
}

const splitNames = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'testing']);

/**
 * Classes are the folders in `root`, sorted by code point; in each, the walk's folders and then their files are sorted
 * the same way, so `person1000_...` stands before `person100_...`. Folders that are symbolic links are followed as a class,
 * never inside one, so a loop cannot trap the walk; files that are links count as files.
 *
 * @param options.classNames fixes the classes and their order, as for a validation or test folder, which may lack one
 * @throws PneumoscopeError E_NOT_FOUND: no such folder; E_DATASET: fewer than two classes, a class without an image, or
 * images of a class that is not among `classNames`
 */
export async function listDatasetFolder(
  root: string,
  options: { classNames?: readonly string[] } = {},
): Promise<DatasetFolder> {
  const found = await listClasses(root);
  const classNames = options.classNames ?? found;
  if (options.classNames === undefined) checkClasses(root, found);
  const images: LabelledImage[] = [];
  const empty: string[] = [];
  for (const [label, className] of classNames.entries()) {
    if (!found.includes(className)) continue;
    const files = await listImages(path.join(root, className));
    if (files.length === 0) empty.push(className);
    for (const file of files) {
      images.push({ path: path.join(root, className, ...file.split('/')), file: `${className}/${file}`, label });
    }
  }
  if (options.classNames === undefined && empty.length > 0) {
    refuse(
      'E_DATASET',
      `the class folder ${path.join(root, empty[0] ?? '')} has no image in it; add images or remove the folder`,
    );
  }
  if (images.length === 0) refuse('E_DATASET', `${root} has no image of the classes ${classNames.join(', ')}`);
  for (const other of found) {
    if (classNames.includes(other) || (await listImages(path.join(root, other))).length === 0) continue;
    const known = classNames.join(', ');
    refuse(
      'E_DATASET',
      `${root} has images of the class ${other}, which is not among ${known}; move that folder elsewhere`,
    );
  }
  return { root, classNames: [...classNames], images };
}

async function listClasses(root: string): Promise<string[]> {
  const classes: string[] = [];
  for (const name of await listFolders(root)) if (!(await leadsBack(path.join(root, name)))) classes.push(name);
  return classes;
}

/** Whether a class folder is a link to a folder above it, which holds the other classes. */
export async function leadsBack(folder: string): Promise<boolean> {
  if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink() !== true) return false;
  // It may be gone since it was listed.
  const target = await realpath(folder).catch(() => undefined);
  return target !== undefined && isInside(await realpath(path.dirname(folder)), target);
}

/** Orders strings as Python does, by code point; JavaScript's own order differs above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const first = a.charCodeAt(i);
    const second = b.charCodeAt(i);
    if (first === second) continue;
    // A surrogate belongs to a code point above every other unit.
    const firstHigh = first >= 0xd800 && first <= 0xdfff;
    const secondHigh = second >= 0xd800 && second <= 0xdfff;
    return firstHigh === secondHigh ? first - second : firstHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/**
 * The folders in a folder, links to folders among them, sorted by code point; hidden ones and those of {@link isLitter} are left out.
 *
 * @throws PneumoscopeError E_NOT_FOUND: no such folder; E_DATASET: it is a file or cannot be read, or a name in it is not UTF-8
 */
export async function listFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for await (const entry of readFolder(root)) {
    if (isLitter(entry.name) || !(entry.isDirectory() || entry.isSymbolicLink())) continue;
    if (await isNameLost(root, entry.name)) throw nameLost(path.join(root, entry.name));
    if (entry.isDirectory() || (await isLinkToFolder(path.join(root, entry.name), entry))) folders.push(entry.name);
  }
  return folders.toSorted(compareCodePoints);
}

/** The part of Node's Dirent that is used here; the types of this package ask nobody for Node's. */
export interface NamedEntry {
  readonly name: string;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/**
 * The entries of a folder, hidden ones too, some at a time and in no order: a folder of a million files is never a list in memory.
 *
 * @throws PneumoscopeError as {@link listFolders}
 */
export async function* readFolder(root: string): AsyncGenerator<NamedEntry> {
  try {
    yield* await opendir(root, { bufferSize: 256 });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') {
      throw new PneumoscopeError(
        'E_NOT_FOUND',
        `${root} does not exist; name a folder that holds one folder per class`,
        { cause: error },
      );
    }
    if (code === 'ENOTDIR')
      refuse('E_DATASET', `${root} is a file; name a folder that holds one folder per class`, error);
    if (code === 'EACCES' || code === 'EPERM')
      refuse('E_DATASET', `${root} cannot be read (${code}); check its permissions`, error);
    if (code === 'ELOOP') refuse('E_DATASET', `${root} is a link that leads back to itself; name a folder`, error);
    throw error;
  }
}

function checkClasses(root: string, found: readonly string[]): void {
  const expected = 'where one folder per class is needed, such as NORMAL and PNEUMONIA';
  if (found.length === 0) refuse('E_DATASET', `${root} has no folder in it, ${expected}`);
  if (found.every((name) => splitNames.has(name.toLowerCase()))) {
    refuse(
      'E_DATASET',
      `${root} holds the splits ${found.join(', ')}, ${expected}; name one of them, such as ${path.join(root, found[0] ?? '')}`,
    );
  }
  if (found.length === 1)
    refuse('E_DATASET', `${root} has the single folder ${found[0]}, ${expected}: two classes at least`);
}

/** What a walk meets. Folders are relative to the one that was named, with '/'; '' is that folder itself. */
export type FolderEntry =
  | {
      /** other: a link to a folder, which is not followed, or a file whose name is no image's */
      readonly kind: 'image' | 'other';
      readonly folder: string;
      readonly name: string;
    }
  /** that cannot be read; `code` is the file system's, such as EACCES; EILSEQ: the last name of `folder`, of a file or folder, is not UTF-8 */
  | { readonly kind: 'unreadable'; readonly folder: string; readonly code: string; readonly error: unknown };

/** What lies at any depth of a folder, one thing at a time and in no order; of the folders on the way down one handle each is kept. */
export async function* walkFolder(root: string, folder = ''): AsyncGenerator<FolderEntry> {
  const place = path.join(root, folder);
  try {
    for await (const entry of readFolder(place)) {
      const { name } = entry;
      if (isSystemFolder(name)) yield { kind: 'other', folder, name };
      if (isLitter(name)) continue;
      if ((entry.isDirectory() || isImageName(name)) && (await isNameLost(place, name))) {
        const shown = folder === '' ? name : `${folder}/${name}`;
        yield { kind: 'unreadable', folder: shown, code: 'EILSEQ', error: nameLost(path.join(place, name)) };
      } else if (entry.isDirectory()) yield* walkFolder(root, folder === '' ? name : `${folder}/${name}`);
      else if (isImageName(name) && !(await isLinkToFolder(path.join(place, name), entry)))
        yield { kind: 'image', folder, name };
      else yield { kind: 'other', folder, name };
    }
  } catch (error) {
    const cause = error instanceof PneumoscopeError ? error.cause : error;
    yield { kind: 'unreadable', folder, code: systemErrorCode(cause) ?? 'unknown', error };
  }
}

/**
 * The images at any depth of a folder: relative paths with '/', folders in the order of their whole path, then the files
 * of each by name.
 *
 * @throws PneumoscopeError as {@link listFolders}
 */
async function listImages(root: string): Promise<string[]> {
  const byFolder = new Map<string, string[]>();
  for await (const entry of walkFolder(root)) {
    if (entry.kind === 'unreadable') throw entry.error;
    if (entry.kind === 'other') continue;
    const files = byFolder.get(entry.folder);
    if (files === undefined) byFolder.set(entry.folder, [entry.name]);
    else files.push(entry.name);
  }
  return [...byFolder]
    .toSorted(([a], [b]) => compareCodePoints(a, b))
    .flatMap(([folder, files]) =>
      files.toSorted(compareCodePoints).map((name) => (folder === '' ? name : `${folder}/${name}`)),
    );
}

async function isLinkToFolder(place: string, entry: NamedEntry): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false;
  const target = await stat(place).catch(() => undefined);
  return target?.isDirectory() ?? false;
}

/** Whether a file's name ends as an image's does, whatever it holds. */
export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  // Keras tests the end of the name, with no dot before it.
  return imageExtensions.some((extension) => lower.endsWith(extension));
}
