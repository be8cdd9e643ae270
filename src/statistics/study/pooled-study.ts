/**
 * Predictions of several models, each at its own threshold, as one study: what the folds of a cross-validation give together. Every
 * image was answered by the model that has not seen its patient.
 */
import type { BinaryConfusion } from '../figures/binary-metrics.ts';
import { checkDrawOptions, checkThreshold, type DrawOptions } from '../prediction/draw-options.ts';
import { collectFigures } from './drawn-figures.ts';
import type { Figure, StudyFigureName } from '../intervals/figure.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { finishSteps, type Steps } from '../prediction/steps.ts';
import { stepThroughStudy } from './study.ts';

export interface PooledPrediction extends Prediction {
  /** Of the model that answered: the image is called positive if its probability is strictly greater; 0..1. */
  readonly threshold: number;
}

export interface PooledStudy {
  readonly images: number;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  /** Each image at its own threshold. */
  readonly confusion: BinaryConfusion;
  readonly figures: Readonly<Record<StudyFigureName, Figure>>;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Computed from the probabilities themselves, whatever the threshold. */
const ofProbabilities: ReadonlySet<StudyFigureName> = new Set([
  'rocAuc',
  'averagePrecision',
  'brierScore',
  'expectedCalibrationError',
  'loss',
] as const);

/**
 * Areas compare probabilities of different models with each other, so they are a little lower than each model's own where the models
 * differ in how sure they are. The intervals come from draws of patients: they hold what other patients would change, not what
 * other trainings would.
 *
 * @throws PneumoscopeError as `computeStudy`
 */
export function computePooledStudy(predictions: readonly PooledPrediction[], options: DrawOptions = {}): PooledStudy {
  return finishSteps(stepThroughPooledStudy(predictions, options));
}

/** {@link computePooledStudy}, handing over control every hundred draws. */
export function* stepThroughPooledStudy(
  predictions: readonly PooledPrediction[],
  options: DrawOptions = {},
): Steps<PooledStudy> {
  const drawing = checkDrawOptions(options);
  for (const { threshold } of predictions) checkThreshold(threshold);
  // Two studies of the same draws: the second sees nothing of an image but its answer.
  const ofScores = yield* stepThroughStudy(predictions, { ...drawing, threshold: 0.5 });
  const answers = predictions.map(({ threshold, logit: _, ...prediction }): Prediction => {
    return { ...prediction, probability: prediction.probability > threshold ? 0.75 : 0.25 };
  });
  const ofAnswers = yield* stepThroughStudy(answers, { ...drawing, threshold: 0.5 });
  const { images, positives, negatives, patients, confusion } = ofAnswers;
  return {
    images,
    positives,
    negatives,
    patients,
    confusion,
    figures: collectFigures((name) => (ofProbabilities.has(name) ? ofScores : ofAnswers).figures[name]),
    ...drawing,
  };
}

/** How one figure varies from fold to fold. */
export interface FoldSpread {
  /** Of the folds that have the figure; null where none has. */
  readonly mean: number | null;
  /** Of a sample (n - 1); null of fewer than two folds. */
  readonly standardDeviation: number | null;
  /** How many folds have the figure. */
  readonly folds: number;
}

/** @param values one per fold, null where it is undefined */
export function computeFoldSpread(values: readonly (number | null)[]): FoldSpread {
  const known = values.filter((value) => value !== null);
  const { length } = known;
  if (length === 0) return { mean: null, standardDeviation: null, folds: 0 };
  const mean = known.reduce((sum, value) => sum + value, 0) / length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: length < 2 ? null : Math.sqrt(squares / (length - 1)), folds: length };
}
