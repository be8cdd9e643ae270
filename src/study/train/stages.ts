/** Progressive resizing: the parts of a training, each with images of its own size. */
import { PneumoscopeError } from '../../base/errors.ts';
import { buildForward } from '../../engine/nn/network.ts';
import { describeNetwork } from './networks.ts';
import type { Recipe } from './recipe.ts';

/** A run of epochs that see images of one size. */
export interface TrainingStage {
  /** Width and height of the images, pixels. */
  readonly imageSize: number;
  /** From 1. */
  readonly lastEpoch: number;
}

/**
 * In order; the last one has the recipe's own image size and last epoch.
 *
 * @throws PneumoscopeError E_RECIPE when the images of a stage are too small for the network, or its weights depend on their size
 */
export function trainingStages(recipe: Recipe): readonly TrainingStage[] {
  const { imageSize, epochs, progressiveResizing } = recipe;
  const last: TrainingStage = { imageSize, lastEpoch: epochs };
  if (progressiveResizing === undefined) return [last];
  const { share, scale } = progressiveResizing;
  const first: TrainingStage = { imageSize: Math.round(imageSize * scale), lastEpoch: Math.floor(epochs * share) };
  requireSameWeights(recipe, first.imageSize);
  return first.lastEpoch === 0 ? [last] : [first, last];
}

function requireSameWeights({ network, imageSize, progressiveResizing }: Recipe, smallSize: number): void {
  const [small, whole] = [smallSize, imageSize].map((size) => {
    const { parameters, states } = buildForward(describeNetwork(network, 1, size), 'training');
    return JSON.stringify([...parameters, ...states].map(({ name, shape }) => [name, shape]));
  });
  if (small === whole) return;
  const sentence = `The network ${network} cannot be trained with progressiveResizing ${JSON.stringify(progressiveResizing)}: its weights for images of ${smallSize} pixels do not fit those of ${imageSize}`;
  throw new PneumoscopeError('E_RECIPE', sentence);
}
