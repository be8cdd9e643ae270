/** Names that are not UTF-8: a system may have any bytes as a name, but a table, a manifest and JSON hold text. */
import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from '../../base/errors.ts';

/** Whether a name in a folder is not UTF-8: what stands in place of its bytes then names nothing. */
export async function isNameLost(folder: string, name: string): Promise<boolean> {
  if (!name.includes('\ufffd')) return false;
  return (await lstat(path.join(folder, name)).catch(() => undefined)) === undefined;
}

export function nameLost(place: string): PneumoscopeError {
  return new PneumoscopeError(
    'E_DATASET',
    `The name of ${place} is not UTF-8, so that no table or manifest can hold it; rename it`,
  );
}
