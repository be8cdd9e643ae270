/**
 * A data set in any of its layouts -> one list of images with class, split and patient: what check, audit and explore look
 * at. Unlike the listing that training uses (data/dataset-folder.ts), it takes what is there: one class, none, an empty one.
 */
import { PneumoscopeError } from '../errors.ts';
import type { ImageListing, RecordOptions } from './image-record.ts';
import { listFromFolders } from './records-from-folders.ts';
import { listFromTable } from './records-from-table.ts';

export type { ImageListing, ImageRecord, ImageRecords, RecordOptions, UnreadableFolder } from './image-record.ts';

/**
 * Layouts: `FOLDER/CLASS/...`; `FOLDER/{train,validation,test}/CLASS/...`; either inside a single folder; images without
 * class folders; any of them with the manifest of `dataset split`, which then tells the patients; or a table of labels.
 * Nothing is opened but folders, the manifest and the table, so a file that is listed may be gone or damaged.
 *
 * @throws PneumoscopeError E_NOT_FOUND: no such folder or table; E_DATASET: no image in it, or a table or manifest that
 * does not fit; E_INTERRUPTED
 */
export async function listImageRecords(folder: string, options: RecordOptions = {}): Promise<ImageListing> {
  const { labels } = options;
  const listing =
    labels === undefined ? await listFromFolders(folder, options) : await listFromTable(folder, labels, options);
  if (listing.images.length > 0) return listing;
  const [unreadable] = listing.unreadableFolders;
  const why =
    unreadable === undefined
      ? 'has no image in it (JPEG, PNG, TIFF or WebP); name a folder that holds one folder per class'
      : `has no image that can be listed: ${unreadable.folder} cannot be read (${unreadable.code}); check its permissions`;
  throw new PneumoscopeError('E_DATASET', `${folder} ${why}`);
}
