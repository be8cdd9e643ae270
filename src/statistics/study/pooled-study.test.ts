import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { computeFoldSpread, computePooledStudy, type PooledPrediction } from './pooled-study.ts';
import { computeStudy } from './study.ts';

/** Of two models that differ in how sure they are, and so in their thresholds. */
function drawPredictions(count: number): PooledPrediction[] {
  const random = new RandomGenerator(11);
  return Array.from({ length: count }, (_, index) => {
    const label = index % 3 === 0 ? 0 : 1;
    const model = index % 2;
    const logit = random.normal() + (label === 1 ? 1 : -1) + 2 * model;
    return {
      file: `${index}.png`,
      label,
      logit,
      probability: 1 / (1 + Math.exp(-logit)),
      patient: `p${Math.floor(index / 2)}`,
      threshold: model === 0 ? 0.5 : 0.85,
    };
  });
}

describe('computePooledStudy', () => {
  const predictions = drawPredictions(300);
  const drawing = { replicates: 200, seed: 4 };

  it('judges each image at its own threshold', () => {
    const { confusion, figures, images, positives, negatives, patients } = computePooledStudy(predictions, drawing);
    const called = (label: number, answer: boolean): number =>
      predictions.filter((one) => one.label === label && one.probability > one.threshold === answer).length;
    expect(confusion).toEqual({
      truePositives: called(1, true),
      falsePositives: called(0, true),
      trueNegatives: called(0, false),
      falseNegatives: called(1, false),
    });
    expect(figures.accuracy.value).toBeCloseTo((called(1, true) + called(0, false)) / 300, 12);
    expect(figures.sensitivity.value).toBeCloseTo(called(1, true) / 200, 12);
    expect([images, positives, negatives, patients]).toEqual([300, 200, 100, 150]);
  });

  it('is the study itself where all thresholds are one', () => {
    const same = predictions.map((one) => ({ ...one, threshold: 0.6 }));
    const study = computeStudy(same, { ...drawing, threshold: 0.6 });
    const pooled = computePooledStudy(same, drawing);
    expect(pooled.figures).toEqual(study.figures);
    expect(pooled.confusion).toEqual(study.confusion);
  });

  it('takes areas and calibration from the probabilities themselves', () => {
    const { figures } = computePooledStudy(predictions, drawing);
    const study = computeStudy(predictions, { ...drawing, threshold: 0.5 });
    for (const name of ['rocAuc', 'averagePrecision', 'brierScore', 'expectedCalibrationError', 'loss'] as const) {
      expect(figures[name]).toEqual(study.figures[name]);
    }
    expect(figures.accuracy.value).not.toBe(study.figures.accuracy.value);
  });

  it('refuses a threshold that is none, and no predictions', () => {
    const wrong = predictions.map((one) => ({ ...one, threshold: 1.5 }));
    expect(() => computePooledStudy(wrong)).toThrow(expect.objectContaining({ code: 'E_USAGE' }));
    expect(() => computePooledStudy([])).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
  });
});

describe('computeFoldSpread', () => {
  it('gives mean and standard deviation of a sample, of the folds that have the figure', () => {
    const spread = computeFoldSpread([0.9, null, 0.8, 0.85]);
    expect(spread.mean).toBeCloseTo(0.85, 12);
    expect(spread.standardDeviation).toBeCloseTo(0.05, 12);
    expect(spread.folds).toBe(3);
  });

  it('has no deviation of one fold, and nothing of none', () => {
    expect(computeFoldSpread([0.5])).toEqual({ mean: 0.5, standardDeviation: null, folds: 1 });
    expect(computeFoldSpread([null])).toEqual({ mean: null, standardDeviation: null, folds: 0 });
  });
});
