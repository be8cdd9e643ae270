/** The images that a model is calibrated on: class folders, or a folder of images and a table of their labels. */
import { type DatasetFolder, type LabelledImage } from '../../data/folder/dataset-folder.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { findClassFolders, findPatients } from '../evaluate/evaluate.ts';
import type { ImageRecord, RecordOptions } from '../records/image-record.ts';
import { listImageRecords } from '../records/image-records.ts';

export interface CalibrationImages {
  readonly dataset: DatasetFolder;
  /** Whom an image shows; undefined where nothing tells. */
  readonly patientOf: (file: string) => string | undefined;
}

/**
 * @param folder one folder per class of the model, or a split whose `validation` holds them; with a table of labels, what its paths are
 * relative to
 * @throws PneumoscopeError E_NOT_FOUND, E_DATASET: no such folder, or images of classes that the model does not know
 */
export async function listCalibrationImages(
  folder: string,
  classNames: readonly string[],
  { labels, encoding, signal }: RecordOptions & TaskOptions,
): Promise<CalibrationImages> {
  if (labels === undefined) {
    const dataset = await findClassFolders(folder, classNames, 'validation');
    return { dataset, patientOf: await findPatients(dataset.root) };
  }
  const listing = await listImageRecords(folder, { labels, encoding, signal });
  // Of a table that has sets, as of a folder that has, the validation set.
  const records = listing.images.filter(({ split }) => listing.splits.length === 0 || split === 'validation');
  if (records.length === 0) {
    const sets = listing.splits.join(', ');
    throw new PneumoscopeError('E_DATASET', `${labels} has no image of the set validation, but only of ${sets}`);
  }
  const images = records.map((record) => toLabelled(record, classNames, labels));
  const patients = new Map(
    records.map(({ file, patient, patientKnown }) => [file, patientKnown ? patient : undefined]),
  );
  return {
    dataset: { root: listing.root, classNames: [...classNames], images },
    patientOf: (file) => patients.get(file),
  };
}

function toLabelled({ path, file, label }: ImageRecord, classNames: readonly string[], table: string): LabelledImage {
  const index = classNames.indexOf(label);
  if (index >= 0) return { path, file, label: index };
  const known = classNames.join(', ');
  throw new PneumoscopeError('E_DATASET', `${table} labels ${file} ${label}, but the model knows the classes ${known}`);
}
