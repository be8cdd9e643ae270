/** What a user names on a command line -> a list of files: files, folders with all that is in them, and glob patterns. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { compareCodePoints } from './dataset-folder.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { hasImageExtension } from '../../imaging/decode/image-format.ts';

/**
 * A file is taken whatever its name is; in folders, and for patterns that match folders, files with the names of images are. Hidden
 * files and `__MACOSX` are left out. A file that is named twice is listed once.
 *
 * @returns paths as they were given, folder by folder sorted by code point
 * @throws PneumoscopeError E_NOT_FOUND: nothing of that name, or no image in it
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
      throw new PneumoscopeError('E_NOT_FOUND', `The folder ${place} has no image in it (JPEG, PNG, TIFF or WebP)`);
    return files;
  }
  if (entry !== undefined) throw new PneumoscopeError('E_NOT_FOUND', `${place} is neither a file nor a folder`);
  const files = isDynamicPattern(place) ? await listPattern(place) : [];
  if (files.length === 0) {
    const what = isDynamicPattern(place) ? 'matches no file' : 'does not exist';
    throw new PneumoscopeError(
      'E_NOT_FOUND',
      `${place} ${what}; name image files, folders or a pattern such as 'images/**/*.jpeg'`,
    );
  }
  return files;
}

async function listFolder(folder: string): Promise<string[]> {
  const names = await glob('**/*', { cwd: folder, ignore: ['**/__MACOSX/**'], expandDirectories: false });
  return names
    .filter((name) => hasImageExtension(name))
    .toSorted(compareCodePoints)
    .map((name) => path.join(folder, name));
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
  for (const name of names.toSorted(compareCodePoints)) {
    if (name.endsWith('/')) files.push(...(await listFolder(name)));
    else files.push(name);
  }
  return files;
}
