import { describe, expect, it } from 'vitest';
import { operatingGolden, toScored } from '../../../test/fixtures/evaluation/operating-golden.ts';
import {
  chooseBand,
  computeAbstention,
  computeAbstentionCurve,
  isUncertain,
  type AbstentionPoint,
} from './abstention.ts';
import type { Prediction } from '../prediction/prediction.ts';

const predict = (probabilities: readonly number[], labels: readonly number[]): Prediction[] =>
  probabilities.map((probability, index) => ({ file: `${index}.png`, label: labels[index] as number, probability }));
const refused = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'E_USAGE', message: expect.stringMatching(message) as string });

describe('computeAbstentionCurve', () => {
  it.each(operatingGolden)('gives what sorting in numpy gives: %s', (_name, golden) => {
    const threshold = golden.points[0]?.threshold as number;
    const curve = computeAbstentionCurve(toScored(golden), threshold);
    expect(curve).toHaveLength(golden.abstention.length);
    for (const [index, expected] of golden.abstention.entries()) {
      const { abstentionRate, error, missed, falseAlarms } = curve[index] as AbstentionPoint;
      expect(abstentionRate).toBeCloseTo(expected.abstentionRate, 12);
      expect(error).toBeCloseTo(expected.error, 12);
      expect([missed, falseAlarms]).toEqual([expected.missed, expected.falseAlarms]);
    }
  });

  it.each(operatingGolden)('gives bands that do to the images what it says: %s', (_name, golden) => {
    const threshold = golden.points[0]?.threshold as number;
    const predictions = toScored(golden);
    for (const { band, ...said } of computeAbstentionCurve(predictions, threshold)) {
      expect(computeAbstention(predictions, threshold, band)).toEqual(said);
      if (band === null) continue;
      expect(band.low).toBeLessThan(threshold);
      expect(band.high).toBeGreaterThan(threshold);
    }
  });

  it('takes images together that are equally far from the threshold, but for rounding', () => {
    const curve = computeAbstentionCurve(predict([0.3, 0.7, 0.1, 0.95], [0, 1, 1, 1]), 0.5);
    expect(curve.map(({ abstentionRate }) => abstentionRate)).toEqual([0, 0.5, 0.75]);
  });

  it('answers images of probability 0 and 1 whatever the band', () => {
    const predictions = predict([0, 0.4, 0.6, 1, 1 - Number.EPSILON / 2], [0, 1, 1, 1, 1]);
    const curve = computeAbstentionCurve(predictions, 0.5);
    const { band } = curve.at(-1) as AbstentionPoint;
    expect(predictions.map(({ probability }) => isUncertain(probability, band))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
    for (const { band: some, ...said } of curve) expect(computeAbstention(predictions, 0.5, some)).toEqual(said);
  });

  it('is one point where all images are equally far', () => {
    expect(computeAbstentionCurve(predict([0.8, 0.8], [0, 1]), 0.5)).toEqual([
      { band: null, abstentionRate: 0, error: 0.5, missed: 0, falseAlarms: 1, answered: 2 },
    ]);
  });

  it('refuses a threshold without room about it, no images, and what is not a number', () => {
    expect(() => computeAbstentionCurve(predict([0.5], [1]), 0)).toThrow(refused(/no band about a threshold of 0/));
    expect(() => computeAbstentionCurve(predict([0.5], [1]), NaN)).toThrow(refused(/no band about/));
    expect(() => computeAbstentionCurve([], 0.5)).toThrow(expect.objectContaining({ code: 'E_DATASET' }));
    expect(() => computeAbstentionCurve(predict([NaN], [1]), 0.5)).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE' }),
    );
  });
});

describe('computeAbstention', () => {
  it('has no error where nothing is answered', () => {
    expect(computeAbstention(predict([0.4, 0.6], [0, 1]), 0.5, { low: 0.1, high: 0.9 })).toEqual({
      abstentionRate: 1,
      error: null,
      missed: 0,
      falseAlarms: 0,
      answered: 0,
    });
  });

  it('counts both ends of the band as uncertain', () => {
    const { abstentionRate } = computeAbstention(predict([0.4, 0.6, 0.7], [0, 1, 1]), 0.5, { low: 0.4, high: 0.6 });
    expect(abstentionRate).toBeCloseTo(2 / 3, 12);
  });
});

describe('chooseBand', () => {
  const predictions = predict([0.05, 0.2, 0.45, 0.4, 0.55, 0.7, 0.9, 0.99], [0, 0, 1, 0, 0, 1, 1, 1]);

  it('leaves no more images to a person than wanted', () => {
    const rate = (abstentionRate: number): number =>
      computeAbstention(predictions, 0.5, chooseBand(predictions, 0.5, { abstentionRate })).abstentionRate;
    expect(rate(0.25)).toBe(0.25);
    expect(rate(0.3)).toBe(0.25);
    expect(rate(0.99)).toBe(0.875);
  });

  it('leaves no more than needed for a wanted error', () => {
    const band = chooseBand(predictions, 0.5, { error: 0.1 });
    expect(computeAbstention(predictions, 0.5, band)).toMatchObject({ abstentionRate: 0.25, error: 0 });
    expect(chooseBand(predictions, 0.5, { error: 0.25 })).toBeNull();
  });

  it('refuses what no band does', () => {
    expect(() => chooseBand(predictions, 0.5, { abstentionRate: 0.1 })).toThrow(
      refused(/No band leaves 10 % of the 8 images or fewer to a person: the narrowest leaves 25\.00 %/),
    );
    expect(() => chooseBand(predict([0.8, 0.8], [0, 1]), 0.5, { abstentionRate: 0.5 })).toThrow(refused(/leaves all/));
    expect(() => chooseBand(predict([0.1, 0.6], [1, 0]), 0.5, { error: 0.5 })).toThrow(refused(/an error of 0\.5/));
    for (const abstentionRate of [-0.1, 1, NaN]) {
      expect(() => chooseBand(predictions, 0.5, { abstentionRate })).toThrow(refused(/share of uncertain images must/));
    }
  });
});
