/** From the values that a figure took in the draws of patients to its interval, or to the reason why there is none. */
import { computePercentileInterval, type Interval } from './cluster-bootstrap.ts';
import type { Figure } from './figure.ts';

/** What a figure rests on. */
export interface Basis {
  /**
   * How many patients its spread comes from: those of the images that it counts, and where it needs both classes those of the class
   * with fewer.
   */
  readonly patients: number;
  /** Whether it is a share of images, for which an exact interval is known. */
  readonly isShare: boolean;
}

/**
 * @param value the figure of the data
 * @param draws one value per draw of patients, NaN where the draw leaves it undefined
 * @param options.undefinedBecause used where the value is NaN
 */
export function toFigure(
  value: number,
  draws: Float64Array,
  basis: Basis,
  options: { readonly level: number; readonly undefinedBecause: string },
): Figure {
  const { level, undefinedBecause } = options;
  if (Number.isNaN(value)) return { value: null, interval: null, undefinedBecause };
  const without = (reason: string): Figure => ({ value, interval: null, undefinedBecause: `no interval: ${reason}` });
  if (basis.patients < 2) return without('a single patient tells nothing about others');
  if (basis.isShare && (value === 0 || value === 1)) {
    return { value, interval: computeExactInterval(value, basis.patients, level), exact: true };
  }
  const defined = draws.filter((one) => !Number.isNaN(one));
  if (defined.length < draws.length / 2) return without('most draws of patients leave it undefined');
  const { low, high } = computePercentileInterval(defined, level);
  if (low === high) return without('the draws of patients all give the same');
  return { value, interval: { low, high } };
}

/**
 * The interval of Clopper and Pearson (1934) for a share of 0 or 1 of n: the other end is the share at which so clear a sample
 * would come about with probability (1 - level) / 2.
 */
export function computeExactInterval(share: 0 | 1, n: number, level: number): Interval {
  const end = ((1 - level) / 2) ** (1 / n);
  return share === 1 ? { low: end, high: 1 } : { low: 0, high: 1 - end };
}
