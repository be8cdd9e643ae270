/** The input guard that a training leaves in its model file, from the images it has in memory already. */
import { fitGuard } from '../../model/guard/fit-guard.ts';
import type { GuardSpec } from '../../model/guard/guard-spec.ts';
import { recipePreprocessing, type Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';

/**
 * Fitted on the training images, its thresholds chosen on the validation images.
 *
 * @returns null where there are too few of either; `predict` says so of a model without a guard
 */
export function fitTrainingGuard(recipe: Recipe, { train, validation }: TrainingData): GuardSpec | null {
  const { width, height } = recipePreprocessing(recipe);
  return fitGuard(
    { pixels: train.pixels, width, height },
    { validation: { pixels: validation.pixels, width, height }, seed: recipe.seed },
  );
}
