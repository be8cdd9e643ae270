import { describe, expect, it } from 'vitest';
import { plattGolden, toSamples } from '../../../test/fixtures/evaluation/operating-golden.ts';
import { summariseCalibration } from './calibration-summary.ts';
import { fitPlatt } from './platt.ts';
import { computeProbabilities } from './temperature.ts';

const samples = (logits: readonly number[], labels: readonly number[]) =>
  toSamples({ labels, logits: logits.map((logit) => [logit]) });

describe('fitPlatt', () => {
  it.each(plattGolden)('finds the minimum that scipy finds: %s', (_name, golden) => {
    const { temperature, shift, limit } = fitPlatt(toSamples(golden));
    expect(limit).toBeNull();
    expect(Math.abs(temperature / golden.temperature - 1)).toBeLessThan(1e-9);
    expect(Math.abs(shift - golden.shift)).toBeLessThan(1e-9);
    const { loss, expectedCalibrationError } = summariseCalibration(toSamples(golden), temperature, shift);
    expect(Math.abs(loss - golden.after.loss)).toBeLessThan(1e-9);
    expect(Math.abs(expectedCalibrationError - golden.after.expectedCalibrationError)).toBeLessThan(1e-9);
  });

  it('undoes a factor and a step that all logits were changed by', () => {
    const [, golden] = plattGolden[0] as (typeof plattGolden)[number];
    const changed = golden.logits.map(([logit]) => [3 * (logit as number) + 5]);
    const { temperature, shift } = fitPlatt(toSamples({ labels: golden.labels, logits: changed }));
    expect(temperature).toBeCloseTo(3 * golden.temperature, 8);
    expect(shift).toBeCloseTo(golden.shift - 5 / (3 * golden.temperature), 8);
  });

  it('takes a softmax over two classes for the sigmoid of the difference', () => {
    const [, golden] = plattGolden[0] as (typeof plattGolden)[number];
    const pairs = golden.logits.map(([logit]) => [1, 1 + (logit as number)]);
    const { temperature, shift } = fitPlatt(toSamples({ labels: golden.labels, logits: pairs }));
    expect(temperature).toBeCloseTo(golden.temperature, 9);
    expect(shift).toBeCloseTo(golden.shift, 9);
    expect(computeProbabilities([1, 3], 2, 0.5)[1]).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 12);
  });

  it('says where the logits tell nothing of the classes, or the opposite', () => {
    const limit = { temperature: 1, shift: 0, limit: 'uninformative' };
    expect(fitPlatt(samples([2, 1, -1, -2], [0, 0, 1, 1]))).toEqual(limit);
    expect(fitPlatt(samples([0, 0, 0], [0, 1, 1]))).toEqual(limit);
    expect(fitPlatt(samples([-1e6, 1e6], [1, 0]))).toEqual(limit);
    expect(fitPlatt(samples([-1e6, 1e6], [0, 1]))).toEqual(limit);
  });

  it('says where no confidence is too great', () => {
    const tiny = samples([-0.001, -0.002, 0.001, 0.002], [0, 0, 1, 1]);
    expect(fitPlatt(tiny)).toEqual({ temperature: 1, shift: 0, limit: 'separable' });
  });

  it('refuses a logit that is not a number, and no images', () => {
    expect(() => fitPlatt(samples([1, NaN], [1, 0]))).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE' }) as Error,
    );
    expect(() => fitPlatt([])).toThrow(expect.objectContaining({ code: 'E_DATASET' }) as Error);
  });
});
