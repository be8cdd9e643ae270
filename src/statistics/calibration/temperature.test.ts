import { describe, expect, it } from 'vitest';
import { temperatureGolden, toSamples } from '../../../test/fixtures/evaluation/operating-golden.ts';
import { summariseCalibration } from './calibration-summary.ts';
import { computeProbabilities, fitTemperature, temperatureBounds } from './temperature.ts';

const samples = (logits: readonly number[], labels: readonly number[]) =>
  toSamples({ labels, logits: logits.map((logit) => [logit]) });

describe('fitTemperature', () => {
  it.each(temperatureGolden)('finds the minimum that scipy finds: %s', (_name, golden) => {
    const { temperature, limit } = fitTemperature(toSamples(golden));
    expect(limit).toBeNull();
    expect(Math.abs(temperature / golden.temperature - 1)).toBeLessThan(1e-9);
  });

  it.each(temperatureGolden)('gives the loss and calibration error of numpy: %s', (_name, golden) => {
    for (const [temperature, expected] of [
      [1, golden.before],
      [golden.temperature, golden.after],
    ] as const) {
      const { loss, expectedCalibrationError } = summariseCalibration(toSamples(golden), temperature);
      expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-9);
      expect(Math.abs(expectedCalibrationError - expected.expectedCalibrationError)).toBeLessThan(1e-9);
    }
  });

  it('takes a softmax over two classes for the sigmoid of the difference', () => {
    const [, { labels, logits }] = temperatureGolden[2] as (typeof temperatureGolden)[number];
    const differences = logits.map(([first, second]) => (second as number) - (first as number));
    const one = fitTemperature(samples(differences, labels)).temperature;
    expect(one).toBeCloseTo(fitTemperature(toSamples({ labels, logits })).temperature, 9);
    const [row = []] = logits;
    expect(computeProbabilities(row, 2)).toEqual(computeProbabilities([(row[1] as number) - (row[0] as number)], 2));
  });

  it('undoes a factor that all logits were multiplied with', () => {
    const [, golden] = temperatureGolden[0] as (typeof temperatureGolden)[number];
    const tripled = golden.logits.map((row) => row.map((logit) => 3 * logit));
    const { temperature } = fitTemperature(toSamples({ labels: golden.labels, logits: tripled }));
    expect(temperature / golden.temperature).toBeCloseTo(3, 9);
  });

  it('says where the images speak against no confidence, however great', () => {
    const limit = { temperature: temperatureBounds.low, limit: 'separable' };
    expect(fitTemperature(samples([-2, -0.1, 0.3, 4], [0, 0, 1, 1]))).toEqual(limit);
    expect(fitTemperature(samples([3], [1]))).toEqual(limit);
    // All losses and their slopes are rounded to nothing.
    expect(fitTemperature(samples([-1e6, 1e6], [0, 1]))).toEqual(limit);
  });

  it('says where the logits tell nothing of the classes, or the opposite', () => {
    const limit = { temperature: temperatureBounds.high, limit: 'uninformative' };
    expect(fitTemperature(samples([2, 1, -1, -2], [0, 0, 1, 1]))).toEqual(limit);
    expect(fitTemperature(samples([0, 0, 0], [0, 1, 1]))).toEqual(limit);
    expect(fitTemperature(samples([-1e6, 1e6], [1, 0]))).toEqual(limit);
  });

  it('refuses a logit that is not a number, and no images', () => {
    expect(() => fitTemperature(samples([1, NaN], [1, 0]))).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringMatching(/for 1\.png is NaN/) as string }),
    );
    expect(() => fitTemperature([])).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
  });
});

describe('computeProbabilities', () => {
  it('neither overflows nor ties what differs', () => {
    expect(computeProbabilities([1000], 1)).toEqual([0, 1]);
    expect(computeProbabilities([-1000], 1)).toEqual([1, 0]);
    // Both are 1 in float32.
    expect(computeProbabilities([20], 1)[1]).toBeLessThan(computeProbabilities([21], 1)[1] as number);
    const three = computeProbabilities([1000, 1000, -1000], 1);
    expect(three).toEqual([0.5, 0.5, 0]);
  });
});
