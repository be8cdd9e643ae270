/** A recipe and the data it is used on -> the network and the graphs that train it. */
import { availableParallelism } from 'node:os';
import type { NetworkDescription } from '../../engine/nn/network.ts';
import { resolveClassWeights } from './class-weights.ts';
import { describeNetwork } from './networks.ts';
import type { Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';
import { buildTraining, unitsFor, type BuiltTraining } from '../../engine/fit/training-program.ts';

/** @throws PneumoscopeError E_RECIPE when network, image size or class weights do not fit */
export function buildRecipeTraining(
  recipe: Recipe,
  data: Pick<TrainingData, 'classNames' | 'train'>,
): { readonly network: NetworkDescription; readonly training: BuiltTraining } {
  const classCount = data.classNames.length;
  const network = describeNetwork(recipe.network, unitsFor(classCount), recipe.imageSize);
  const training = buildTraining(network, {
    optimizer: recipe.optimizer,
    loss: { labelSmoothing: recipe.labelSmoothing, classWeights: resolveClassWeights(recipe, data) },
    clipNorm: recipe.clipNorm,
    average: recipe.averageDecay !== undefined,
    classCount,
    device: recipe.device,
    threads: recipe.threads ?? availableParallelism(),
  });
  return { network, training };
}
