import { describe, expect, it } from 'vitest';
import { binaryGolden, toPredictions } from '../../../test/fixtures/evaluation/golden.ts';
import { computeBinaryMetrics } from './binary-metrics.ts';
import type { Prediction } from '../prediction/prediction.ts';

const predict = (label: number, probability: number, file = 'a.png'): Prediction => ({ file, label, probability });

describe('computeBinaryMetrics', () => {
  it.each(binaryGolden)('gives the figures of scikit-learn: %s', (_name, golden) => {
    const { threshold } = golden;
    const metrics = computeBinaryMetrics(toPredictions(golden), { threshold });
    expect(metrics.confusion).toEqual(golden.confusion);
    expect(metrics.count).toBe(golden.labels.length);
    expect(metrics.positives + metrics.negatives).toBe(metrics.count);
    for (const figure of ['loss', 'accuracy', 'recall', 'specificity', 'precision', 'f1', 'rocAuc'] as const) {
      expect(Math.abs((metrics[figure] as number) - golden[figure]), figure).toBeLessThan(1e-12);
    }
    expect(metrics.sensitivity).toBe(metrics.recall);
    expect(metrics.undefinedBecause).toEqual({});
    const { loss } = computeBinaryMetrics(toPredictions(golden, { logits: false }), { threshold });
    expect(Math.abs(loss - golden.lossFromProbabilities)).toBeLessThan(1e-12);
  });

  it('calls an image positive only above the threshold, not at it', () => {
    const predictions = [predict(1, 0.5), predict(0, 0.5), predict(1, 0.5000001)];
    expect(computeBinaryMetrics(predictions).confusion).toEqual({
      truePositives: 1,
      falsePositives: 0,
      trueNegatives: 1,
      falseNegatives: 1,
    });
  });

  it('keeps the digits of a confident wrong answer, whose probability is rounded to 1', () => {
    const [right, wrong] = [1, 0].map((label) =>
      computeBinaryMetrics([{ file: 'a.png', label, probability: 1, logit: 40 }]),
    );
    expect(wrong?.loss).toBe(40);
    expect(right?.loss).toBeCloseTo(Math.exp(-40), 30);
    expect(computeBinaryMetrics([predict(0, 1)]).loss).toBeCloseTo(-Math.log(1e-7), 6);
  });

  it('gives null and the reason where a class has no images', () => {
    const healthy = computeBinaryMetrics([predict(0, 0.2), predict(0, 0.4)]);
    expect(healthy).toMatchObject({
      accuracy: 1,
      specificity: 1,
      recall: null,
      sensitivity: null,
      f1: null,
      rocAuc: null,
    });
    expect(Object.keys(healthy.undefinedBecause).toSorted()).toEqual([
      'f1',
      'precision',
      'recall',
      'rocAuc',
      'sensitivity',
    ]);
    expect(healthy.undefinedBecause.recall).toBe('there are no images of the positive class');
    expect(healthy.undefinedBecause.precision).toBe('no image was called positive');

    const ill = computeBinaryMetrics([predict(1, 0.2), predict(1, 0.9)]);
    expect(ill).toMatchObject({ accuracy: 0.5, recall: 0.5, specificity: null, precision: 1, rocAuc: null });
    expect(ill.undefinedBecause.rocAuc).toBe('there are no images of the negative class');
  });

  it('gives F1 0, not null, when positive images exist and none was found', () => {
    expect(computeBinaryMetrics([predict(1, 0.1), predict(0, 0.2)])).toMatchObject({
      f1: 0,
      precision: null,
      recall: 0,
    });
  });

  it('never lets a value that is not a number through, and names the file', () => {
    const code = 'E_NOT_FINITE';
    const broken = predict(1, NaN, 'PNEUMONIA/person7_virus_3.jpeg');
    expect(() => computeBinaryMetrics([predict(0, 0.1), broken])).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('PNEUMONIA/person7_virus_3.jpeg') }),
    );
    expect(() => computeBinaryMetrics([{ ...predict(1, 1), logit: Infinity }])).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('refuses what cannot be a prediction', () => {
    expect(() => computeBinaryMetrics([])).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
    expect(() => computeBinaryMetrics([predict(2, 0.5)])).toThrow(/label of a\.png is 2/);
    expect(() => computeBinaryMetrics([predict(1, 1.5)])).toThrow(/a value from 0 to 1/);
    expect(() => computeBinaryMetrics([predict(1, 0.5)], { threshold: NaN })).toThrow(
      /threshold must lie between 0 and 1/,
    );
  });
});
