/**
 * Folds for cross-validation: the images of one patient stand in one fold, and each fold holds the classes in about the shares of
 * the whole. scikit-learn's `StratifiedGroupKFold`, with our own random order.
 */
import { RandomGenerator } from '../../base/random.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 41;

export interface GroupFolds {
  /** How many there are: fewer than wanted where a class has fewer patients than that. */
  readonly count: number;
  /** The fold of each image, 0 .. count - 1. */
  readonly assignment: Int32Array;
}

/**
 * Patients go one by one to the fold that this makes the most even, those whose images are least balanced among the classes first:
 * least standard deviation, over the folds, of each class's share, averaged over the classes; of equal ones the fold with fewer images.
 *
 * @param classes class index per image, 0 or more
 * @param groups the patient's index per image, 0 .. number of patients - 1, no index left out
 * @param options.folds wanted, 2 or more
 * @param options.seed the order in which patients of equal balance come; left out: as they are numbered, as scikit-learn without shuffling
 * @returns null where a class has images of fewer than two patients: it cannot be learnt and tested at once
 */
export function assignGroupFolds(
  classes: ArrayLike<number>,
  groups: ArrayLike<number>,
  options: { readonly folds: number; readonly seed?: number },
): GroupFolds | null {
  const perGroup = countPerGroup(classes, groups);
  const classCount = perGroup[0]?.length ?? 0;
  const perClass = new Float64Array(classCount);
  const patientsPerClass = new Float64Array(classCount);
  for (const counts of perGroup) {
    counts.forEach((images, label) => {
      perClass[label] = (perClass[label] as number) + images;
      patientsPerClass[label] = (patientsPerClass[label] as number) + Number(images > 0);
    });
  }
  const count = Math.min(options.folds, ...patientsPerClass);
  if (classCount === 0 || count < 2) return null;

  const foldOfGroup = new Int32Array(perGroup.length);
  const folds = Array.from({ length: count }, () => new Float64Array(classCount));
  for (const group of orderGroups(perGroup, options.seed)) {
    const best = findBestFold(folds, perClass, perGroup[group] as Float64Array);
    addCounts(folds[best] as Float64Array, perGroup[group] as Float64Array, 1);
    foldOfGroup[group] = best;
  }
  return { count, assignment: Int32Array.from(groups, (group) => foldOfGroup[group] as number) };
}

/** Images of each class, per patient. */
function countPerGroup(classes: ArrayLike<number>, groups: ArrayLike<number>): Float64Array[] {
  let classCount = 0;
  let groupCount = 0;
  for (let i = 0; i < groups.length; i++) {
    classCount = Math.max(classCount, (classes[i] as number) + 1);
    groupCount = Math.max(groupCount, (groups[i] as number) + 1);
  }
  const counts = Array.from({ length: groupCount }, () => new Float64Array(classCount));
  for (let i = 0; i < groups.length; i++) {
    const own = counts[groups[i] as number] as Float64Array;
    own[classes[i] as number] = (own[classes[i] as number] as number) + 1;
  }
  return counts;
}

/** The least balanced first; a stable sort keeps the random order among equals. */
function orderGroups(perGroup: readonly Float64Array[], seed: number | undefined): number[] {
  const { length } = perGroup;
  const order =
    seed === undefined
      ? Array.from({ length }, (_, group) => group)
      : [...new RandomGenerator(seed, purpose).permutation(length)];
  const spread = perGroup.map((counts) => deviation(counts));
  return order.toSorted((a, b) => (spread[b] as number) - (spread[a] as number));
}

function findBestFold(folds: readonly Float64Array[], perClass: Float64Array, group: Float64Array): number {
  let best = 0;
  let least = Infinity;
  let leastImages = Infinity;
  for (const [index, fold] of folds.entries()) {
    addCounts(fold, group, 1);
    let unevenness = 0;
    for (const [label, images] of perClass.entries()) {
      unevenness += deviation(folds.map((counts) => (counts[label] as number) / images)) / perClass.length;
    }
    const images = fold.reduce((sum, value) => sum + value, 0);
    addCounts(fold, group, -1);
    // numpy.isclose, as scikit-learn compares
    const equal = Math.abs(unevenness - least) <= 1e-8 + 1e-5 * Math.abs(least);
    if (unevenness < least || (equal && images < leastImages)) {
      best = index;
      least = unevenness;
      leastImages = images;
    }
  }
  return best;
}

function addCounts(to: Float64Array, counts: Float64Array, sign: number): void {
  for (const [label, images] of counts.entries()) to[label] = (to[label] as number) + sign * images;
}

/** Population standard deviation. */
function deviation(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
