/** Can a set of numbers tell two classes apart, on patients it was not fitted to? Scores of every image from a model that never saw its patient. */
import type { GroupFolds } from './group-folds.ts';
import {
  computeLogOdds,
  fitLogisticRegression,
  type FeatureMatrix,
  type LogisticRegressionOptions,
} from './logistic-regression.ts';

/**
 * Each fold's images get the log-odds of a logistic regression fitted to the other folds, less the log-odds of the classes in those
 * folds. Without that last term a fold that holds many positive images would be scored by a model that saw few, and a feature that says
 * nothing would come out below 0.5 when the folds are pooled; with it such a feature scores every image alike.
 *
 * @returns one score per image; 0 in a fold whose other folds hold one class only
 */
export function crossValidateScores(
  features: FeatureMatrix,
  isPositive: (row: number) => boolean,
  folds: GroupFolds,
  options: Pick<LogisticRegressionOptions, 'penalty'> = {},
): number[] {
  const scores = Array.from({ length: features.count }, () => 0);
  for (let fold = 0; fold < folds.count; fold++) {
    const training: number[] = [];
    const held: number[] = [];
    for (let row = 0; row < features.count; row++) (folds.assignment[row] === fold ? held : training).push(row);
    const positives = training.filter((row) => isPositive(row)).length;
    if (positives === 0 || positives === training.length) continue;
    const model = fitLogisticRegression(features, isPositive, { ...options, rows: training });
    const prior = Math.log(positives / (training.length - positives));
    for (const row of held) scores[row] = computeLogOdds(model, features, row) - prior;
  }
  return scores;
}
