/** Temperature, shift, operating point and uncertain band of a model from validation images, and into the model's file. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetFolder, LabelledImage } from '../../data/folder/dataset-folder.ts';
import type { UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { SplitName } from '../../data/folder/manifest.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import {
  checkBandWish,
  chooseBand,
  computeAbstention,
  type Abstention,
  type BandWish,
} from '../../statistics/calibration/abstention.ts';
import { countProbabilities } from '../../statistics/calibration/probability-counts.ts';
import { summariseCalibration, type CalibrationSummary } from '../../statistics/calibration/calibration-summary.ts';
import {
  checkOperatingRule,
  chooseOperatingPoint,
  type OperatingRule,
} from '../../statistics/calibration/operating-point.ts';
import { indexPatients } from '../../statistics/prediction/patient-clusters.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { fitPlatt } from '../../statistics/calibration/platt.ts';
import {
  computeProbabilities,
  fitTemperature,
  positiveLogOdds,
  type LabelledLogits,
} from '../../statistics/calibration/temperature.ts';
import { separateUnreadable } from '../../model/use/classify-files.ts';
import type { Classifier } from '../../model/use/classifier.ts';
import { listCalibrationImages } from './calibration-images.ts';
import { findManifestSets } from '../../data/folder/manifest-sets.ts';
import { rewriteMetadata } from '../../model/file/rewrite-metadata.ts';
import { packDigests, type Operation } from '../../model/file/operation.ts';
import { describeProgram } from '../../base/version.ts';

export interface FitOperationOptions extends TaskOptions {
  /** A CSV table with the columns file and label: what the images are called in it is right, and folders mean nothing. */
  readonly labels?: string | undefined;
  /** Of the table, such as gbk; UTF-8 unless given. */
  readonly encoding?: string | undefined;
  /** How the threshold of two classes is chosen; 'youden' unless given. */
  readonly rule?: OperatingRule | undefined;
  /** Whether a temperature is fitted; it is 1 if not. Default true. */
  readonly temperature?: boolean | undefined;
  /** Whether a shift is fitted with the temperature (Platt scaling); of two classes. Default false. */
  readonly platt?: boolean | undefined;
  /**
   * The model's own operation, of whose temperature, shift and threshold nothing is to change: a band is chosen and images are counted. They
   * must be the images of its fit.
   */
  readonly keep?: Operation | undefined;
  /** The uncertain band of two classes; none unless given, or that of `keep`. */
  readonly uncertain?: BandWish | undefined;
  /** Leave unreadable images out instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Fit also on a test or training set. */
  readonly force?: boolean | undefined;
  /** Of the intervals' bootstrap, see `chooseOperatingPoint`. */
  readonly replicates?: number | undefined;
  readonly seed?: number | undefined;
}

export interface FittedOperation {
  /** The folder whose class folders it was fitted on: the one given, or its `validation`. */
  readonly folder: string;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** Images of each class. */
  readonly counts: readonly number[];
  readonly operation: Operation;
  /** At temperature 1, without a shift. */
  readonly before: CalibrationSummary;
  /** At the operation's temperature and shift, of the very images it was fitted on. */
  readonly after: CalibrationSummary;
  /** What the threshold and the band do to these images; null for more than two classes. */
  readonly abstention: Abstention | null;
  /** Of two classes, at the temperature; none for more. */
  readonly predictions: readonly Prediction[];
  /** Sentences about what could not be done as it was meant. */
  readonly warnings: readonly string[];
  readonly unreadable: readonly UnreadableImage[];
}

type Sample = LabelledLogits & Pick<Prediction, 'patient'>;

/**
 * Fits on the raw logits, so it makes no difference whether the model was calibrated before. Changes no file: {@link writeOperation} does.
 * Of more than two classes the temperature alone is fitted.
 *
 * @param folder validation images: one folder per class of the model, or a split whose `validation` holds them; or the images of a table
 * @throws PneumoscopeError E_USAGE for a test or training set, unless `force`, and for wishes that are impossible or unreachable;
 * E_NOT_FOUND, E_DATASET, E_UNREADABLE_IMAGE, E_NOT_FINITE, E_INTERRUPTED as `evaluateFolder`
 */
export async function fitOperation(
  classifier: Classifier,
  folder: string,
  options: FitOperationOptions = {},
): Promise<FittedOperation> {
  const isBinary = classifier.classNames.length === 2;
  checkWishes(options, isBinary);
  const { dataset, patientOf } = await listCalibrationImages(folder, classifier.classNames, options);
  if (options.force !== true) await refuseOtherSets(dataset);

  const images = new Map(dataset.images.map((image) => [image.path, image]));
  const answers = await classifier.classifyFiles([...images.keys()], {
    ...options,
    ignoreGuard: true,
    ignoreHeader: true,
  });
  const { answered, unreadable } = separateUnreadable(answers);
  const samples = answered.map((answer): Sample => {
    const { file, label } = images.get(answer.file) as LabelledImage;
    const patient = patientOf(file);
    return { file, label, logits: answer.logits, ...(patient !== undefined && { patient }) };
  });
  const counts = dataset.classNames.map((_, label) => samples.filter((sample) => sample.label === label).length);
  if (counts.filter((count) => count > 0).length < 2) {
    throw new PneumoscopeError(
      'E_DATASET',
      `${dataset.root} has readable images of fewer than two classes, where both errors must be possible; name a folder with images of each`,
    );
  }

  const warnings: string[] = [];
  const digests = packDigests(answered.map(({ sha256 }) => sha256));
  const { keep } = options;
  if (keep !== undefined && keep.fittedOn.digests !== digests) {
    refuse(
      'E_USAGE',
      `The threshold that is to be kept was chosen on other images than those of ${dataset.root}; name these, or choose it anew without --keep`,
    );
  }
  const scaling = keep ?? chooseScaling(samples, options, warnings);
  const { temperature, shift } = scaling;
  const predictions = isBinary ? samples.map((sample) => toPrediction(sample, scaling)) : [];
  const { rule = 'youden', uncertain, replicates, seed } = options;
  const point = keep?.point ?? (isBinary ? chooseOperatingPoint(predictions, rule, { replicates, seed }) : null);
  const band =
    point === null || uncertain === undefined
      ? (keep?.uncertain ?? null)
      : chooseBand(predictions, point.threshold, uncertain);
  return {
    folder: dataset.root,
    classNames: dataset.classNames,
    counts,
    operation: {
      temperature,
      ...(shift !== undefined && { shift }),
      point,
      uncertain: band,
      fittedOn: {
        images: samples.length,
        patients: indexPatients(samples).count,
        digests,
      },
      ...(isBinary && { counts: countProbabilities(predictions) }),
      createdBy: describeProgram(),
      createdAt: new Date().toISOString(),
    },
    before: summariseCalibration(samples, 1),
    after: summariseCalibration(samples, temperature, shift),
    abstention: point === null ? null : computeAbstention(predictions, point.threshold, band),
    predictions,
    warnings,
    unreadable,
  };
}

/**
 * Writes the model with this operation and its threshold, whole or not at all; the graph and all other entries are copied as they are, but
 * for the figures of `evaluate --write`, which were those of another threshold.
 *
 * @param out a file to write instead of the model's own
 * @returns the file that was written
 * @throws PneumoscopeError E_DISK; E_NOT_FOUND, E_MODEL_FILE for the model
 */
export async function writeOperation(model: string, operation: Operation, out?: string): Promise<string> {
  const threshold = operation.point?.threshold ?? null;
  return rewriteMetadata(
    model,
    ({ classes, ...rest }) => ({ ...rest, classes: { ...classes, threshold }, operation }),
    { out, ignoreOperation: true },
  );
}

function checkWishes(options: FitOperationOptions, isBinary: boolean): void {
  const { rule, uncertain, temperature, platt, keep } = options;
  if (keep !== undefined && (rule !== undefined || platt === true || temperature === false)) {
    refuse(
      'E_USAGE',
      'What is kept is not chosen anew: a rule, a shift or no temperature cannot be asked for beside it',
    );
  }
  if (platt === true && temperature === false) {
    refuse('E_USAGE', 'Platt scaling fits a temperature and a shift; it cannot be had without a temperature');
  }
  if (rule !== undefined) checkOperatingRule(rule);
  if (uncertain !== undefined) checkBandWish(uncertain);
  if (isBinary) return;
  if (rule !== undefined || uncertain !== undefined || platt === true) {
    refuse(
      'E_USAGE',
      'A threshold, an uncertain band and a shift need a model of two classes, but this model has more; only a temperature can be fitted',
    );
  }
  if (temperature === false)
    refuse('E_USAGE', 'Without a temperature there is nothing to fit for a model of more than two classes');
}

const reasons: Readonly<Record<Exclude<SplitName, 'validation'>, string>> = {
  test: 'a test set, which would measure nothing any more once something was chosen on it',
  train: 'a training set, on which the network is surer and more often right than on any other images',
};
const folderNames: ReadonlyMap<string, keyof typeof reasons> = new Map([
  ['test', 'test'],
  ['testing', 'test'],
  ['train', 'train'],
  ['training', 'train'],
]);

async function refuseOtherSets(dataset: DatasetFolder): Promise<void> {
  const { root } = dataset;
  const names = [path.resolve(root), await realpath(root)].map((place) => path.basename(place).toLowerCase());
  const named = names.map((name) => folderNames.get(name)).find((set) => set !== undefined);
  const sets = await findManifestSets(dataset);
  const set = named ?? (['test', 'train'] as const).find((split) => sets.has(split));
  if (set === undefined) return;
  const what = named === undefined ? 'has images that the manifest of the split puts into' : 'is';
  refuse('E_USAGE', `${root} ${what} ${reasons[set]}; name the validation set, or pass --force`);
}

type Scaling = Pick<Operation, 'temperature' | 'shift'>;

function chooseScaling(
  samples: readonly LabelledLogits[],
  { temperature: wanted, platt }: FitOperationOptions,
  warnings: string[],
): Scaling {
  if (wanted === false) return { temperature: 1 };
  const { limit, ...scaling } = platt === true ? fitPlatt(samples) : fitTemperature(samples);
  if (limit === null) return scaling;
  warnings.push(
    limit === 'separable'
      ? 'The temperature stays 1: the network separates these images so well that they cannot show how confident it should be. More or harder images can.'
      : 'The temperature stays 1: on these images the network is no better than guessing, so no confidence suits it. Look at the order of the classes and at how the model was trained.',
  );
  return { temperature: 1 };
}

function toPrediction({ logits, ...image }: Sample, { temperature, shift = 0 }: Scaling): Prediction {
  const probability = computeProbabilities(logits, temperature, shift)[1] as number;
  return { ...image, probability, logit: positiveLogOdds(logits) / temperature + shift };
}
