/** Networks and settings so small that a training of them takes milliseconds. */
import {
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  maxPooling2d,
  sequence,
} from '../src/engine/nn/layers.ts';
import type { NetworkDescription } from '../src/engine/nn/network.ts';
import type { OptimizerSettings } from '../src/engine/nn/optimizer-settings.ts';
import { buildTraining, unitsFor, type BuiltTraining } from '../src/engine/fit/training-program.ts';

export const tinySide = 12;

/** Convolution, batch normalisation (states), pooling, dropout (noise) and a dense layer. */
export function tinyNetwork(classCount = 2): NetworkDescription {
  return {
    name: 'tiny',
    inputShape: [1, tinySide, tinySide],
    layers: sequence([
      conv2d(4, 3, { padding: 'same', activation: 'relu' }),
      batchNormalization({ momentum: 0.8 }),
      maxPooling2d(2),
      flatten(),
      dropout(0.2),
      dense(unitsFor(classCount)),
    ]),
  };
}

export const tinyAdam: OptimizerSettings = {
  name: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  amsgrad: true,
};

export function buildTinyTraining(options: { classCount?: number; optimizer?: OptimizerSettings } = {}): BuiltTraining {
  const { classCount = 2, optimizer = tinyAdam } = options;
  return buildTraining(tinyNetwork(classCount), { optimizer, classCount, device: 'cpu', threads: 1 });
}
