/** Before a file is made of another one: that it would not replace what nobody said may be replaced. */
import { stat } from 'node:fs/promises';
import { PneumoscopeError } from '../../../base/errors.ts';
import { diskError } from '../../../base/files/disk-error.ts';

/** @throws PneumoscopeError E_USAGE: it is there, or is the file it is made from; E_DISK: a folder has its name */
export async function checkNewFile(
  out: string,
  { from, overwrite }: { readonly from: string; readonly overwrite: boolean },
): Promise<void> {
  const [source, target] = await Promise.all([from, out].map((place) => stat(place).catch(() => undefined)));
  if (target === undefined) return;
  if (target.isDirectory()) throw diskError('EISDIR', out);
  if (source !== undefined && source.dev === target.dev && source.ino === target.ino) {
    throw new PneumoscopeError('E_USAGE', `${out} is the DICOM file itself; choose another name for the new file`);
  }
  if (!overwrite) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${out} is there already; choose another name, or replace it with --overwrite`,
    );
  }
}
