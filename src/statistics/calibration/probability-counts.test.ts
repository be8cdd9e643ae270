import { describe, expect, it } from 'vitest';
import { countConfusion } from '../figures/binary-metrics.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { countProbabilities, probabilitySteps } from './probability-counts.ts';

/** The same for each run; many lie exactly on the edge of a step. */
const predictions = Array.from({ length: 1000 }, (_, index): Prediction => {
  const probability = index % 3 === 0 ? (index % 201) / 200 : ((index * 7919) % 1000) / 999;
  return { file: `${index}`, label: index % 5 === 0 ? 0 : 1, probability, patient: `${index >> 2}` };
});

describe('countProbabilities', () => {
  it('tells at the edge of every step exactly what lies above it', () => {
    const { positives, negatives } = countProbabilities(predictions);
    const above = (counts: readonly number[], step: number): number =>
      counts.slice(step).reduce((sum, count) => sum + count, 0);
    for (let step = 1; step < probabilitySteps; step++) {
      const { truePositives, falsePositives } = countConfusion(predictions, step / probabilitySteps);
      expect([above(positives, step), above(negatives, step)]).toEqual([truePositives, falsePositives]);
    }
    expect(above(positives, 0) + above(negatives, 0)).toBe(1000);
  });

  it('counts the patients of each class', () => {
    expect(countProbabilities(predictions).patients).toEqual({ positive: 250, negative: 200 });
  });
});
