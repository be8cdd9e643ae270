/** Numbers and categories of many images -> the columns that a logistic regression takes. None of it looks at a label. */
import type { FeatureMatrix } from '../../statistics/regression/logistic-regression.ts';

/** One number per image. */
export type Column = ArrayLike<number>;

/**
 * Two columns: the number itself, for «more» and «less», and its distance from the median of all images, for «in the middle» and «far out».
 * A class whose images all have the same width, with narrower and wider ones in the other, would escape the first alone.
 */
export function encodeNumber(values: ArrayLike<number>): Column[] {
  const numbers = Float64Array.from(values);
  const median = computeMedian(numbers);
  return [numbers, numbers.map((value) => Math.abs(value - median))];
}

/** At most so many categories get a column of their own. */
const maximumCategories = 30;

/**
 * One column of 0 and 1 for each category that 1 % of the images, and three of them, have; one for all the rarer ones.
 *
 * @param values one word per image
 */
export function encodeCategory(values: readonly string[]): Column[] {
  const frequent = new Map(listFrequent(values).map((category, index) => [category, index]));
  const columns = Array.from({ length: frequent.size + 1 }, () => new Uint8Array(values.length));
  for (const [image, value] of values.entries()) {
    (columns[frequent.get(value) ?? frequent.size] as Uint8Array)[image] = 1;
  }
  return columns.filter((column) => column.includes(1));
}

function listFrequent(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const least = Math.max(3, 0.01 * values.length);
  return [...counts]
    .filter(([, count]) => count >= least)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, maximumCategories)
    .map(([value]) => value);
}

/** Columns that are the same in all images are left out: they can tell nothing. */
export function buildFeatureMatrix(columns: readonly Column[], count: number): FeatureMatrix {
  const varying = columns.filter((column) => {
    for (let image = 1; image < count; image++) if (column[image] !== column[0]) return true;
    return false;
  });
  const values = new Float64Array(count * varying.length);
  for (const [index, column] of varying.entries()) {
    for (let image = 0; image < count; image++) values[image * varying.length + index] = column[image] as number;
  }
  return { count, columns: varying.length, values };
}

/** The mean of the two in the middle where their number is even; `values` has one at least. */
export function computeMedian(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).toSorted();
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}
