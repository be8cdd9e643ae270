/**
 * Intervals for figures of images that come several to a patient. Images of one patient resemble each other, so patients are drawn,
 * not images: an interval that forgot this would be too narrow (Obuchowski, Nonparametric analysis of clustered ROC curve data,
 * Biometrics 53, 1997; Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
 */
import { RandomGenerator } from '../../base/random.ts';
import { computeRocAuc } from '../figures/roc.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 42;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface ClusterBootstrapOptions {
  /** The patient's index per image: 0 .. number of patients - 1, no index left out. */
  readonly clusters: ArrayLike<number>;
  /** How often a set of patients is drawn, default 1000. */
  readonly replicates?: number;
  readonly seed?: number;
  /** The share of such intervals that hold the true figure, default 0.95. */
  readonly level?: number;
}

/**
 * The patients are drawn once, when this is made: with replacement, as many as there are, all together (not class by class, since a
 * patient may have images of both). All figures then see the same draws, so they can be compared with each other.
 * Memory: two bytes for each patient and replicate.
 *
 * ```ts
 * const bootstrap = new ClusterBootstrap({ clusters: patientOfImage, seed: 0 });
 * bootstrap.rocAuc(probabilities, (image) => labels[image] === 1); // { value: 0.971, interval: { low: 0.956, high: 0.984 }, … }
 * bootstrap.interval((weights) => weightedAccuracy(weights)); // any other figure
 * ```
 */
export class ClusterBootstrap {
  readonly replicates: number;
  readonly level: number;
  readonly #clusters: Int32Array;
  readonly #draws: readonly Uint16Array[];

  constructor(options: ClusterBootstrapOptions) {
    const { replicates = 1000, seed = 0, level = 0.95 } = options;
    this.replicates = replicates;
    this.level = level;
    this.#clusters = Int32Array.from(options.clusters);
    const count = this.#clusters.reduce((largest, cluster) => Math.max(largest, cluster + 1), 0);
    this.#draws = Array.from({ length: replicates }, (_, replicate) => drawClusters(count, seed, replicate));
  }

  /**
   * The percentile interval of a figure (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3).
   *
   * @param compute the figure of images that count as often as the weights say: as often as their patient was drawn, 0 among them. Null
   * where it is undefined, as an AUC of one class only. The array is used again for the next replicate
   * @returns null where fewer than half of the replicates have the figure
   */
  interval(compute: (weights: Float64Array) => number | null): Interval | null {
    const values: number[] = [];
    const weights = new Float64Array(this.#clusters.length);
    for (const draws of this.#draws) {
      for (let i = 0; i < weights.length; i++) weights[i] = draws[this.#clusters[i] as number] as number;
      const value = compute(weights);
      if (value !== null) values.push(value);
    }
    if (values.length === 0 || values.length < this.replicates / 2) return null;
    return computePercentileInterval(values, this.level);
  }

  /**
   * The area under the ROC curve with its interval. Where every pair is in the right order the interval is [1, 1], whatever the number
   * of patients: a resample cannot show an error that the sample has not.
   *
   * @param scores any numbers that order the images
   * @returns null if one of the classes has no images
   */
  rocAuc(
    scores: readonly number[],
    isPositive: (index: number) => boolean,
  ): { readonly value: number; readonly interval: Interval | null } | null {
    const value = computeRocAuc(scores, isPositive);
    if (value === null) return null;
    const ranking = rankScores(scores, isPositive);
    return { value, interval: this.interval((weights) => computeWeightedRocAuc(ranking, weights)) };
  }
}

/** Images in the order of their scores; sorted once, used for every replicate. */
export interface ScoreRanking {
  /** Image indices, lowest score first. */
  readonly order: Int32Array;
  /** Per place in `order`: whether the image's score is that of the place before. */
  readonly tied: Uint8Array;
  /** Per place in `order`. */
  readonly positive: Uint8Array;
}

export function rankScores(scores: readonly number[], isPositive: (index: number) => boolean): ScoreRanking {
  const order = Int32Array.from(scores, (_, index) => index).toSorted(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  return {
    order,
    tied: Uint8Array.from(order, (index, place) =>
      Number(place > 0 && scores[index] === scores[order[place - 1] as number]),
    ),
    positive: Uint8Array.from(order, (index) => Number(isPositive(index))),
  };
}

/**
 * `computeRocAuc` of images that count as often as their weight says, in one pass.
 *
 * @param weights per image, 0 or more
 * @returns null if one of the classes has no weight
 */
export function computeWeightedRocAuc(ranking: ScoreRanking, weights: Float64Array): number | null {
  const { order, tied, positive } = ranking;
  let wins = 0;
  let negativesBelow = 0;
  let positives = 0;
  let tiedPositives = 0;
  let tiedNegatives = 0;
  const closeTie = (): void => {
    wins += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    positives += tiedPositives;
    tiedPositives = 0;
    tiedNegatives = 0;
  };
  for (let place = 0; place < order.length; place++) {
    if (tied[place] === 0) closeTie();
    const weight = weights[order[place] as number] as number;
    if (positive[place] === 1) tiedPositives += weight;
    else tiedNegatives += weight;
  }
  closeTie();
  return positives === 0 || negativesBelow === 0 ? null : wins / (positives * negativesBelow);
}

/** Between the quantiles that leave out equal shares on both sides; `values` has one value at least. */
export function computePercentileInterval(values: ArrayLike<number>, level: number): Interval {
  const sorted = Float64Array.from(values).toSorted();
  const tail = (1 - level) / 2;
  return { low: computeQuantile(sorted, tail), high: computeQuantile(sorted, 1 - tail) };
}

/** Linear between the two nearest values, as numpy's `quantile`; `sorted` has one value at least. */
export function computeQuantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/** How often each of `count` patients is drawn in one replicate, which depends on these three numbers alone. */
export function drawClusters(count: number, seed: number, replicate: number): Uint16Array {
  const random = new RandomGenerator(seed, purpose, replicate);
  const draws = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = random.integer(count);
    draws[drawn] = (draws[drawn] as number) + 1;
  }
  return draws;
}
