/** A model on labelled images: one prediction per image in file order, and the figures computed from them. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type DatasetFolder, listDatasetFolder } from '../../data/folder/dataset-folder.ts';
import { findSetFolder } from '../../data/folder/set-folder.ts';
import type { UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { SplitName } from '../../data/folder/manifest.ts';
import { readManifestPatients } from '../../data/folder/manifest-patients.ts';
import { knownPatientId } from '../../data/kermany/patients.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { UncertainBand } from '../../statistics/calibration/abstention.ts';
import { type BinaryMetrics, computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import { computeMulticlassMetrics, type MulticlassMetrics } from '../../statistics/figures/multiclass-metrics.ts';
import type { MulticlassPrediction, Prediction } from '../../statistics/prediction/prediction.ts';
import { positiveLogOdds } from '../../statistics/calibration/temperature.ts';
import type { GuardVerdict } from '../../model/guard/guard.ts';
import type { Classifier } from '../../model/use/classifier.ts';
import type { Answered } from '../../model/use/answer.ts';
import { separateUnreadable } from '../../model/use/classify-files.ts';
import { refuseFittedFiles } from './fitted-files.ts';
import { countFittedOn, listFits } from '../../model/file/fitted-on.ts';

export interface EvaluateOptions extends TaskOptions {
  /** Leave unreadable images out instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Evaluate also on images that the model's threshold and temperature were chosen on. */
  readonly force?: boolean | undefined;
}

interface EvaluationBase {
  /** The folder whose class folders were evaluated: the one given, or its `test`. */
  readonly folder: string;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  readonly unreadable: readonly UnreadableImage[];
  /** How many of the images the model's threshold and temperature were chosen on: more than 0 only if forced. */
  readonly imagesFittedOn: number;
  /** How many of the images the model's input guard would not have let pass; they count in all figures. null: it has none. */
  readonly guard: { readonly flagged: number; readonly refused: number } | null;
}

/** Of a two-class model. */
export interface BinaryEvaluation extends EvaluationBase {
  readonly kind: 'binary';
  readonly predictions: readonly Prediction[];
  /** Of all images, those in the uncertain band among them. */
  readonly metrics: BinaryMetrics;
  /** The model's; null where it has none. */
  readonly uncertain: UncertainBand | null;
}

/** Of a model of more classes. */
export interface MulticlassEvaluation extends EvaluationBase {
  readonly kind: 'multiclass';
  readonly predictions: readonly MulticlassPrediction[];
  readonly metrics: MulticlassMetrics;
}

export type Evaluation = BinaryEvaluation | MulticlassEvaluation;

/**
 * @param folder one folder per class of the model, or a split whose `test` holds them
 * @throws PneumoscopeError E_NOT_FOUND; E_DATASET when the folders are not the model's classes; E_UNREADABLE_IMAGE listing all
 * unreadable files, unless `skipUnreadable`; E_USAGE when the model was calibrated on some of the images, unless `force`; E_INTERRUPTED
 */
export async function evaluateFolder(
  classifier: Classifier,
  folder: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const dataset = await findClassFolders(folder, classifier.classNames, 'test');
  const labels = new Map(dataset.images.map(({ path: file, label }) => [file, label]));
  const names = new Map(dataset.images.map((image) => [image.path, image.file]));
  const files = [...labels.keys()];
  if (options.force !== true) await refuseFittedFiles(classifier, files, options.signal);
  const answers = await classifier.classifyFiles(files, { ...options, ignoreGuard: true, ignoreHeader: true });
  const { answered, unreadable } = separateUnreadable(answers);
  const { classes, operation } = classifier.metadata;
  const digests = answered.map(({ sha256 }) => sha256);
  const labelled = answered.map((answer) => {
    return { file: names.get(answer.file) as string, label: labels.get(answer.file) as number, answer };
  });
  const base = {
    folder: dataset.root,
    classNames: dataset.classNames,
    unreadable,
    imagesFittedOn: countFittedOn(listFits(classifier.metadata), digests),
    guard: classifier.metadata.guard === undefined ? null : countVerdicts(answered),
  };
  const { threshold } = classes;
  // Losses are computed from what the calibrated probabilities belong to.
  const temperature = operation?.temperature ?? 1;
  if (threshold === null) {
    const predictions = labelled.map(({ file, label, answer }): MulticlassPrediction => {
      return {
        file,
        label,
        probabilities: answer.probabilities,
        logits: answer.logits.map((logit) => logit / temperature),
      };
    });
    return {
      ...base,
      kind: 'multiclass',
      predictions,
      metrics: computeMulticlassMetrics(predictions, dataset.classNames),
    };
  }
  const patientOf = await findPatients(dataset.root);
  const predictions = labelled.map(({ file, label, answer }): Prediction => {
    const patient = patientOf(file);
    return {
      file,
      label,
      probability: answer.probability,
      logit: positiveLogOdds(answer.logits) / temperature + (operation?.shift ?? 0),
      ...(patient !== undefined && { patient }),
    };
  });
  return {
    ...base,
    kind: 'binary',
    predictions,
    metrics: computeBinaryMetrics(predictions, { threshold }),
    uncertain: operation?.uncertain ?? null,
  };
}

function countVerdicts(answers: readonly Answered[]): NonNullable<EvaluationBase['guard']> {
  const count = (verdict: GuardVerdict): number => answers.filter(({ guard }) => guard?.verdict === verdict).length;
  return { flagged: count('flagged'), refused: count('refused') };
}

/**
 * Who an image shows: by the manifest of the split whose set the folder is, or that of the folder itself, else by the file's name; undefined
 * where neither tells.
 */
export async function findPatients(folder: string): Promise<(file: string) => string | undefined> {
  const root = path.resolve(folder);
  const told = new Map<string, string>();
  for (const folderOfManifest of [root, path.dirname(root)]) {
    for await (const { file, patient } of readManifestPatients(folderOfManifest)) {
      told.set(path.join(folderOfManifest, file), patient);
    }
  }
  return (file) => told.get(path.join(root, file)) ?? knownPatientId(file);
}

/** @param split is taken of a folder that holds a split */
export async function findClassFolders(
  folder: string,
  classNames: readonly string[],
  split: SplitName,
): Promise<DatasetFolder> {
  const known = classNames.join(', ');
  const folders = await listFolders(folder);
  if (classNames.some((name) => folders.includes(name))) return listDatasetFolder(folder, { classNames });
  const set = await findSetFolder(folder, split);
  if (set !== undefined) {
    const part = path.join(folder, set);
    const inside = await listFolders(part);
    if (classNames.some((name) => inside.includes(name))) return listDatasetFolder(part, { classNames });
  }
  const found = folders.length === 0 ? 'no folder' : `the folders ${folders.slice(0, 10).join(', ')}`;
  throw new PneumoscopeError(
    'E_DATASET',
    `${folder} has ${found} in it, but the model knows the classes ${known}; name a folder with one folder per class`,
  );
}

async function listFolders(folder: string): Promise<string[]> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined)
    throw new PneumoscopeError(
      'E_NOT_FOUND',
      `${folder} does not exist; name a folder that holds one folder per class`,
    );
  if (!entry.isDirectory())
    throw new PneumoscopeError('E_DATASET', `${folder} is a file; name a folder that holds one folder per class`);
  const names = await readdir(folder);
  const states = await Promise.all(names.map((name) => stat(path.join(folder, name)).catch(() => undefined)));
  return names.filter((name, index) => !name.startsWith('.') && states[index]?.isDirectory() === true).toSorted();
}
