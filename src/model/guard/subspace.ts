/**
 * What X-rays have in common: mean and principal components of their thumbnails, and how far another thumbnail is from that. A Gaussian
 * whose variance is known along the components and the same in all other directions (Tipping and Bishop, Probabilistic Principal
 * Component Analysis, Journal of the Royal Statistical Society B 61(3), 1999).
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** What is stored of it. */
export interface SubspaceParts {
  /** Values of a thumbnail. */
  readonly size: number;
  readonly mean: Float32Array;
  /** Row-major, one unit vector after the other, the one of the largest variance first. */
  readonly components: Float32Array;
  /** Along each component. */
  readonly variances: Float32Array;
  /** Along each direction that is none of them. */
  readonly restVariance: number;
}

/** The parts, and what would else be computed for each image anew. */
export interface Subspace extends SubspaceParts {
  /** The mean along each component. */
  readonly meanAlong: Float64Array;
  /** Its squared length. */
  readonly meanSquare: number;
}

export function openSubspace(parts: SubspaceParts): Subspace {
  const { size, mean, components, variances } = parts;
  const meanAlong = Float64Array.from(variances, (_, k) => dot(components, k * size, mean));
  return { ...parts, meanAlong, meanSquare: dot(mean, 0, mean) };
}

/** Of as many numbers as `b` has, those of `a` from `start` on. */
export function dot(a: Float32Array | Float64Array, start: number, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0, end = b.length; i < end; i++) sum += (a[start + i] as number) * (b[i] as number);
  return sum;
}

/**
 * Neighbouring cells are alike, so a thumbnail has fewer independent directions beside the components than it has cells; counted in full
 * their sum would drown what the components say.
 */
const restWeight = 0.2;

/** Below this no direction varies: a data set of one image would else make all others infinitely strange. */
const leastVariance = 1e-6;

/**
 * @param thumbnails standardised, of one size; at least two
 * @param count components wanted; fewer where so few thumbnails cannot tell them
 */
export function fitSubspace(thumbnails: readonly Float64Array[], count: number): Subspace {
  const size = thumbnails[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const values of thumbnails) {
    for (let i = 0; i < size; i++) mean[i] = (mean[i] as number) + (values[i] as number) / thumbnails.length;
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(computeCovariance(thumbnails, mean), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, index) => index);
  order.sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number));
  // A third of the images at most: components that hold single images say nothing about others.
  const kept = order.slice(0, Math.max(1, Math.min(count, Math.floor(thumbnails.length / 3), size - 1)));
  const rest = order.slice(kept.length).reduce((sum, index) => sum + Math.max(0, realEigenvalues[index] as number), 0);
  return openSubspace({
    size,
    mean: Float32Array.from(mean),
    components: Float32Array.from(kept.flatMap((index) => eigenvectorMatrix.getColumn(index))),
    variances: Float32Array.from(kept, (index) => Math.max(leastVariance, realEigenvalues[index] as number)),
    restVariance: Math.max(leastVariance, rest / (size - kept.length)),
  });
}

function computeCovariance(thumbnails: readonly Float64Array[], mean: Float64Array): Matrix {
  const size = mean.length;
  const sums = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (const values of thumbnails) {
    for (let i = 0; i < size; i++) centred[i] = (values[i] as number) - (mean[i] as number);
    for (let i = 0; i < size; i++) {
      const own = centred[i] as number;
      for (let j = 0, at = i * size; j <= i; j++)
        sums[at + j] = (sums[at + j] as number) + own * (centred[j] as number);
    }
  }
  const covariance = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (sums[i * size + j] as number) / thumbnails.length;
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return covariance;
}

/** See {@link distancesOf}. */
export interface Distances {
  readonly asIs: number;
  /** of the values with their signs turned */
  readonly inverted: number;
}

/**
 * Half the squared distance in standard deviations: minus the logarithm of the density but for a constant, with the directions beside the
 * components counted at {@link restWeight}. Above 0. Both from the same products, because -v - m = -(v + m).
 *
 * @param along products of the values with each component
 * @param across their product with the mean
 * @param square their squared length
 */
export function distancesOf(subspace: Subspace, along: Float64Array, across: number, square: number): Distances {
  const { variances, restVariance, meanAlong, meanSquare } = subspace;
  // Pairs in brackets would be pairs in memory, thousands for an image.
  let rest = square - 2 * across + meanSquare;
  let restInverted = square + 2 * across + meanSquare;
  let within = 0;
  let withinInverted = 0;
  for (let k = 0, end = variances.length; k < end; k++) {
    const own = along[k] as number;
    const middle = meanAlong[k] as number;
    const asIs = (own - middle) ** 2;
    const inverted = (own + middle) ** 2;
    within += asIs / (variances[k] as number);
    withinInverted += inverted / (variances[k] as number);
    rest -= asIs;
    restInverted -= inverted;
  }
  const half = (inside: number, beside: number): number =>
    (inside + (restWeight * Math.max(0, beside)) / restVariance) / 2;
  return { asIs: half(within, rest), inverted: half(withinInverted, restInverted) };
}
