/** Whether a model's answers hold when the same X-rays come as another hospital would have made them. */
import { orUnreadable, UnreadableImagesError, type UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { computeBinaryMetrics } from '../../statistics/figures/binary-metrics.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { computeRocAuc } from '../../statistics/figures/roc.ts';
import { positiveLogOdds } from '../../statistics/calibration/temperature.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { imageShifts, type ImageShift } from '../../imaging/augment/image-shifts.ts';
import { preprocessDecoded } from '../../imaging/prepare/preprocess.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import type { Classifier } from '../../model/use/classifier.ts';
import { findClassFolders } from './evaluate.ts';
import { refuseFittedFiles } from './fitted-files.ts';

export interface RobustnessOptions extends TaskOptions {
  /** Default: all of `imageShifts`. */
  readonly shifts?: readonly ImageShift[] | undefined;
  /** Leave unreadable images out instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Measure also on images that the model's threshold was chosen on. */
  readonly force?: boolean | undefined;
}

/** The figures of one way to change all images; shares 0..1, null where a class is missing. */
export interface RobustnessRow {
  readonly name: string;
  readonly description: string;
  readonly rocAuc: number | null;
  readonly accuracy: number;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  /**
   * Area under the ROC curve when only the images of one class come in this form, the others as they are: it falls when the model tells
   * the classes apart by what the form changes, instead of by what the images show.
   */
  readonly rocAucNegativesOnly: number | null;
  readonly rocAucPositivesOnly: number | null;
  /** Mean of |p - p as it is|: how far an image's probability moves. */
  readonly meanChange: number;
  /** Share of images whose answer changes. */
  readonly flipped: number;
}

export interface Robustness {
  readonly folder: string;
  /** In the order of the labels: the negative class first. */
  readonly classNames: readonly string[];
  readonly images: number;
  readonly threshold: number;
  /** The images as they are first, then one row a shift. */
  readonly rows: readonly RobustnessRow[];
  readonly unreadable: readonly UnreadableImage[];
}

/** Images per run of the network. */
const batchSize = 16;

/**
 * @param folder one folder per class of the model, or a split whose `test` holds them
 * @throws PneumoscopeError as `evaluateFolder`; E_USAGE for a model of more than two classes
 */
export async function measureRobustness(
  classifier: Classifier,
  folder: string,
  options: RobustnessOptions = {},
): Promise<Robustness> {
  const { shifts = imageShifts, signal, onProgress, skipUnreadable = false, force = false } = options;
  const { threshold } = classifier.metadata.classes;
  if (threshold === null) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${classifier.path} has more than two classes; robustness is measured for two`,
    );
  }
  const { root, images } = await findClassFolders(folder, classifier.classNames, 'test');
  if (!force) {
    const files = images.map(({ path }) => path);
    await refuseFittedFiles(classifier, files, signal);
  }
  const variants: readonly ImageShift[] = [asItIs, ...shifts];
  const predictions = variants.map((): Prediction[] => []);
  let pending: Pending[] = [];
  const flush = async (): Promise<void> => {
    const answers = await classifier.classifyPixels(pending.map(({ pixels }) => pixels));
    for (const [index, { variant, file, label }] of pending.entries()) {
      const { probability = NaN, logits = [] } = answers[index] ?? {};
      predictions[variant]?.push({ file, label, probability, logit: positiveLogOdds(logits) });
    }
    pending = [];
  };
  const unreadable: UnreadableImage[] = [];
  for (const [index, { path, file, label }] of images.entries()) {
    throwIfInterrupted(signal);
    const read = await orUnreadable(path, readImage(path));
    if ('reason' in read) unreadable.push(read);
    else {
      for (const [variant, { apply }] of variants.entries()) {
        const pixels = await preprocessDecoded(apply(read), classifier.metadata.preprocessing);
        pending.push({ variant, file, label, pixels });
        if (pending.length === batchSize) await flush();
      }
    }
    onProgress?.({ label: 'Classifying', done: index + 1, total: images.length, unit: 'images' });
  }
  if (unreadable.length > 0 && !skipUnreadable) throw new UnreadableImagesError(unreadable, images.length);
  if (pending.length > 0) await flush();
  const [reference = []] = predictions;
  return {
    folder: root,
    classNames: classifier.classNames,
    images: reference.length,
    threshold,
    rows: variants.map(({ name, description }, index) => {
      return { name, description, ...compare(predictions[index] ?? [], reference, threshold) };
    }),
    unreadable,
  };
}

async function readImage(file: string): Promise<GrayImage> {
  return decodeGray(await readImageFile(file), file);
}

interface Pending {
  readonly variant: number;
  readonly file: string;
  readonly label: number;
  readonly pixels: Uint8Array;
}

const asItIs: ImageShift = { name: 'as it is', description: 'the images themselves', apply: (image) => image };

function compare(
  predictions: readonly Prediction[],
  reference: readonly Prediction[],
  threshold: number,
): Omit<RobustnessRow, 'name' | 'description'> {
  const { rocAuc, accuracy, sensitivity, specificity } = computeBinaryMetrics(predictions, { threshold });
  const pairs = predictions.map(
    ({ probability }, index) => [probability, reference[index]?.probability ?? NaN] as const,
  );
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rocAuc,
    accuracy,
    sensitivity,
    specificity,
    rocAucNegativesOnly: mixedAuc(predictions, reference, 0),
    rocAucPositivesOnly: mixedAuc(predictions, reference, 1),
    meanChange: mean(pairs.map(([now, before]) => Math.abs(now - before))),
    flipped: mean(pairs.map(([now, before]) => Number(now > threshold !== before > threshold))),
  };
}

/** @param changed the label of the images that come in the other form */
function mixedAuc(
  predictions: readonly Prediction[],
  reference: readonly Prediction[],
  changed: number,
): number | null {
  const scores = predictions.map(({ label, logit, probability }, index) => {
    if (label === changed) return logit ?? probability;
    return reference[index]?.logit ?? reference[index]?.probability ?? NaN;
  });
  return computeRocAuc(scores, (index) => predictions[index]?.label === 1);
}
