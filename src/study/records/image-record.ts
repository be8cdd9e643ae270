/** What is known of an image before it is opened: where it is, what it is said to show, and whom. */
import type { TaskOptions } from '../../base/tasks.ts';

export interface ImageRecord {
  readonly path: string;
  /** relative to the folder that was named, with '/' */
  readonly file: string;
  /** the class's name; '' where a folder holds images and no class folders */
  readonly label: string;
  /** the data set's own split as its folder is named, such as 'train'; undefined where class folders stand in the folder itself */
  readonly split: string | undefined;
  /** who it shows; a file whose name (or CSV row) tells none is a patient of its own */
  readonly patient: string;
  readonly patientKnown: boolean;
  readonly germ: 'bacteria' | 'virus' | undefined;
}

/** A data set as a whole. */
export interface CatalogueHead {
  /** the folder that was named */
  readonly root: string;
  /** sorted as everywhere (compareCodePoints); empty where a folder holds images and no class folders */
  readonly classNames: readonly string[];
  /** in the order train, validation, test; empty where there is none */
  readonly splits: readonly string[];
}

export interface ImageRecords extends CatalogueHead {
  readonly images: readonly ImageRecord[];
  /** folders not looked into, and files whose names are no image's, relative to root */
  readonly leftOut: readonly string[];
}

export interface UnreadableFolder {
  /** relative to root, with '/' */
  readonly folder: string;
  /** of the file system, such as EACCES */
  readonly code: string;
}

/** The records, and what of the data set nobody could look at. */
export interface ImageListing extends ImageRecords {
  readonly unreadableFolders: readonly UnreadableFolder[];
}

export interface RecordOptions extends TaskOptions {
  /** CSV with the columns file, label and perhaps patient, split; then folders mean nothing */
  readonly labels?: string | undefined;
  /** of the table, such as gbk; default: UTF-8, or UTF-16 where a byte-order mark says so */
  readonly encoding?: string | undefined;
}
