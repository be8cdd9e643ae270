/** Whether images are among those that a model was fitted on, found out before the network spends minutes on them. */
import { hashBytes } from '../../base/files/digest.ts';
import { throwIfInterrupted } from '../../base/tasks.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { orUnreadable } from '../../imaging/decode/unreadable-image.ts';
import type { Classifier } from '../../model/use/classifier.ts';
import { assertNotFittedOn, listFits, nameFitted } from '../../model/file/fitted-on.ts';

/**
 * Reads no file where the model was never fitted. One that cannot be read is passed over: who classifies it says so.
 *
 * @throws PneumoscopeError E_USAGE when threshold or temperature were chosen on one of the files at least; E_INTERRUPTED
 */
export async function refuseFittedFiles(
  { path, metadata }: Pick<Classifier, 'path' | 'metadata'>,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const fits = listFits(metadata);
  if (fits.length === 0) return;
  const digests: string[] = [];
  for (const file of files) {
    throwIfInterrupted(signal);
    const bytes = await orUnreadable(file, readImageFile(file));
    if (!('reason' in bytes)) digests.push(hashBytes(bytes));
  }
  assertNotFittedOn(fits, digests, nameFitted(path, metadata));
}
