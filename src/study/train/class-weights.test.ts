import { describe, expect, it } from 'vitest';
import { resolveClassWeights } from './class-weights.ts';
import { loadRecipe } from './recipe.ts';

const recipe = await loadRecipe('demo');
const data = { classNames: ['NORMAL', 'PNEUMONIA'], train: { labels: [0, 1, 1, 1] } };

describe('resolveClassWeights', () => {
  it('weights nothing where the recipe does not ask', () => {
    expect(resolveClassWeights(recipe, data)).toBeUndefined();
  });

  it('balanced: each class counts N / 2 in all', () => {
    const weights = resolveClassWeights({ ...recipe, classWeights: 'balanced' }, data);
    expect(weights).toEqual([2, 4 / 6]);
  });

  it('takes numbers by name, in the order of the labels', () => {
    expect(resolveClassWeights({ ...recipe, classWeights: { PNEUMONIA: 3, NORMAL: 2 } }, data)).toEqual([2, 3]);
  });

  it.each([
    [{ NORMAL: 1 }, 'The recipe demo gives classWeights, but none for the class PNEUMONIA'],
    [
      { NORMAL: 1, PNEUMONIE: 2 },
      'The recipe demo weights the class PNEUMONIE, but the classes are NORMAL, PNEUMONIA (did you mean PNEUMONIA?)',
    ],
  ])('refuses %j', (classWeights, message) => {
    expect(() => resolveClassWeights({ ...recipe, classWeights }, data)).toThrow(
      expect.objectContaining({ code: 'E_RECIPE', message }),
    );
  });
});
