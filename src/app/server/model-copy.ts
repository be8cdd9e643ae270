/** A served model is a copy in a temporary folder; sentences name the file that it was copied from. */
import { PneumoscopeError } from '../../base/errors.ts';

export interface ModelCopy {
  /** of the copy */
  readonly path: string;
  /** of the file that was named */
  readonly source: string;
}

/** Does some work on the copy. @throws what the work throws, with the source's path in its sentence */
export async function namingSource<T>({ path, source }: ModelCopy, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    throw new PneumoscopeError(error.code, error.message.replaceAll(path, source), { cause: error });
  }
}
