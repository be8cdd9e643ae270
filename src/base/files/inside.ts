/** Results that land among the images of a data set would be taken for images of it: charts are PNG files. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from '../errors.ts';

/**
 * @param out need not exist
 * @param folder holds one folder per class
 * @throws PneumoscopeError E_USAGE when `out` is `folder` or lies in it, by whatever links
 */
export async function refuseInside(out: string, folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined)) === undefined) return;
  if (!isInside(await realpathOfMissing(path.resolve(out)), await realpath(folder))) return;
  const sentence = `${out} lies among the images of ${folder}, where what is written would be taken for images; choose a folder elsewhere`;
  throw new PneumoscopeError('E_USAGE', sentence);
}

/** Of what will be made: the links of the folders that there are, resolved. */
export async function realpathOfMissing(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : path.join(await realpathOfMissing(parent), path.basename(folder));
  }
}

/** Both are real paths; a folder is inside itself. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}
