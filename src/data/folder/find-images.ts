/** What a user names on a command line -> a list of files: files, folders with all that is in them, and glob patterns. */
import { lstat, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { compareCodePoints, walkFolder } from './dataset-folder.ts';
import { isLitter, isSystemFolder } from '../litter.ts';
import { isNameLost, nameLost } from './lost-name.ts';
import { isInside } from '../../base/files/inside.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { hasImageExtension } from '../../imaging/decode/image-format.ts';

/**
 * A file is taken whatever its name is; in folders, and for patterns that match folders, files with the names of images are. Hidden
 * files and those of `isLitter` are left out. A file that is named twice is listed once, and so is one that links to folders lead to again.
 *
 * @returns paths as they were given, folder by folder sorted by code point
 * @throws PneumoscopeError E_NOT_FOUND: nothing of that name, or no image in it; E_DATASET: a folder that cannot be read, or a name that is not UTF-8
 */
export async function findImages(places: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const place of places) {
    for (const file of await listPlace(place)) if (!found.has(path.resolve(file))) found.set(path.resolve(file), file);
  }
  return [...found.values()];
}

async function listPlace(place: string): Promise<string[]> {
  if (place === '')
    throw new PneumoscopeError('E_USAGE', 'An empty name was given, where the path of an image is needed');
  const entry = await stat(place).catch(() => undefined);
  if (entry?.isFile() === true) return [place];
  if (entry?.isDirectory() === true) {
    const files = await listFolder(place);
    if (files.length === 0)
      throw new PneumoscopeError(
        'E_NOT_FOUND',
        `The folder ${place} has no image in it (JPEG, PNG, TIFF, WebP or DICOM)`,
      );
    return files;
  }
  if (entry !== undefined) throw new PneumoscopeError('E_NOT_FOUND', `${place} is neither a file nor a folder`);
  const files = isDynamicPattern(place) ? await listPattern(place) : [];
  if (files.length === 0) {
    const isLost = place.includes('\ufffd');
    const what = isLost
      ? 'has a name that is not UTF-8, or does not exist'
      : isDynamicPattern(place)
        ? 'matches no file'
        : 'does not exist';
    throw new PneumoscopeError(
      'E_NOT_FOUND',
      `${place} ${what}; name image files, folders or a pattern such as 'images/**/*.jpeg'`,
    );
  }
  return files;
}

/**
 * Links to folders are followed, but each folder is looked at once: not one that is walked already, nor one that holds what is walked. A link to
 * nothing is listed, so that whoever opens it says so.
 */
async function listFolder(folder: string): Promise<string[]> {
  const names: string[] = [];
  const walked: string[] = [];
  let ahead = [''];
  while (ahead.length > 0) {
    const links: string[] = [];
    for (const start of ahead) {
      const real = await realpath(path.join(folder, start));
      if (walked.some((other) => isInside(real, other) || isInside(other, real))) continue;
      walked.push(real);
      for await (const entry of walkFolder(path.join(folder, start))) {
        if (entry.kind === 'unreadable') throw entry.error;
        const name = [start, entry.folder, entry.name].filter((part) => part !== '').join('/');
        if (entry.kind === 'image') names.push(name);
        else if (await isLinkedFolder(path.join(folder, name))) links.push(name);
      }
    }
    ahead = links.toSorted(compareCodePoints);
  }
  return names
    .filter((name) => hasImageExtension(name))
    .toSorted(compareCodePoints)
    .map((name) => path.join(folder, name));
}

async function isLinkedFolder(place: string): Promise<boolean> {
  const entry = await lstat(place).catch(() => undefined);
  if (entry?.isSymbolicLink() !== true || isLitter(path.basename(place))) return false;
  return (await stat(place).catch(() => undefined))?.isDirectory() === true;
}

async function listPattern(pattern: string): Promise<string[]> {
  // A backslash separates folders on Windows, where no file name can hold one.
  const portable = path.sep === '\\' ? pattern.replaceAll('\\', '/') : pattern;
  const names = await glob(portable, {
    onlyFiles: false,
    absolute: path.isAbsolute(pattern),
    ignore: ['**/__MACOSX/**'],
    expandDirectories: false,
  });
  const files: string[] = [];
  // What the pattern itself names is meant.
  const isLeftOut = (part: string): boolean => isSystemFolder(part) && !pattern.includes(part);
  for (const name of names.toSorted(compareCodePoints)) {
    if (name.split('/').some(isLeftOut)) continue;
    if (await isNameLost('', name)) throw nameLost(name);
    if (name.endsWith('/')) files.push(...(await listFolder(name)));
    else files.push(name);
  }
  return files;
}
