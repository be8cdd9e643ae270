/**
 * A data set in any of its layouts -> its images with class, split and patient: what check, audit and explore look
 * at. Unlike the listing that training uses (data/dataset-folder.ts), it takes what is there: one class, none, an empty one.
 */
import path from 'node:path';
import { PneumoscopeError } from '../../base/errors.ts';
import { createCatalogueDatabase, ImageCatalogue } from './image-catalogue.ts';
import type { ImageListing, RecordOptions } from './image-record.ts';
import { listFromFolders } from './records-from-folders.ts';
import { listFromTable } from './records-from-table.ts';

export type { ImageListing, ImageRecord, ImageRecords, RecordOptions, UnreadableFolder } from './image-record.ts';

/**
 * Layouts: `FOLDER/CLASS/...`; `FOLDER/{train,validation,test}/CLASS/...`; either inside a single folder; images without
 * class folders; any of them with the manifest of `dataset split`, which then tells the patients; or a table of labels.
 * Nothing is opened but folders, the manifest and the table, so a file that is listed may be gone or damaged.
 *
 * @returns to be closed
 * @throws PneumoscopeError E_NOT_FOUND: no such folder or table; E_DATASET: no image in it, or a table or manifest that
 * does not fit; E_DISK: no room for temporary files; E_INTERRUPTED
 */
export async function openCatalogue(folder: string, options: RecordOptions = {}): Promise<ImageCatalogue> {
  const { labels } = options;
  const database = createCatalogueDatabase();
  try {
    const head =
      labels === undefined
        ? await listFromFolders(database, folder, options)
        : await listFromTable(database, folder, labels, options);
    const start = /[/\\]$/.test(folder) ? folder : `${folder}${path.sep}`;
    const catalogue = new ImageCatalogue(database, start, head);
    if (catalogue.images === 0) refuseEmpty(catalogue);
    return catalogue;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The images of {@link openCatalogue} as one list, some 300 bytes each.
 *
 * @throws PneumoscopeError as there
 */
export async function listImageRecords(folder: string, options: RecordOptions = {}): Promise<ImageListing> {
  const catalogue = await openCatalogue(folder, options);
  try {
    const { root, classNames, splits } = catalogue;
    return {
      root,
      classNames,
      splits,
      images: [...catalogue.records()],
      leftOut: [...catalogue.leftOut()],
      unreadableFolders: [...catalogue.unreadableFolders()],
    };
  } finally {
    catalogue.close();
  }
}

function refuseEmpty(catalogue: ImageCatalogue): never {
  const [unreadable] = catalogue.unreadableFolders();
  const why =
    unreadable === undefined
      ? 'has no image in it (JPEG, PNG, TIFF, WebP or DICOM); name a folder that holds one folder per class'
      : `has no image that can be listed: ${unreadable.folder} cannot be read (${unreadable.code}); check its permissions`;
  throw new PneumoscopeError('E_DATASET', `${catalogue.root} ${why}`);
}
