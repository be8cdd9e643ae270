/** The receiver operating characteristic: what every possible threshold would give. */
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';

/** One operating point: an image is called positive if its probability is greater than the threshold. */
export interface RocPoint {
  /** null: below every probability, so that every image is called positive. */
  readonly threshold: number | null;
  /** Sensitivity, 0..1. */
  readonly truePositiveRate: number;
  /** 1 - specificity, 0..1. */
  readonly falsePositiveRate: number;
}

interface Scored {
  readonly probability: number;
  readonly positive: boolean;
}

/**
 * The points of the ROC curve from (0, 0) to (1, 1), one per distinct probability and none dropped.
 *
 * @returns null if one of the two classes has no images
 * @throws PneumoscopeError as {@link checkPredictions}
 */
export function computeRocCurve(predictions: readonly Prediction[]): readonly RocPoint[] | null {
  checkPredictions(predictions);
  const sorted = sortByProbability(predictions);
  const positives = sorted.filter(({ positive }) => positive).length;
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;

  const points: RocPoint[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  for (let start = 0; start < sorted.length;) {
    const threshold = (sorted[start] as Scored).probability;
    points.push({
      threshold,
      truePositiveRate: truePositives / positives,
      falsePositiveRate: falsePositives / negatives,
    });
    for (; sorted[start]?.probability === threshold; start++) {
      if (sorted[start]?.positive) truePositives++;
      else falsePositives++;
    }
  }
  points.push({ threshold: null, truePositiveRate: 1, falsePositiveRate: 1 });
  return points;
}

/**
 * The area under the ROC curve: the share of (positive, negative) pairs in which the positive image has the higher score, a tie
 * counting one half (Mann and Whitney, 1947). Exact up to one division, because the pairs are counted in halves.
 *
 * @param scores any numbers that order the images
 * @param isPositive whether the image of the same index belongs to the positive class
 * @returns null if one of the two classes has no images
 */
export function computeRocAuc(scores: readonly number[], isPositive: (index: number) => boolean): number | null {
  const order = scores.map((_, index) => index).toSorted((a, b) => (scores[a] as number) - (scores[b] as number));
  let wins = 0;
  let negativesBelow = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] as number];
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (; start < order.length && scores[order[start] as number] === score; start++) {
      if (isPositive(order[start] as number)) tiedPositives++;
      else tiedNegatives++;
    }
    wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    positives += tiedPositives;
  }
  return positives === 0 || negativesBelow === 0 ? null : wins / (positives * negativesBelow);
}

function sortByProbability(predictions: readonly Prediction[]): Scored[] {
  return predictions
    .map(({ probability, label }) => ({ probability, positive: label === 1 }))
    .toSorted((a, b) => b.probability - a.probability);
}
