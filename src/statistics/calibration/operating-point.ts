/**
 * The threshold above which an image is called positive, chosen from predictions by a stated rule. To be done on validation data: a
 * threshold chosen on the test set makes that set's figures too good, since it was picked because it suited just these images.
 */
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { countConfusion, type BinaryConfusion } from '../figures/binary-metrics.ts';
import { ClusterBootstrap, type Interval } from '../intervals/cluster-bootstrap.ts';
import { checkPrevalence } from '../prediction/draw-options.ts';
import { computeExactInterval } from '../intervals/drawn-interval.ts';
import { countPatients, indexPatients } from '../prediction/patient-clusters.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';
import { probabilityBetween } from '../prediction/probability.ts';

/**
 * - `youden`: the greatest sensitivity + specificity - 1 (Youden, Index for rating diagnostic tests, Cancer 3, 1950).
 * - `sensitivity`, above 0, at most 1: at least that share of the positive images is found, with the highest specificity.
 * - `costRatio`, above 0: the lowest expected cost, where a missed positive costs that many false alarms (Metz, Basic principles of ROC
 *   analysis, Seminars in Nuclear Medicine 8, 1978); at `prevalence`, the share of positives among those who will be examined, between
 *   0 and 1 exclusive; that of the predictions unless given.
 */
export type OperatingRule =
  | 'youden'
  | { readonly sensitivity: number }
  | { readonly costRatio: number; readonly prevalence?: number | undefined };

/** A share of images, and how sure it is. */
export interface ReachedShare {
  readonly value: number;
  /** Null where fewer than two patients have such images: one patient says nothing about others. */
  readonly interval: Interval | null;
}

export interface OperatingPoint {
  readonly rule: OperatingRule;
  /** 0..1, between two observed probabilities; an image is called positive if its probability is strictly greater. */
  readonly threshold: number;
  /** What the rule would choose from other patients of the same kind. Null where fewer than two patients of each class are known. */
  readonly thresholdInterval: Interval | null;
  /** At the threshold, of the predictions it was chosen from: too good for any others. */
  readonly confusion: BinaryConfusion;
  readonly sensitivity: ReachedShare;
  readonly specificity: ReachedShare;
}

export interface OperatingPointOptions {
  /** Of the bootstrap, default 1000. */
  readonly replicates?: number | undefined;
  readonly seed?: number | undefined;
  /** Of the intervals, default 0.95. */
  readonly level?: number | undefined;
}

/**
 * Every pair of neighbouring distinct probabilities has one candidate between them, midway in log-odds: images of one probability stay
 * together. Of candidates that the rule likes alike the lowest is taken, which misses the fewest. What calls all images positive, or
 * none, is no candidate: that needs no model.
 *
 * The interval of the threshold comes from the rule applied anew to patients drawn with replacement; those of the shares from the
 * same draws at the chosen threshold, or, where all images or none were called right, exactly from the number of patients
 * (Clopper and Pearson, Biometrika 26, 1934).
 *
 * @throws PneumoscopeError as {@link checkPredictions}; E_DATASET when a class has no images or all probabilities are equal;
 * E_USAGE when the rule's number is impossible or no threshold does what it wishes
 */
export function chooseOperatingPoint(
  predictions: readonly Prediction[],
  rule: OperatingRule,
  options: OperatingPointOptions = {},
): OperatingPoint {
  checkOperatingRule(rule);
  checkPredictions(predictions);
  const ranking = rankPredictions(predictions);
  checkChoice(ranking);
  const ones = new Float64Array(predictions.length).fill(1);
  const threshold = chooseThreshold(ranking, ones, rule);
  if (threshold === null) throw new PneumoscopeError('E_USAGE', describeUnreachable(rule));

  const { replicates, seed, level = 0.95 } = options;
  const clusters = indexPatients(predictions);
  const countWith = (label: number): number => countPatients(clusters, (image) => predictions[image]?.label === label);
  const patients = [countWith(0), countWith(1)] as const;
  const bootstrap = new ClusterBootstrap({
    clusters: clusters.assignment,
    level,
    ...(replicates === undefined ? {} : { replicates }),
    ...(seed === undefined ? {} : { seed }),
  });
  const share = (label: 0 | 1): ReachedShare => {
    const compute = (weights: ArrayLike<number>): number | null => shareOfClass(predictions, label, threshold, weights);
    const value = compute(ones) as number;
    if (patients[label] < 2) return { value, interval: null };
    if (value === 0 || value === 1) return { value, interval: computeExactInterval(value, patients[label], level) };
    return { value, interval: bootstrap.interval(compute) };
  };
  return {
    rule,
    threshold,
    thresholdInterval:
      Math.min(...patients) < 2 ? null : bootstrap.interval((weights) => chooseThreshold(ranking, weights, rule)),
    confusion: countConfusion(predictions, threshold),
    sensitivity: share(1),
    specificity: share(0),
  };
}

/** The weighted share of the images of one class that get its answer; null where the class has no weight. */
function shareOfClass(
  predictions: readonly Prediction[],
  wanted: 0 | 1,
  threshold: number,
  weights: ArrayLike<number>,
): number | null {
  let [right, all] = [0, 0];
  for (const [index, { label, probability }] of predictions.entries()) {
    if (label !== wanted) continue;
    const weight = weights[index] as number;
    all += weight;
    if (probability > threshold === (wanted === 1)) right += weight;
  }
  return all === 0 ? null : right / all;
}

/** Images grouped by probability, the highest first. */
interface Ranking {
  /** Distinct. */
  readonly values: readonly number[];
  /** Per image the index of its probability in `values`. */
  readonly groups: Int32Array;
  readonly labels: Uint8Array;
}

function rankPredictions(predictions: readonly Prediction[]): Ranking {
  const values = [...new Set(predictions.map(({ probability }) => probability))].toSorted((a, b) => b - a);
  const places = new Map(values.map((value, index) => [value, index]));
  return {
    values,
    groups: Int32Array.from(predictions, ({ probability }) => places.get(probability) as number),
    labels: Uint8Array.from(predictions, ({ label }) => label),
  };
}

/** @returns null where no threshold between two probabilities that have weight does what the rule wishes */
function chooseThreshold({ values, groups, labels }: Ranking, weights: ArrayLike<number>, rule: OperatingRule) {
  const counts = [new Float64Array(values.length), new Float64Array(values.length)] as const;
  const totals: [number, number] = [0, 0];
  for (let i = 0; i < groups.length; i++) {
    const label = labels[i] as 0 | 1;
    const weight = weights[i] as number;
    counts[label][groups[i] as number] = (counts[label][groups[i] as number] as number) + weight;
    totals[label] += weight;
  }
  const [negatives, positives] = totals;
  if (positives === 0 || negatives === 0) return null;
  const { rate, floor } = makeRating(rule, positives, negatives);

  let best = floor;
  let chosen: number | null = null;
  let [truePositives, falsePositives] = [0, 0];
  let above: number | null = null;
  for (const [group, value] of values.entries()) {
    const found = counts[1][group] as number;
    const alarms = counts[0][group] as number;
    if (found + alarms === 0) continue;
    if (above !== null) {
      const rating = rate(truePositives, falsePositives);
      if (rating >= best && rating > -Infinity) {
        best = rating;
        chosen = probabilityBetween(value, above);
      }
    }
    truePositives += found;
    falsePositives += alarms;
    above = value;
  }
  return chosen;
}

/**
 * The higher, the better. Youden's index and the cost without a prevalence are multiplied out, so that with whole weights equal is
 * equal.
 */
function makeRating(rule: OperatingRule, positives: number, negatives: number) {
  if (rule === 'youden') {
    // No better than guessing is 0; the least that whole weights can be above it is 1.
    return { rate: (tp: number, fp: number): number => tp * negatives - fp * positives, floor: 1 };
  }
  if ('sensitivity' in rule) {
    const rate = (tp: number, fp: number): number => {
      return tp / positives >= rule.sensitivity && fp < negatives ? -fp : -Infinity;
    };
    return { rate, floor: -Infinity };
  }
  const { costRatio, prevalence } = rule;
  const miss = prevalence === undefined ? costRatio : (costRatio * prevalence) / positives;
  const alarm = prevalence === undefined ? 1 : (1 - prevalence) / negatives;
  // What rounding parts is equal: a cost has some digits less than a number holds.
  const scale = miss * positives + alarm * negatives;
  const rate = (tp: number, fp: number): number => {
    return -Math.round(((miss * (positives - tp) + alarm * fp) / scale) * 1e12);
  };
  return { rate, floor: Math.max(rate(0, 0), rate(positives, negatives)) };
}

/** @throws PneumoscopeError E_USAGE when the rule's number is impossible */
export function checkOperatingRule(rule: OperatingRule): void {
  if (rule === 'youden') return;
  if ('sensitivity' in rule) {
    if (rule.sensitivity > 0 && rule.sensitivity <= 1) return;
    refuse('E_USAGE', `The target sensitivity must lie above 0 and be at most 1, but ${rule.sensitivity} was given`);
  }
  const { costRatio, prevalence } = rule;
  if (!(costRatio > 0 && costRatio < Infinity)) {
    refuse(
      'E_USAGE',
      `The cost of a missed positive over that of a false alarm must be a number above 0, but is ${costRatio}`,
    );
  }
  if (prevalence !== undefined) checkPrevalence(prevalence);
}

function checkChoice({ labels, values }: Ranking): void {
  if (!labels.includes(0) || !labels.includes(1)) {
    throw new PneumoscopeError(
      'E_DATASET',
      `There are no images of the ${labels.includes(1) ? 'negative' : 'positive'} class, where a threshold can only be chosen from images of both; add some`,
    );
  }
  if (values.length === 1) {
    throw new PneumoscopeError(
      'E_DATASET',
      `All ${labels.length} images have the same probability, ${values[0]}, so no threshold separates them; train the model longer or on other data`,
    );
  }
}

function describeUnreachable(rule: OperatingRule): string {
  if (rule === 'youden') {
    return 'No threshold does better than guessing on these images; look at the order of the classes and at how the model was trained';
  }
  if ('sensitivity' in rule) {
    return `A sensitivity of ${rule.sensitivity} is reached only by calling every negative image positive too, for which no model is needed; ask for less`;
  }
  const prevalence = rule.prevalence === undefined ? '' : ` and a prevalence of ${rule.prevalence}`;
  return `At a cost ratio of ${rule.costRatio}${prevalence} it is cheaper to give all images the same answer than to ask this model; name a ratio between the two costs that is less extreme`;
}
