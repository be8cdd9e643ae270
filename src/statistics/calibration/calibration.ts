/**
 * Calibration: of the images that get a probability near 0.8, are eight in ten ill? Brier score, expected calibration error, and the
 * bins of a reliability curve; intervals are the study's business.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { computeQuantile } from '../intervals/cluster-bootstrap.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';

/**
 * - equalWidth: [0, 0.1], (0.1, 0.2], ... for ten bins, as in Guo et al., On Calibration of Modern Neural Networks, 2017
 * - equalMass: about as many images in each, equal probabilities together: between the quantiles of the probabilities
 */
export type Binning = 'equalWidth' | 'equalMass';

export interface BinningOptions {
  /** Default equalWidth. */
  readonly binning?: Binning;
  /** How many bins, 1 to 100, default 10. */
  readonly bins?: number;
}

export interface ReliabilityBin {
  /** Probabilities in (low, high]; the first bin holds its low end too. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** null in an empty bin */
  readonly meanProbability: number | null;
  /** The share of the bin's images that are positive; null in an empty bin. */
  readonly share: number | null;
}

/**
 * Mean of (probability - label)^2 (Brier, 1950): 0 is perfect, 0.25 is what 0.5 for every image gives.
 *
 * @throws PneumoscopeError as {@link checkPredictions}
 */
export function computeBrierScore(predictions: readonly Prediction[]): number {
  checkPredictions(predictions);
  return predictions.reduce((sum, { probability, label }) => sum + (probability - label) ** 2, 0) / predictions.length;
}

/**
 * @returns all bins in order, empty ones too
 * @throws PneumoscopeError as {@link checkPredictions}; E_USAGE for an impossible number of bins
 */
export function computeReliability(predictions: readonly Prediction[], options: BinningOptions = {}): ReliabilityBin[] {
  checkPredictions(predictions);
  const edges = computeBinEdges(
    predictions.map(({ probability }) => probability),
    options,
  );
  const sums = edges.slice(1).map(() => ({ images: 0, positives: 0, probability: 0 }));
  for (const { label, probability } of predictions) {
    const sum = sums[findBin(edges, probability)] as (typeof sums)[number];
    sum.images += 1;
    sum.positives += label;
    sum.probability += probability;
  }
  return sums.map(({ images, positives, probability }, bin) => {
    return {
      low: edges[bin] as number,
      high: edges[bin + 1] as number,
      images,
      meanProbability: images === 0 ? null : probability / images,
      share: images === 0 ? null : positives / images,
    };
  });
}

/**
 * The mean distance between what was said and what was found, over the images: sum over bins of (images in the bin / all images)
 * |share - mean probability| (Naeini et al., 2015). Chance alone lifts it above 0, the more the fewer the images and the more the bins.
 *
 * @throws PneumoscopeError as {@link computeReliability}
 */
export function computeExpectedCalibrationError(
  predictions: readonly Prediction[],
  options: BinningOptions = {},
): number {
  return computeReliability(predictions, options).reduce((sum, { images, share, meanProbability }) => {
    return sum + (images / predictions.length) * Math.abs((share ?? 0) - (meanProbability ?? 0));
  }, 0);
}

/** The bins' edges, one more than there are bins. */
export function computeBinEdges(probabilities: readonly number[], options: BinningOptions = {}): number[] {
  const { binning = 'equalWidth', bins = 10 } = options;
  if (!Number.isInteger(bins) || bins < 1 || bins > 100) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The number of bins must be a whole number from 1 to 100, but ${bins} was given`,
    );
  }
  const shares = Array.from({ length: bins + 1 }, (_, edge) => edge / bins);
  if (binning === 'equalWidth') return shares;
  const sorted = probabilities.toSorted((first, second) => first - second);
  return shares.map((share) => computeQuantile(sorted, share));
}

/** The bin whose high end is the first that the probability does not exceed. */
export function findBin(edges: readonly number[], probability: number): number {
  const bin = edges.findIndex((edge, index) => index > 0 && probability <= edge) - 1;
  return bin < 0 ? edges.length - 2 : bin;
}
