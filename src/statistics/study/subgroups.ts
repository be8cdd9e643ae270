/** The figures of parts of a data set: of each germ, sex, age band or device, with intervals and a word where they are too small. */
import { collectFigures } from './drawn-figures.ts';
import type { Figure, StudyFigureName } from '../intervals/figure.ts';
import { countPatients, indexPatients } from '../prediction/patient-clusters.ts';
import { checkPredictions, noNegatives, noPositives, type Prediction } from '../prediction/prediction.ts';

import { finishSteps, type Steps } from '../prediction/steps.ts';
import { stepThroughStudy, type StudyOptions } from './study.ts';

/**
 * Of fewer patients in a class little can be told: with 30, a share that came out at 90 % may as well be 73 % or 98 %; and intervals from
 * draws of so few come out too narrow.
 */
export const fewPatients = 30;

/** What is known of the images beside their class, such as the device. */
export interface SubgroupColumn {
  readonly name: string;
  /** By file; an image without an entry is one of which nothing is known. */
  readonly values: ReadonlyMap<string, string>;
}

export interface Subgroup {
  /** null: the images of which the column says nothing */
  readonly value: string | null;
  readonly images: number;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  /** At the study's threshold; restated for no other prevalence. */
  readonly figures: Readonly<Record<StudyFigureName, Figure>>;
  /** Where a class has images of fewer than {@link fewPatients} patients: a sentence about it. */
  readonly warning?: string;
}

export interface SubgroupAnalysis {
  readonly column: string;
  /**
   * The column says nothing of any negative image, as the germ does: then each group's positive images are compared with all negative
   * ones, and figures that depend on how many there are of each class have no meaning.
   */
  readonly sharesNegatives: boolean;
  /** In the order of their values, numbers by size; the images of which nothing is known come last. */
  readonly groups: readonly Subgroup[];
}

/** Figures that stay the same whatever the mix of classes. */
const ofAnyMix: ReadonlySet<StudyFigureName> = new Set(['sensitivity', 'specificity', 'balancedAccuracy', 'rocAuc']);
const madeUpMix =
  'the negative images are those of all groups, so how many there are beside the positive ones means nothing';

const collator = new Intl.Collator('en', { numeric: true });

/**
 * @param columns a group for each of their values, also for one that only files without a prediction have: an empty group
 * @throws PneumoscopeError as `computeStudy`
 */
export function computeSubgroups(
  predictions: readonly Prediction[],
  columns: readonly SubgroupColumn[],
  options: StudyOptions,
): SubgroupAnalysis[] {
  return finishSteps(stepThroughSubgroups(predictions, columns, options));
}

/** {@link computeSubgroups}, handing over control every hundred draws. */
export function* stepThroughSubgroups(
  predictions: readonly Prediction[],
  columns: readonly SubgroupColumn[],
  options: StudyOptions,
): Steps<SubgroupAnalysis[]> {
  checkPredictions(predictions);
  const analyses: SubgroupAnalysis[] = [];
  for (const column of columns) analyses.push(yield* stepThroughColumn(predictions, column, options));
  return analyses;
}

function* stepThroughColumn(
  predictions: readonly Prediction[],
  { name, values }: SubgroupColumn,
  options: StudyOptions,
): Steps<SubgroupAnalysis> {
  const valueOf = ({ file }: Prediction): string | null => values.get(file) ?? null;
  const negatives = predictions.filter(({ label }) => label === 0);
  const isKnown = (prediction: Prediction): boolean => valueOf(prediction) !== null;
  const sharesNegatives = negatives.length > 0 && !negatives.some(isKnown) && predictions.some(isKnown);
  const found: (string | null)[] = [...new Set(values.values())].toSorted((a, b) => collator.compare(a, b));
  const described = sharesNegatives ? predictions.filter(({ label }) => label === 1) : predictions;
  if (!described.every(isKnown)) found.push(null);

  const groups: Subgroup[] = [];
  for (const value of found) {
    const own = described.filter((prediction) => valueOf(prediction) === value);
    const members = own.length > 0 && sharesNegatives ? [...own, ...negatives] : own;
    groups.push({ value, ...(yield* describeGroup(members, sharesNegatives, options)) });
  }
  return { column: name, sharesNegatives, groups };
}

function* describeGroup(
  members: readonly Prediction[],
  sharesNegatives: boolean,
  options: StudyOptions,
): Steps<Omit<Subgroup, 'value'>> {
  if (members.length === 0) {
    const missing: Figure = { value: null, interval: null, undefinedBecause: 'the group has no images' };
    return {
      images: 0,
      positives: 0,
      negatives: 0,
      patients: 0,
      figures: collectFigures(() => missing),
      warning: 'no images',
    };
  }
  const study = yield* stepThroughStudy(members, { ...options, prevalence: undefined });
  const warning = warnOfFew(members);
  const figures = collectFigures((name): Figure => {
    if (!sharesNegatives || ofAnyMix.has(name)) return study.figures[name];
    return { value: null, interval: null, undefinedBecause: madeUpMix };
  });
  const { images, positives, negatives, patients } = study;
  return { images, positives, negatives, patients, figures, ...(warning !== undefined && { warning }) };
}

function warnOfFew(members: readonly Prediction[]): string | undefined {
  const clusters = indexPatients(members);
  const [negative, positive] = [0, 1].map((label) =>
    countPatients(clusters, (image) => members[image]?.label === label),
  );
  const words = [
    { count: positive as number, none: noPositives, of: 'with positive images' },
    { count: negative as number, none: noNegatives, of: 'with negative images' },
  ].flatMap(({ count, none, of }) => {
    if (count === 0) return [none];
    return count < fewPatients ? [`only ${count} ${count === 1 ? 'patient' : 'patients'} ${of}`] : [];
  });
  return words.length === 0 ? undefined : words.join(', ');
}
