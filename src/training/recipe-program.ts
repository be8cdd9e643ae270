/** What a recipe says of a training's graphs, on these images: the one place where its settings become those of the program. */
import { availableParallelism } from 'node:os';
import { resolveClassWeights } from './class-weights.ts';
import type { Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';
import type { ProgramSettings } from './training-program.ts';

/** @throws PneumoscopeError E_RECIPE when its class weights do not fit the classes */
export function programSettings(
  recipe: Recipe,
  data: { readonly classNames: readonly string[]; readonly train: Pick<TrainingData['train'], 'labels'> },
): ProgramSettings {
  return {
    optimizer: recipe.optimizer,
    loss: { labelSmoothing: recipe.labelSmoothing, classWeights: resolveClassWeights(recipe, data) },
    clipNorm: recipe.clipNorm,
    average: recipe.averageDecay !== undefined,
    classCount: data.classNames.length,
    device: recipe.device,
    threads: recipe.threads ?? availableParallelism(),
  };
}
