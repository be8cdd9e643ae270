/**
 * The uncertain band: images whose probability lies near the threshold are left to a person. What it costs is the share of images left,
 * what it brings the share of errors among the answered ones; the curve of one against the other says whether the trade is good
 * (risk and coverage: El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification, JMLR 11, 2010).
 */
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { formatPercent } from '../../base/text.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';
import { toLogOdds, toProbability } from '../prediction/probability.ts';

/** An image is uncertain if its probability lies between the two, both included. */
export interface UncertainBand {
  /** Not above the threshold. */
  readonly low: number;
  /** Not below the threshold. */
  readonly high: number;
}

/** What a band does to labelled images. */
export interface Abstention {
  /** The share of images that are uncertain, 0..1. */
  readonly abstentionRate: number;
  /** The share of wrong answers among the others; null where none is left. */
  readonly error: number | null;
  /** Among the answered images: positives that were missed, negatives that were called positive. */
  readonly missed: number;
  readonly falseAlarms: number;
  readonly answered: number;
}

export interface AbstentionPoint extends Abstention {
  /** Null for the first point, where all images are answered. */
  readonly band: UncertainBand | null;
}

/** Of one: a band that leaves at most that share of images to a person, or so few errors among the answered. 0..1. */
export type BandWish = { readonly abstentionRate: number } | { readonly error: number };

/** In log-odds: 0.3 and 0.7 are equally far from 0.5, but for rounding. */
const sameDistance = 1e-9;

export function isUncertain(probability: number, band: UncertainBand | null): boolean {
  return band !== null && probability >= band.low && probability <= band.high;
}

/**
 * Bands of growing width about the threshold, from none to the last that leaves an image answered. Both ends are equally far from the
 * threshold in log-odds: near 0 and 1 a band of equal width in probability would leave a person images that the network is sure
 * of on one side, and none on the other. Images equally far away are taken together.
 *
 * @throws PneumoscopeError as {@link checkPredictions}; E_USAGE for a threshold of 0 or 1, about which there is no room
 */
export function computeAbstentionCurve(predictions: readonly Prediction[], threshold: number): AbstentionPoint[] {
  checkPredictions(predictions);
  if (!(threshold > 0 && threshold < 1)) {
    throw new PneumoscopeError(
      'E_USAGE',
      `There is no band about a threshold of ${threshold}; it must lie between 0 and 1, both excluded`,
    );
  }
  const middle = toLogOdds(threshold);
  const sorted = predictions
    .map(({ label, probability }) => {
      const wrong = probability > threshold !== (label === 1);
      return { distance: Math.abs(toLogOdds(probability) - middle), missed: wrong && label === 1, wrong };
    })
    .toSorted((a, b) => a.distance - b.distance);
  let missed = sorted.filter((one) => one.missed).length;
  let falseAlarms = sorted.filter((one) => one.wrong).length - missed;
  const describe = (left: number, band: UncertainBand | null): AbstentionPoint => {
    const answered = sorted.length - left;
    return {
      band,
      abstentionRate: left / sorted.length,
      error: (missed + falseAlarms) / answered,
      missed,
      falseAlarms,
      answered,
    };
  };
  const points = [describe(0, null)];
  for (const [index, one] of sorted.entries()) {
    if (one.missed) missed--;
    else if (one.wrong) falseAlarms--;
    const next = sorted[index + 1]?.distance;
    if (next === undefined || next === one.distance || next - one.distance < sameDistance) continue;
    const reach = Number.isFinite(next) ? (one.distance + next) / 2 : one.distance + sameDistance;
    points.push(describe(index + 1, bandAbout(middle, reach)));
  }
  return points;
}

/** A probability of exactly 0 or 1 is never uncertain, however wide the band. */
function bandAbout(middle: number, reach: number): UncertainBand {
  return {
    low: Math.max(toProbability(middle - reach), Number.MIN_VALUE),
    high: Math.min(toProbability(middle + reach), 1 - Number.EPSILON / 2),
  };
}

/** What a band that is given does to these images. @throws PneumoscopeError as {@link checkPredictions} */
export function computeAbstention(
  predictions: readonly Prediction[],
  threshold: number,
  band: UncertainBand | null,
): Abstention {
  checkPredictions(predictions);
  const answered = predictions.filter(({ probability }) => !isUncertain(probability, band));
  const missed = answered.filter(({ label, probability }) => label === 1 && probability <= threshold).length;
  const falseAlarms = answered.filter(({ label, probability }) => label === 0 && probability > threshold).length;
  return {
    abstentionRate: (predictions.length - answered.length) / predictions.length,
    error: answered.length === 0 ? null : (missed + falseAlarms) / answered.length,
    missed,
    falseAlarms,
    answered: answered.length,
  };
}

/**
 * For a wanted rate the widest band that leaves no more than that to a person; for a wanted error the narrowest that makes no more.
 *
 * @returns null where the error is low enough without a band
 * @throws PneumoscopeError as {@link computeAbstentionCurve}; E_USAGE where the wish is impossible or no band fulfils it
 */
export function chooseBand(
  predictions: readonly Prediction[],
  threshold: number,
  wish: BandWish,
): UncertainBand | null {
  checkBandWish(wish);
  const wanted = 'error' in wish ? wish.error : wish.abstentionRate;
  const points = computeAbstentionCurve(predictions, threshold);
  const chosen =
    'error' in wish
      ? points.find(({ error }) => error !== null && error <= wanted)
      : points.findLast(({ abstentionRate }) => abstentionRate <= wanted);
  if (chosen === undefined) {
    refuse(
      'E_USAGE',
      `No band about the threshold leaves an error of ${wanted} or less among the answered images; allow for more`,
    );
  }
  if (chosen.band !== null || 'error' in wish) return chosen.band;
  const fewest = points[1] === undefined ? 'all' : formatPercent(points[1].abstentionRate, 2);
  return refuse(
    'E_USAGE',
    `No band leaves ${wanted * 100} % of the ${predictions.length} images or fewer to a person: the narrowest leaves ${fewest}; allow for more`,
  );
}

/** @throws PneumoscopeError E_USAGE when the wish is impossible */
export function checkBandWish(wish: BandWish): void {
  const [name, wanted] =
    'error' in wish ? ['error among the answered', wish.error] : ['share of uncertain images', wish.abstentionRate];
  if (!(wanted >= 0 && wanted < 1)) {
    refuse('E_USAGE', `The target ${name} must be at least 0 and below 1, but ${wanted} was given`);
  }
}
