/** Precision against recall: what every possible threshold would give, where the many healthy do not hide false alarms among few ill. */
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';

/** One operating point: an image is called positive if its probability is greater than the threshold. */
export interface PrecisionRecallPoint {
  /** null: below every probability, so that every image is called positive. */
  readonly threshold: number | null;
  /** The share of positive images that are found, 0..1. */
  readonly recall: number;
  /** The share of right answers among the images called positive, 0..1. */
  readonly precision: number;
}

/**
 * The points from the fewest called positive to all, one per distinct probability and none dropped. There is no point at recall 0
 * unless the data have one: where nothing is called positive, precision is undefined (scikit-learn adds one of precision 1).
 *
 * @returns null if one of the two classes has no images
 * @throws PneumoscopeError as {@link checkPredictions}
 */
export function computePrecisionRecallCurve(
  predictions: readonly Prediction[],
): readonly PrecisionRecallPoint[] | null {
  checkPredictions(predictions);
  const positives = predictions.reduce((sum, { label }) => sum + label, 0);
  if (positives === 0 || positives === predictions.length) return null;
  const sorted = predictions.toSorted((a, b) => b.probability - a.probability);
  const points: PrecisionRecallPoint[] = [];
  let found = 0;
  sorted.forEach(({ label, probability }, index) => {
    found += label;
    const threshold = sorted[index + 1]?.probability ?? null;
    if (threshold === probability) return;
    points.push({ threshold, recall: found / positives, precision: found / (index + 1) });
  });
  return points;
}

/**
 * The area under the precision-recall curve in steps, without interpolation: the sum of (gain in recall) x precision, scikit-learn's
 * `average_precision_score`. A model that tells nothing scores the share of positive images.
 *
 * @returns null if one of the two classes has no images: without negative ones the precision is 1 whatever the model says
 * @throws PneumoscopeError as {@link checkPredictions}
 */
export function computeAveragePrecision(predictions: readonly Prediction[]): number | null {
  const points = computePrecisionRecallCurve(predictions);
  if (points === null) return null;
  return points.reduce(
    (sum, { recall, precision }, index) => sum + (recall - (points[index - 1]?.recall ?? 0)) * precision,
    0,
  );
}
