/** The figures of a two-class evaluation. */
import { checkThreshold } from '../prediction/draw-options.ts';
import { binaryCrossEntropy, binaryCrossEntropyFromLogit } from '../prediction/loss.ts';
import { checkPredictions, noNegatives, noPositives, type Prediction } from '../prediction/prediction.ts';
import { computeRocAuc } from './roc.ts';

/** How many images of each class were called what, at one threshold. */
export interface BinaryConfusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * Every figure but the loss lies in 0..1. A figure that the data leaves undefined is null, never NaN, and
 * {@link BinaryMetrics.undefinedBecause} gives the reason under its name.
 */
export interface BinaryMetrics {
  /** Number of images, and of them the positive and negative ones. */
  readonly count: number;
  readonly positives: number;
  readonly negatives: number;
  /** An image is called positive if its probability is strictly greater. */
  readonly threshold: number;
  /** Mean binary cross-entropy in nats, from logits where they are known. */
  readonly loss: number;
  readonly accuracy: number;
  /** The share of positive images that were found; the same number as sensitivity. */
  readonly recall: number | null;
  readonly sensitivity: number | null;
  /** The share of negative images that were called negative. */
  readonly specificity: number | null;
  /** The share of right answers among the images that were called positive. */
  readonly precision: number | null;
  /** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number | null;
  /** The area under the ROC curve, of the probabilities. */
  readonly rocAuc: number | null;
  readonly confusion: BinaryConfusion;
  readonly undefinedBecause: Readonly<Partial<Record<UndefinedFigure, string>>>;
}

export type UndefinedFigure = 'recall' | 'sensitivity' | 'specificity' | 'precision' | 'f1' | 'rocAuc';

/**
 * @param options.threshold 0..1, 0.5 unless given
 * @throws PneumoscopeError as {@link checkPredictions}; E_USAGE for an impossible threshold
 */
export function computeBinaryMetrics(
  predictions: readonly Prediction[],
  options: { readonly threshold?: number } = {},
): BinaryMetrics {
  const { threshold = 0.5 } = options;
  checkThreshold(threshold);
  checkPredictions(predictions);

  const confusion = countConfusion(predictions, threshold);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const recall = divide(truePositives, positives);
  const specificity = divide(trueNegatives, negatives);
  const precision = divide(truePositives, truePositives + falsePositives);
  const f1 = divide(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
  const rocAuc = computeRocAuc(
    predictions.map(({ probability }) => probability),
    (index) => predictions[index]?.label === 1,
  );

  return {
    count: predictions.length,
    positives,
    negatives,
    threshold,
    loss: computeMeanLoss(predictions),
    accuracy: (truePositives + trueNegatives) / predictions.length,
    recall,
    sensitivity: recall,
    specificity,
    precision,
    f1,
    rocAuc,
    confusion,
    undefinedBecause: {
      ...(recall === null && { recall: noPositives, sensitivity: noPositives }),
      ...(specificity === null && { specificity: noNegatives }),
      ...(precision === null && { precision: 'no image was called positive' }),
      ...(f1 === null && { f1: `${noPositives}, and none was called positive` }),
      ...(rocAuc === null && { rocAuc: positives === 0 ? noPositives : noNegatives }),
    },
  };
}

/** An image is called positive if its probability is strictly greater than the threshold. */
export function countConfusion(predictions: readonly Prediction[], threshold: number): BinaryConfusion {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (const { label, probability } of predictions) {
    if (probability > threshold) counts[label === 1 ? 'truePositives' : 'falsePositives']++;
    else counts[label === 1 ? 'falseNegatives' : 'trueNegatives']++;
  }
  return counts;
}

function computeMeanLoss(predictions: readonly Prediction[]): number {
  let sum = 0;
  for (const { label, probability, logit } of predictions) {
    sum += logit === undefined ? binaryCrossEntropy(probability, label) : binaryCrossEntropyFromLogit(logit, label);
  }
  return sum / predictions.length;
}

function divide(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
