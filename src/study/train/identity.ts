/** What two trainings must have in common for one to go on from the other's checkpoint. */
import type { TrainingIdentity } from '../../engine/fit/checkpoint.ts';
import type { Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';
import type { BuiltTraining } from '../../engine/fit/training-program.ts';

/** Every setting by its path, except the recipe's name, and the number of epochs, which may be raised where nothing is a share of it. */
export function identifyTraining(
  { name: _name, epochs, ...settings }: Recipe,
  data: Pick<TrainingData, 'classNames' | 'fingerprint'>,
  { parameters, states }: BuiltTraining,
): TrainingIdentity {
  const countsOnEpochs = settings.schedule !== undefined || settings.progressiveResizing !== undefined;
  return {
    ...flatten(settings),
    ...(countsOnEpochs && { epochs }),
    classNames: data.classNames,
    'fingerprint of the images': data.fingerprint,
    'tensors of the network': [...parameters, ...states].map((tensor) => [tensor.name, ...tensor.shape]),
  };
}

/** Every value by its path, such as `optimizer.learningRate`. */
export function flatten(value: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]: [string, unknown]): [string, unknown][] => {
      const isPart = typeof part === 'object' && part !== null && !Array.isArray(part);
      return isPart ? Object.entries(flatten(part, `${prefix}${key}.`)) : [[prefix + key, part]];
    }),
  );
}
