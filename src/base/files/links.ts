/** Where a log or a manifest says what to delete or to move, a folder that is a link would lead it to somebody else's files. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The first folder between `root` and a file that is a link, relative to `root`; undefined where none is. What is not there yet is no link, and
 * neither the root nor the file itself is looked at.
 *
 * @param file relative to `root`, with '/', and without '..' in it
 * @param known keeps what was looked at, for many files of the same folders
 */
export async function findLinkedFolder(
  root: string,
  file: string,
  known = new Map<string, boolean>(),
): Promise<string | undefined> {
  const parts = file.split('/').slice(0, -1);
  for (let length = 1; length <= parts.length; length++) {
    const folder = parts.slice(0, length).join('/');
    let isLink = known.get(folder);
    if (isLink === undefined) {
      const entry = await lstat(path.join(root, folder)).catch(() => undefined);
      isLink = entry?.isSymbolicLink() === true;
      known.set(folder, isLink);
    }
    if (isLink) return folder;
  }
  return undefined;
}
