/**
 * Two models on the same images: the difference of every figure with an interval and a p-value from draws of patients that both
 * models share, the areas under the ROC curve by DeLong's formula, and McNemar's test of the mistakes.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { countConfusion } from '../figures/binary-metrics.ts';
import type { Interval } from '../intervals/cluster-bootstrap.ts';
import { compareAreas, type AreaComparison } from '../intervals/delong.ts';
import { checkDrawOptions, checkPrevalence, checkThreshold, type DrawOptions } from '../prediction/draw-options.ts';
import { collectFigures, drawFigures, findBases, type DrawnFigures } from './drawn-figures.ts';
import { toFigure, type Basis } from '../intervals/drawn-interval.ts';
import { explainUndefined, restateNpv, restatePpv, type StudyFigureName } from '../intervals/figure.ts';
import { computeMcNemarTest, type McNemarTest } from '../intervals/mcnemar.ts';
import { indexPatients } from '../prediction/patient-clusters.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';
import { RankedPredictions } from './ranked-predictions.ts';
import { finishSteps, type Steps } from '../prediction/steps.ts';

export interface CompareOptions extends DrawOptions {
  /** Each model at its own: an image is called positive if its probability is strictly greater; 0..1. */
  readonly thresholds: { readonly first: number; readonly second: number };
  /** As in a study. */
  readonly prevalence?: number | undefined;
}

/** The first model's figure less the second's. */
export interface FigureDifference {
  readonly first: number | null;
  readonly second: number | null;
  readonly difference: number | null;
  readonly interval: Interval | null;
  /**
   * Two-sided: how seldom draws of these patients would turn the difference round, were it chance; never less than 2 / (draws + 1).
   * null where the interval is, unless the models are equal: then 1.
   */
  readonly pValue: number | null;
  /** Why the difference is null or, where it is not, why the interval is. */
  readonly undefinedBecause?: string;
}

export interface Comparison {
  readonly images: number;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  readonly thresholds: CompareOptions['thresholds'];
  readonly figures: Readonly<Record<StudyFigureName, FigureDifference>>;
  readonly prevalence?: { readonly value: number; readonly ppv: FigureDifference; readonly npv: FigureDifference };
  /** Areas under the ROC curve; null where a class has images of fewer than two patients. */
  readonly areas: {
    /** Obuchowski 1997: for several images of a patient. */
    readonly clustered: AreaComparison | null;
    /** DeLong 1988: as if every image were of a patient of its own. */
    readonly delong: AreaComparison | null;
  };
  readonly mcnemar: McNemarTest;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/**
 * @param first in any order; its patients count
 * @param second of the same files with the same labels, in any order
 * @throws PneumoscopeError as {@link checkPredictions}; E_USAGE for an option out of range or predictions of different images
 */
export function compareModels(
  first: readonly Prediction[],
  second: readonly Prediction[],
  options: CompareOptions,
): Comparison {
  return finishSteps(stepThroughComparison(first, second, options));
}

/** {@link compareModels}, handing over control every hundred draws. */
export function* stepThroughComparison(
  first: readonly Prediction[],
  second: readonly Prediction[],
  options: CompareOptions,
): Steps<Comparison> {
  const { thresholds, prevalence } = options;
  const drawing = checkDrawOptions(options);
  for (const threshold of Object.values(thresholds)) checkThreshold(threshold);
  if (prevalence !== undefined) checkPrevalence(prevalence);
  checkPredictions(first);
  checkPredictions(second);
  const matched = matchPredictions(first, second);
  const clusters = indexPatients(first);
  const models = [
    { predictions: first, threshold: thresholds.first },
    { predictions: matched, threshold: thresholds.second },
  ];
  const drawn = yield* drawFigures(
    models.map(({ predictions, threshold }) => new RankedPredictions(predictions, clusters, { threshold })),
    clusters.count,
    drawing,
  );
  const [own, other] = drawn as [DrawnFigures, DrawnFigures];
  const [ownBases, otherBases] = models.map(({ predictions, threshold }) =>
    findBases(predictions, clusters, threshold),
  ) as [Record<StudyFigureName, Basis>, Record<StudyFigureName, Basis>];
  const confusions = models.map(({ predictions, threshold }) => countConfusion(predictions, threshold));

  const isPositive = (index: number): boolean => first[index]?.label === 1;
  const [scores, otherScores] = models.map(({ predictions }) => predictions.map(({ probability }) => probability)) as [
    number[],
    number[],
  ];
  const everyImage = indexPatients(first.map(() => ({})));
  const positives = first.filter(({ label }) => label === 1).length;
  return {
    images: first.length,
    positives,
    negatives: first.length - positives,
    patients: clusters.count,
    thresholds,
    figures: collectFigures((name) => {
      const undefinedIn = Number.isNaN(own.values[name]) ? 0 : 1;
      return toDifference(
        { value: own.values[name], draws: own.draws[name] },
        { value: other.values[name], draws: other.draws[name] },
        {
          patients: Math.min(ownBases[name].patients, otherBases[name].patients),
          level: drawing.level,
          undefinedBecause: explainUndefined(name, confusions[undefinedIn] as (typeof confusions)[number]),
        },
      );
    }),
    ...(prevalence !== undefined && {
      prevalence: restateDifferences(prevalence, own, other, {
        patients: ownBases.rocAuc.patients,
        level: drawing.level,
      }),
    }),
    areas: {
      clustered: compareAreas(scores, otherScores, isPositive, clusters, drawing.level),
      delong: compareAreas(scores, otherScores, isPositive, everyImage, drawing.level),
    },
    mcnemar: compareMistakes(first, matched, thresholds),
    ...drawing,
  };
}

interface Drawn {
  readonly value: number;
  readonly draws: Float64Array;
}

function toDifference(
  first: Drawn,
  second: Drawn,
  options: { readonly patients: number; readonly level: number; readonly undefinedBecause: string },
): FigureDifference {
  const draws = first.draws.map((drawn, index) => drawn - (second.draws[index] as number));
  const basis: Basis = { patients: options.patients, scale: 'percentiles' };
  const { value, ...rest } = toFigure(first.value - second.value, draws, basis, options);
  const pValue = value === 0 && rest.interval === null ? 1 : rest.interval === null ? null : computePValue(draws);
  return { first: toNullable(first.value), second: toNullable(second.value), difference: value, ...rest, pValue };
}

/**
 * Twice the share of draws on the other side of 0, the data themselves counting as one draw (Davison and Hinkley, Bootstrap Methods and
 * their Application, 1997, section 4.2.3): small exactly where the percentile interval leaves 0 out.
 */
function computePValue(draws: Float64Array): number {
  const defined = draws.filter((drawn) => !Number.isNaN(drawn));
  const notAbove = defined.filter((drawn) => drawn <= 0).length;
  const notBelow = defined.filter((drawn) => drawn >= 0).length;
  return Math.min(1, (2 * (1 + Math.min(notAbove, notBelow))) / (defined.length + 1));
}

function restateDifferences(
  prevalence: number,
  first: DrawnFigures,
  second: DrawnFigures,
  options: { readonly patients: number; readonly level: number },
): NonNullable<Comparison['prevalence']> {
  const restated = (restate: typeof restatePpv, undefinedBecause: string): FigureDifference => {
    const [one, other] = [first, second].map(({ values, draws }) => ({
      value: restate(values.sensitivity, values.specificity, prevalence),
      draws: draws.sensitivity.map((drawn, index) => restate(drawn, draws.specificity[index] as number, prevalence)),
    })) as [Drawn, Drawn];
    return toDifference(one, other, { ...options, undefinedBecause });
  };
  return {
    value: prevalence,
    ppv: restated(restatePpv, 'a class has no images, or one of the models called none positive'),
    npv: restated(restateNpv, 'a class has no images, or one of the models called none negative'),
  };
}

function compareMistakes(
  first: readonly Prediction[],
  second: readonly Prediction[],
  thresholds: CompareOptions['thresholds'],
): McNemarTest {
  let [onlyFirst, onlySecond] = [0, 0];
  first.forEach(({ label, probability }, index) => {
    const isRight = Number(probability > thresholds.first) === label;
    const isOtherRight = Number((second[index] as Prediction).probability > thresholds.second) === label;
    if (isRight && !isOtherRight) onlyFirst++;
    if (!isRight && isOtherRight) onlySecond++;
  });
  return computeMcNemarTest(onlyFirst, onlySecond);
}

/** The second model's predictions in the order of the first's. */
function matchPredictions(first: readonly Prediction[], second: readonly Prediction[]): Prediction[] {
  const byFile = new Map(second.map((prediction) => [prediction.file, prediction]));
  const matched = first.map((prediction) => {
    const other = byFile.get(prediction.file);
    if (other === undefined) refuse(`only the first has a prediction for ${prediction.file}`);
    if (other.label !== prediction.label) refuse(`${prediction.file} has another label in the second`);
    return other;
  });
  if (byFile.size !== second.length || new Set(matched).size !== first.length) refuse('a file is named twice');
  if (second.length === first.length) return matched;
  const known = new Set(first.map(({ file }) => file));
  const extra = second.find(({ file }) => !known.has(file));
  refuse(`only the second has a prediction for ${extra?.file}`);
}

function refuse(what: string): never {
  throw new PneumoscopeError('E_USAGE', `Two models can be compared on the same images only, but ${what}`);
}

function toNullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
