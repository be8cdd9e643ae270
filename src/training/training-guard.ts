/** The input guard that a training leaves in its model file, from the images it has in memory already. */
import { fitGuard, leastGuardImages } from '../guard/fit-guard.ts';
import type { GuardSpec } from '../guard/guard-spec.ts';
import type { Recipe } from './recipe.ts';
import { recipePreprocessing } from './recipe.ts';
import type { TrainingData } from './training-data.ts';

/**
 * Fitted on the training images, its thresholds chosen on the validation images.
 *
 * @returns null, said by `warn`, where there are too few of either
 */
export function fitTrainingGuard(
  recipe: Recipe,
  { train, validation }: TrainingData,
  warn?: (sentence: string) => void,
): GuardSpec | null {
  const { width, height } = recipePreprocessing(recipe);
  const guard = fitGuard(
    { pixels: train.pixels, width, height },
    { validation: { pixels: validation.pixels, width, height }, seed: recipe.seed },
  );
  if (guard === null) {
    warn?.(
      `The model gets no input guard, which needs ${leastGuardImages.train} training and ${leastGuardImages.validation} validation images: it will answer whatever it is shown.`,
    );
  }
  return guard;
}
