/** What an image of each class counts in the loss. */
import { suggest } from '../../base/nearest.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { Recipe } from './recipe.ts';
import type { TrainingData } from './training-data.ts';

/**
 * @returns in the order of the labels; undefined: 1 each
 * @throws PneumoscopeError E_RECIPE when a class is not weighted, or not there
 */
export function resolveClassWeights(
  { classWeights, name }: Recipe,
  {
    classNames,
    train,
  }: { readonly classNames: readonly string[]; readonly train: Pick<TrainingData['train'], 'labels'> },
): readonly number[] | undefined {
  if (classWeights === undefined) return undefined;
  if (classWeights === 'balanced') {
    const counts = classNames.map((_, label) => train.labels.filter((own) => own === label).length);
    return counts.map((count) => train.labels.length / (classNames.length * count));
  }
  const unknown = Object.keys(classWeights).find((key) => !classNames.includes(key));
  if (unknown !== undefined) {
    throw new PneumoscopeError(
      'E_RECIPE',
      `The recipe ${name} weights the class ${unknown}, but the classes are ${classNames.join(', ')}${suggest(unknown, classNames)}`,
    );
  }
  return classNames.map((className) => {
    const weight = classWeights[className];
    if (weight !== undefined) return weight;
    throw new PneumoscopeError(
      'E_RECIPE',
      `The recipe ${name} gives classWeights, but none for the class ${className}`,
    );
  });
}
