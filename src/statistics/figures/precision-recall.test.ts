import { describe, expect, it } from 'vitest';
import { studyGolden, toStudyPredictions } from '../../../test/fixtures/evaluation/study-golden.ts';
import { computeBinaryMetrics } from './binary-metrics.ts';
import { computeAveragePrecision, computePrecisionRecallCurve } from './precision-recall.ts';

describe('computePrecisionRecallCurve', () => {
  it.each(studyGolden)('gives the points of scikit-learn: %s', (_name, golden) => {
    const points = computePrecisionRecallCurve(toStudyPredictions(golden)) ?? [];
    // scikit-learn begins where all is called positive, and ends in a point of its own.
    const precision = golden.precisionRecall.precision.slice(0, -1).toReversed();
    const recall = golden.precisionRecall.recall.slice(0, -1).toReversed();
    expect(points).toHaveLength(precision.length);
    points.forEach((point, index) => {
      expect(point.precision).toBeCloseTo(precision[index] as number, 12);
      expect(point.recall).toBeCloseTo(recall[index] as number, 12);
    });
  });

  it.each(studyGolden)('gives at each threshold what the evaluation gives there: %s', (_name, golden) => {
    const predictions = toStudyPredictions(golden);
    for (const { threshold, precision, recall } of computePrecisionRecallCurve(predictions) ?? []) {
      if (threshold === null) continue;
      expect({ precision, recall }).toEqual({
        precision: computeBinaryMetrics(predictions, { threshold }).precision,
        recall: computeBinaryMetrics(predictions, { threshold }).recall,
      });
    }
  });

  it('is null for one class only', () => {
    expect(computePrecisionRecallCurve([{ file: 'a', label: 1, probability: 0.3 }])).toBeNull();
    expect(computeAveragePrecision([{ file: 'a', label: 0, probability: 0.3 }])).toBeNull();
  });
});

describe('computeAveragePrecision', () => {
  it.each(studyGolden)('is that of scikit-learn: %s', (_name, golden) => {
    expect(computeAveragePrecision(toStudyPredictions(golden))).toBeCloseTo(golden.figures.averagePrecision, 12);
  });
});
