import { describe, expect, it } from 'vitest';
import { multiclassGolden, toMulticlassPredictions } from '../../../test/fixtures/evaluation/golden.ts';
import { softmax } from '../prediction/loss.ts';
import { computeMulticlassMetrics } from './multiclass-metrics.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `class ${index}`);

describe('computeMulticlassMetrics', () => {
  it.each(multiclassGolden)('gives the figures of scikit-learn: %s classes', (_name, golden) => {
    for (const logits of [true, false]) {
      const metrics = computeMulticlassMetrics(
        toMulticlassPredictions(golden, { logits }),
        names(golden.recall.length),
      );
      for (const figure of ['loss', 'accuracy', 'macroRecall', 'macroPrecision', 'macroF1', 'macroRocAuc'] as const) {
        expect(Math.abs((metrics[figure] as number) - golden[figure]), figure).toBeLessThan(1e-12);
      }
      expect(metrics.confusion).toEqual(golden.confusion);
      metrics.classes.forEach((metricsOfClass, index) => {
        for (const figure of ['support', 'recall', 'precision', 'f1', 'rocAuc'] as const) {
          expect(metricsOfClass[figure], `${figure} of ${index}`).toBeCloseTo(golden[figure][index] as number, 12);
        }
      });
    }
  });

  it('says which figures of an absent or never answered class are undefined', () => {
    const metrics = computeMulticlassMetrics(
      [
        { file: 'a', label: 0, probabilities: [0.7, 0.2, 0.1] },
        { file: 'b', label: 1, probabilities: [0.6, 0.3, 0.1] },
      ],
      ['A', 'B', 'C'],
    );
    expect(metrics.classes[1]).toMatchObject({ recall: 0, precision: null, f1: 0, rocAuc: 1 });
    expect(metrics.classes[1]?.undefinedBecause).toEqual({ precision: 'no image was called B' });
    expect(metrics.classes[2]).toMatchObject({ support: 0, recall: null, precision: null, f1: null, rocAuc: null });
    expect(metrics.macroRecall).toBe(0.5);
    expect(metrics.macroPrecision).toBe(0.25);
  });

  it('refuses rows of the wrong length and values that are not numbers', () => {
    const classes = ['A', 'B', 'C'];
    expect(() => computeMulticlassMetrics([{ file: 'x.png', label: 0, probabilities: [0.5, 0.5] }], classes)).toThrow(
      /x\.png has 2 values, but there are 3 classes/,
    );
    expect(() => computeMulticlassMetrics([{ file: 'x.png', label: 0, probabilities: [NaN, 0, 0] }], classes)).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE' }),
    );
  });
});

describe('softmax', () => {
  it('does not overflow', () => {
    expect(softmax([1000, 1000, -1000])).toEqual([0.5, 0.5, 0]);
  });
});
