import { describe, expect, it } from 'vitest';
import { binaryGolden, toPredictions } from '../../../test/fixtures/evaluation/golden.ts';
import { computeBinaryMetrics } from './binary-metrics.ts';
import { computeRocAuc, computeRocCurve, type RocPoint } from './roc.ts';

describe('computeRocCurve', () => {
  it.each(binaryGolden)('gives the points of scikit-learn: %s', (_name, golden) => {
    const points = computeRocCurve(toPredictions(golden)) as readonly RocPoint[];
    for (const rate of ['falsePositiveRate', 'truePositiveRate'] as const) {
      expect(points).toHaveLength(golden.roc[rate].length);
      points.forEach((point, index) => {
        expect(point[rate]).toBeCloseTo(golden.roc[rate][index] as number, 12);
      });
    }
  });

  it.each(binaryGolden)('gives at each threshold what the evaluation gives there: %s', (_name, golden) => {
    const predictions = toPredictions(golden);
    for (const { threshold, truePositiveRate, falsePositiveRate } of computeRocCurve(predictions) ?? []) {
      if (threshold === null) continue;
      const { recall, specificity } = computeBinaryMetrics(predictions, { threshold });
      expect(truePositiveRate).toBe(recall);
      expect(falsePositiveRate).toBeCloseTo(1 - (specificity as number), 15);
    }
  });

  it('is null for one class only', () => {
    expect(computeRocCurve([{ file: 'a', label: 1, probability: 0.3 }])).toBeNull();
  });
});

describe('computeRocAuc', () => {
  const area = (scores: number[], labels: number[]): number | null =>
    computeRocAuc(scores, (index) => labels[index] === 1);

  it('counts a tie one half', () => {
    expect(area([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0])).toBe(0.5);
    expect(area([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1])).toBe(3.5 / 4);
    expect(area([1, 2, 3], [0, 1, 1])).toBe(1);
    expect(area([1, 2, 3], [1, 0, 0])).toBe(0);
  });

  it('is the share of pairs in the right order', () => {
    const scores = Array.from({ length: 200 }, (_, index) => (index * 7919) % 23);
    const labels = scores.map((score, index) => ((index * 31 + score) % 5 < 2 ? 1 : 0));
    let wins = 0;
    let pairs = 0;
    scores.forEach((positive, i) =>
      scores.forEach((negative, j) => {
        if (labels[i] !== 1 || labels[j] !== 0) return;
        pairs++;
        wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
      }),
    );
    expect(area(scores, labels)).toBe(wins / pairs);
  });
});
