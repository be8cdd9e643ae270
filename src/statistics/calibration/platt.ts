/**
 * Platt scaling (Platt, Probabilistic Outputs for Support Vector Machines, 1999): of two classes the log-odds become z / T + shift. A
 * temperature makes a network surer or less sure of everything; the shift also mends one whose probabilities are all too low, or too high, for
 * one class. The order of the images stays.
 */
import { toProbability } from '../prediction/probability.ts';
import { checkLogits, positiveLogOdds, temperatureBounds, type LabelledLogits } from './temperature.ts';

export interface FittedPlatt {
  readonly temperature: number;
  /** In log-odds. */
  readonly shift: number;
  /** As that of a temperature: why the best T does not lie within {@link temperatureBounds}; T is then 1 and the shift 0. */
  readonly limit: 'separable' | 'uninformative' | null;
}

/** A convex function of two numbers takes ten; the end is certain. */
const maximumIterations = 200;
/** Largest last step of slope and shift. */
const tolerance = 1e-12;
const leastCurvature = 1e-12;
/** Of what a Newton step promises, the part that it must keep (Armijo). */
const leastDecrease = 1e-4;

/**
 * The slope a = 1 / T and the shift b that minimise the mean cross-entropy of sigmoid(a z + b), by Newton's method with backtracking
 * (Lin, Lin, Weng, A Note on Platt's Probabilistic Outputs, Machine Learning 68, 2007). As Platt has it the targets are not 0 and 1 but
 * 1 / (N0 + 2) and (N1 + 1) / (N1 + 2), the posterior means of classes that may also bring other images: so there is a minimum also
 * where these are told apart without an error.
 *
 * @param samples of two classes; both must be there
 * @throws PneumoscopeError E_DATASET for no images; E_NOT_FINITE for a logit that is not a number, naming the file
 */
export function fitPlatt(samples: readonly LabelledLogits[]): FittedPlatt {
  checkLogits(samples);
  const positives = samples.filter(({ label }) => label === 1).length;
  const negatives = samples.length - positives;
  const points = samples.map(({ label, logits }) => ({
    z: positiveLogOdds(logits),
    target: label === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  }));
  let [slope, shift] = [0, Math.log((positives + 1) / (negatives + 1))];
  let loss = meanLoss(points, slope, shift);
  for (let iteration = 0; iteration < maximumIterations; iteration++) {
    const { step, decrease } = newtonStep(points, slope, shift);
    let share = 1;
    for (; share > 1e-10; share /= 2) {
      const next = meanLoss(points, slope + share * step[0], shift + share * step[1]);
      // Near the minimum the loss has no digits left to fall by: then the whole step is taken.
      if (next <= loss - leastDecrease * share * decrease || decrease < 1e-13) {
        loss = next;
        break;
      }
    }
    slope += share * step[0];
    shift += share * step[1];
    if (share * Math.max(Math.abs(step[0]), Math.abs(step[1])) < tolerance) break;
  }
  if (!(slope >= 1 / temperatureBounds.high)) return { temperature: 1, shift: 0, limit: 'uninformative' };
  if (slope > 1 / temperatureBounds.low) return { temperature: 1, shift: 0, limit: 'separable' };
  return { temperature: 1 / slope, shift, limit: null };
}

interface Point {
  readonly z: number;
  readonly target: number;
}

/** log(1 + e^s) - target s, without overflow. */
function meanLoss(points: readonly Point[], slope: number, shift: number): number {
  let sum = 0;
  for (const { z, target } of points) {
    const score = slope * z + shift;
    sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score;
  }
  return sum / points.length;
}

/** @returns the step to the minimum of the parabola that fits here, and by how much the loss falls along it at first */
function newtonStep(
  points: readonly Point[],
  slope: number,
  shift: number,
): { readonly step: readonly [number, number]; readonly decrease: number } {
  let [bySlope, byShift, slopeSlope, slopeShift, shiftShift] = [0, 0, 0, 0, 0];
  for (const { z, target } of points) {
    const probability = toProbability(slope * z + shift);
    const error = (probability - target) / points.length;
    const weight = (probability * (1 - probability)) / points.length;
    bySlope += error * z;
    byShift += error;
    slopeSlope += weight * z * z;
    slopeShift += weight * z;
    shiftShift += weight;
  }
  // Where all logits are the same the parabola is a trough: a little more curvature keeps the step finite.
  slopeSlope += leastCurvature;
  shiftShift += leastCurvature;
  const divisor = slopeSlope * shiftShift - slopeShift * slopeShift;
  const step = [
    -(shiftShift * bySlope - slopeShift * byShift) / divisor,
    -(slopeSlope * byShift - slopeShift * bySlope) / divisor,
  ] as const;
  return { step, decrease: -(bySlope * step[0] + byShift * step[1]) };
}
