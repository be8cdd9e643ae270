/** Which images each fold of a cross-validation trains, validates and tests on. Pure: same images and seed, same folds, on every machine. */
import { compareCodePoints } from '../../data/folder/dataset-folder.ts';
import type { Manifest, SplitName } from '../../data/folder/manifest.ts';
import { assignSplits } from '../../data/split/split-assign.ts';
import type { PatientGroup, PooledImage } from '../../data/split/split-plan.ts';
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { assignGroupFolds } from '../../statistics/regression/group-folds.ts';

export interface FoldOptions {
  /** 2 or more. */
  readonly folds: number;
  /** The share of each class, of the images that the fold does not test on; between 0 and 1 exclusive. */
  readonly validation: number;
  readonly seed: number;
}

export interface Fold {
  /** From 1. */
  readonly number: number;
  /** Every image with its side. */
  readonly splitOf: ReadonlyMap<PooledImage, SplitName>;
  /** As asked for: of all images. */
  readonly fractions: Manifest['fractions'];
}

/**
 * Every group is tested on in one fold and stands whole on one side in each. The tested parts are stratified by class as scikit-learn's
 * `StratifiedGroupKFold` does it; of the rest whole groups are taken for validation as `dataset split` takes them.
 *
 * @param groups images that must stay together: `groupImages` by patient
 * @throws PneumoscopeError E_USAGE for an impossible number; E_DATASET when a class has too few patients
 */
export function planFolds(groups: readonly PatientGroup[], options: FoldOptions): Fold[] {
  const { folds, validation, seed } = options;
  if (!Number.isInteger(folds) || folds < 2) {
    refuse('E_USAGE', `There must be at least 2 folds, but ${folds} was given`);
  }
  if (!(validation > 0 && validation < 1)) {
    const why = 'each fold needs images for early stopping and for the threshold';
    refuse('E_USAGE', `The validation share must lie between 0 and 1, but ${validation} was given: ${why}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    refuse('E_USAGE', `The seed must be a whole number of at least 0, but ${seed} was given`);
  }
  // From an order of their own, so that the folds do not depend on the file system's.
  const sorted = groups.toSorted((a, b) => compareCodePoints(a.key, b.key));
  const classNames = [...new Set(sorted.flatMap(({ counts }) => [...counts.keys()]))].toSorted(compareCodePoints);
  for (const className of classNames) {
    const patients = countWith(sorted, className);
    if (patients >= folds) continue;
    const advice = patients < 2 ? 'add images of other patients' : `ask for at most ${patients} folds`;
    refuse(
      'E_DATASET',
      `The class ${className} has images of ${patients} ${patients === 1 ? 'patient' : 'patients'}, too few for ${folds} folds: each must test on another one; ${advice}`,
    );
  }
  const foldOf = assignFolds(sorted, classNames, folds, seed);
  const test = 1 / folds;
  const fractions = {
    train: round((1 - test) * (1 - validation)),
    validation: round((1 - test) * validation),
    test: round(test),
  };
  return Array.from({ length: folds }, (_, fold) => {
    const tested = sorted.filter((_group, index) => foldOf[index] === fold);
    const rest = sorted.filter((_group, index) => foldOf[index] !== fold);
    checkClasses(fold + 1, tested, rest, classNames);
    return { number: fold + 1, splitOf: placeGroups(fold + 1, tested, rest, options), fractions };
  });
}

/** The fold of each group, from 0. */
function assignFolds(
  groups: readonly PatientGroup[],
  classNames: readonly string[],
  folds: number,
  seed: number,
): Int32Array {
  const labels: number[] = [];
  const groupOf: number[] = [];
  for (const [group, { images }] of groups.entries()) {
    for (const { className } of images) {
      labels.push(classNames.indexOf(className));
      groupOf.push(group);
    }
  }
  const assigned = assignGroupFolds(labels, groupOf, { folds, seed });
  const result = new Int32Array(groups.length);
  groupOf.forEach((group, image) => {
    result[group] = assigned?.assignment[image] ?? 0;
  });
  return result;
}

function placeGroups(
  number: number,
  tested: readonly PatientGroup[],
  rest: readonly PatientGroup[],
  { validation, seed }: FoldOptions,
): Map<PooledImage, SplitName> {
  let splits: SplitName[];
  try {
    splits = assignSplits(rest, { train: 1 - validation, validation, test: 0 }, seed);
  } catch (error) {
    // Its advice is about the flags of another command.
    if (!(error instanceof PneumoscopeError) || error.code !== 'E_DATASET') throw error;
    const [what = ''] = error.message.split(';');
    const sentence = `Fold ${number} cannot be made: of what it does not test on, ${what}; add images of other patients, or ask for more folds`;
    throw new PneumoscopeError('E_DATASET', sentence, { cause: error });
  }
  return new Map([
    ...rest.flatMap(({ images }, index) => images.map((image) => [image, splits[index] as SplitName] as const)),
    ...tested.flatMap(({ images }) => images.map((image) => [image, 'test'] as const)),
  ]);
}

/** Patients with images of several classes can make a part of the right size that lacks a class. */
function checkClasses(
  number: number,
  tested: readonly PatientGroup[],
  rest: readonly PatientGroup[],
  classNames: readonly string[],
): void {
  for (const className of classNames) {
    if (countWith(tested, className) === 0) {
      refuse(
        'E_DATASET',
        `Fold ${number} would test on no image of the class ${className}; ask for fewer folds, or for others with another seed`,
      );
    }
    const left = countWith(rest, className);
    if (left >= 2) continue;
    refuse(
      'E_DATASET',
      `Fold ${number} would leave images of ${left} ${left === 1 ? 'patient' : 'patients'} of the class ${className} to train and to validate on, where 2 are needed; add images of other patients, or ask for more folds`,
    );
  }
}

function countWith(groups: readonly PatientGroup[], className: string): number {
  return groups.filter(({ counts }) => counts.has(className)).length;
}

/** The sum of binary fractions is not the number that a reader of the manifest expects. */
function round(share: number): number {
  return Number(share.toFixed(12));
}
