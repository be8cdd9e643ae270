/** How an archive is refused. */
import { PneumoscopeError } from '../../base/errors.ts';

/** @throws PneumoscopeError E_ARCHIVE, whose sentence begins with the archive's name */
export function refuse(file: string, why: string, cause?: unknown): never {
  const options = cause === undefined ? undefined : { cause };
  throw new PneumoscopeError('E_ARCHIVE', `${file} ${why}`, options);
}
