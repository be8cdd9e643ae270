/**
 * The difference of two areas under the ROC curve on the same images, by formula: DeLong, DeLong and Clarke-Pearson, Comparing the Areas
 * under Two or More Correlated ROC Curves, Biometrics 44, 1988; for several images of a patient, Obuchowski, Nonparametric Analysis
 * of Clustered ROC Curve Data, Biometrics 53, 1997. With one image per patient the second is the first.
 */
import type { Interval } from './cluster-bootstrap.ts';
import { computeNormalQuantile, computeUpperTail } from './normal-distribution.ts';
import { countPatients, type PatientClusters } from '../prediction/patient-clusters.ts';

export interface AreaComparison {
  /** First area less the second. */
  readonly difference: number;
  readonly standardError: number;
  readonly interval: Interval;
  /** difference / standardError; null where the error is 0: the two rank every pair alike, or one is always right and one always wrong */
  readonly z: number | null;
  /** Two-sided; 1 where the two rank every pair alike. */
  readonly pValue: number | null;
}

/** Per image: of the images of the other class, the share that it stands in the right order with, a tie counting one half. */
interface Placements {
  readonly perImage: Float64Array;
  readonly area: number;
}

/**
 * @param first scores of the first model, one per image; any numbers that order the images
 * @param isPositive whether the image of an index belongs to the positive class
 * @returns null where a class has images of fewer than two patients
 */
export function compareAreas(
  first: readonly number[],
  second: readonly number[],
  isPositive: (index: number) => boolean,
  clusters: PatientClusters,
  level: number,
): AreaComparison | null {
  const patientsWith = {
    positive: countPatients(clusters, isPositive),
    negative: countPatients(clusters, (index) => !isPositive(index)),
  };
  if (Math.min(patientsWith.positive, patientsWith.negative) < 2) return null;
  const [one, other] = [computePlacements(first, isPositive), computePlacements(second, isPositive)];
  const difference = one.area - other.area;

  // The difference of two correlated areas has as its components the differences of theirs.
  const positiveSums = new Float64Array(clusters.count);
  const negativeSums = new Float64Array(clusters.count);
  let positives = 0;
  first.forEach((_, index) => {
    const sums = isPositive(index) ? positiveSums : negativeSums;
    const patient = clusters.assignment[index] as number;
    const component = (one.perImage[index] as number) - (other.perImage[index] as number);
    sums[patient] = (sums[patient] as number) + component - difference;
    positives += Number(isPositive(index));
  });
  const negatives = first.length - positives;
  const ofPositives = (unbias(patientsWith.positive) * dot(positiveSums, positiveSums)) / positives ** 2;
  const ofNegatives = (unbias(patientsWith.negative) * dot(negativeSums, negativeSums)) / negatives ** 2;
  const ofBoth = (2 * unbias(clusters.count) * dot(positiveSums, negativeSums)) / (positives * negatives);
  const standardError = Math.sqrt(Math.max(0, ofPositives + ofNegatives + ofBoth));

  const reach = computeNormalQuantile((1 + level) / 2) * standardError;
  const z = standardError === 0 ? null : difference / standardError;
  const pValue = z === null ? (difference === 0 ? 1 : null) : 2 * computeUpperTail(Math.abs(z));
  return { difference, standardError, interval: { low: difference - reach, high: difference + reach }, z, pValue };
}

function computePlacements(scores: readonly number[], isPositive: (index: number) => boolean): Placements {
  const order = scores.map((_, index) => index).toSorted((a, b) => (scores[a] as number) - (scores[b] as number));
  const positives = order.filter((index) => isPositive(index)).length;
  const negatives = order.length - positives;
  const perImage = new Float64Array(order.length);
  let [positivesBelow, negativesBelow, sum] = [0, 0, 0];
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end++;
    const tied = order.slice(start, end);
    const tiedPositives = tied.filter((index) => isPositive(index)).length;
    const tiedNegatives = tied.length - tiedPositives;
    const wins = negativesBelow + tiedNegatives / 2;
    sum += tiedPositives * wins;
    for (const index of tied) {
      perImage[index] = isPositive(index)
        ? wins / negatives
        : (positives - positivesBelow - tiedPositives / 2) / positives;
    }
    positivesBelow += tiedPositives;
    negativesBelow += tiedNegatives;
    start = end;
  }
  return { perImage, area: sum / (positives * negatives) };
}

/** What a mean square of n deviations from their own mean is multiplied with. */
function unbias(n: number): number {
  return n / (n - 1);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}
