import { describe, expect, it } from 'vitest';
import { studyGolden, toStudyPredictions } from '../../../test/fixtures/evaluation/study-golden.ts';
import { computeBrierScore, computeExpectedCalibrationError, computeReliability } from './calibration.ts';
import type { Prediction } from '../prediction/prediction.ts';

const predict = (label: number, probability: number): Prediction => ({ file: 'a.png', label, probability });

describe('computeReliability', () => {
  it.each(
    studyGolden.flatMap(([name, golden]) =>
      (['equalWidth', 'equalMass'] as const).map((binning) => ({ name, golden, binning })),
    ),
  )('gives the bins of scikit-learn: $name, $binning', ({ golden, binning }) => {
    const expected = golden.reliability[binning];
    const bins = computeReliability(toStudyPredictions(golden), { binning });
    expect(bins).toHaveLength(10);
    const filled = bins.filter(({ images }) => images > 0);
    expect(filled).toHaveLength(expected.share.length);
    filled.forEach(({ share, meanProbability }, index) => {
      expect(share).toBeCloseTo(expected.share[index] as number, 12);
      expect(meanProbability).toBeCloseTo(expected.meanProbability[index] as number, 12);
    });
  });

  it('puts a probability at an edge into the bin below it, and 0 into the first', () => {
    const bins = computeReliability([predict(0, 0), predict(1, 0.25), predict(1, 0.5), predict(1, 1)], { bins: 4 });
    expect(bins.map(({ images }) => images)).toEqual([2, 1, 0, 1]);
    expect(bins[2]).toEqual({ low: 0.5, high: 0.75, images: 0, meanProbability: null, share: null });
  });

  it('keeps equal probabilities together', () => {
    const same = Array.from({ length: 12 }, (_, index) => predict(index % 2, 0.3));
    const filled = computeReliability(same, { binning: 'equalMass' }).filter(({ images }) => images > 0);
    expect(filled).toMatchObject([{ images: 12, share: 0.5 }]);
  });

  it('refuses an impossible number of bins', () => {
    for (const bins of [0, 1.5, 101, NaN]) {
      expect(() => computeReliability([predict(1, 0.5)], { bins })).toThrow(
        expect.objectContaining({ code: 'E_USAGE' }),
      );
    }
  });
});

describe('computeBrierScore and computeExpectedCalibrationError', () => {
  it.each(studyGolden)('give what scikit-learn and the formula give: %s', (_name, golden) => {
    const predictions = toStudyPredictions(golden);
    expect(computeBrierScore(predictions)).toBeCloseTo(golden.figures.brierScore, 12);
    expect(computeExpectedCalibrationError(predictions)).toBeCloseTo(golden.figures.expectedCalibrationError, 12);
  });

  it('are 0 for the right answer given with certainty, 1 for the wrong one', () => {
    const sure = [predict(1, 1), predict(0, 0)];
    const wrong = [predict(0, 1), predict(1, 0)];
    expect([computeBrierScore(sure), computeExpectedCalibrationError(sure)]).toEqual([0, 0]);
    expect([computeBrierScore(wrong), computeExpectedCalibrationError(wrong)]).toEqual([1, 1]);
  });
});
