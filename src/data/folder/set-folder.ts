/** The folder of a set: data sets call the same set by different names, in any case. */
import { compareCodePoints, listFolders } from './dataset-folder.ts';
import type { SplitName } from './manifest.ts';

/** The set's own name before its other ones. */
const setNames: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'val', 'valid'],
  test: ['test', 'testing'],
};

/**
 * The name of a set's folder: the exact one before others, such as `val` or `TEST`. Undefined: there is none.
 *
 * @throws PneumoscopeError as `listFolders`
 */
export async function findSetFolder(folder: string, set: SplitName): Promise<string | undefined> {
  const folders = await listFolders(folder);
  if (folders.includes(set)) return set;
  const known = setNames[set];
  const place = (name: string): number => known.indexOf(name.toLowerCase());
  return folders
    .filter((name) => place(name) >= 0)
    .toSorted((a, b) => place(a) - place(b) || compareCodePoints(a, b))[0];
}
