import { describe, expect, it } from 'vitest';
import { formatRate, rateOfStep, SmoothedLoss, suggestRate, type RangeStep } from './learning-rate-curve.ts';

const range = { from: 1e-6, to: 1, steps: 121 };

/** Steps with these losses over log10 of the rate, smoothed by nothing. */
function curveOf(lossAt: (decade: number) => number, steps = range.steps): RangeStep[] {
  return Array.from({ length: steps }, (_, index) => {
    const learningRate = rateOfStep(index + 1, range);
    const loss = lossAt(Math.log10(learningRate));
    return { step: index + 1, learningRate, loss, smoothedLoss: loss };
  });
}

describe('rateOfStep', () => {
  it('goes from the first rate to the last by equal factors', () => {
    expect(rateOfStep(1, range)).toBe(1e-6);
    expect(rateOfStep(61, range)).toBeCloseTo(1e-3, 12);
    expect(rateOfStep(121, range)).toBeCloseTo(1, 12);
    expect(rateOfStep(22, range) / rateOfStep(21, range)).toBeCloseTo(10 ** 0.05, 10);
  });
});

describe('SmoothedLoss', () => {
  it('is a weighted mean whose weights add up to one from the first step on', () => {
    const smoothed = new SmoothedLoss(0.9);
    expect(smoothed.add(2)).toBeCloseTo(2, 12);
    // (0.1 * 0.9 * 2 + 0.1 * 1) / (0.1 * 0.9 + 0.1)
    expect(smoothed.add(1)).toBeCloseTo(0.28 / 0.19, 12);
    for (let step = 0; step < 400; step++) smoothed.add(5);
    expect(smoothed.add(5)).toBeCloseTo(5, 10);
  });

  it('smooths nothing with 0', () => {
    const smoothed = new SmoothedLoss(0);
    expect([3, 1, 2].map((loss) => smoothed.add(loss))).toEqual([3, 1, 2]);
  });
});

describe('suggestRate', () => {
  it('finds where the loss falls fastest and a tenth of where it is lowest, and takes the lower', () => {
    // Steepest at 1e-3, where the logistic curve has its middle; lowest at 1e-1, behind which it rises.
    const fall = (decade: number): number => 1 / (1 + Math.exp(4 * (decade + 3))) + Math.max(0, decade + 1) * 3;
    const { learningRate, steepest, minimum, tenthOfMinimum, warnings } = suggestRate(curveOf(fall), range);
    expect(steepest?.learningRate).toBeCloseTo(1e-3, 6);
    expect(steepest?.smoothedLoss).toBeCloseTo(0.5, 6);
    expect(minimum?.learningRate).toBeCloseTo(0.1, 6);
    expect(tenthOfMinimum).toBeCloseTo(0.01, 6);
    expect([learningRate, warnings]).toEqual([0.001, []]);
  });

  it('takes a tenth of the minimum where the fall is steepest right before it', () => {
    const late = (decade: number): number => (decade < -1 ? 1 - 0.01 * (decade + 6) ** 2 : 1 + 5 * (decade + 1));
    const { learningRate, steepest } = suggestRate(curveOf(late), range);
    expect(steepest?.learningRate).toBeGreaterThan(0.03);
    // The last step before 0.1, over 10.
    expect(learningRate).toBe(0.0089);
  });

  it('does not take the first steps for a fall, where little was averaged', () => {
    const noisyStart = (decade: number): number =>
      decade < -5.9 ? 4 : 1 / (1 + Math.exp(4 * (decade + 2))) + Math.max(0, decade + 0.5) * 3;
    expect(suggestRate(curveOf(noisyStart), range).steepest?.learningRate).toBeCloseTo(1e-2, 3);
  });

  it('suggests nothing where the loss never fell, and says what to change', () => {
    const suggestion = suggestRate(
      curveOf((decade) => decade + 7),
      range,
    );
    expect(suggestion).toMatchObject({ learningRate: null, steepest: null, minimum: null, tenthOfMinimum: null });
    expect(suggestion.warnings).toEqual([
      'The loss fell at no rate from 1e-6 to 1: begin lower with --from, or take more --steps.',
    ]);
  });

  it('warns where the loss still fell at the last rate', () => {
    const { warnings } = suggestRate(
      curveOf((decade) => 1 / (1 + Math.exp(decade))),
      range,
    );
    expect(warnings).toEqual(['The loss still fell at the last rate, 1: go further with --to.']);
  });

  it('can do with a curve that ended at once', () => {
    expect(
      suggestRate(
        curveOf(() => 1, 1),
        range,
      ).learningRate,
    ).toBeNull();
  });
});

it.each([
  [0.001, '0.001'],
  [1.23456e-5, '1.23e-5'],
  [0.00534, '0.00534'],
  [1, '1'],
  [12.3456, '12.3'],
])('formatRate(%d) is %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
