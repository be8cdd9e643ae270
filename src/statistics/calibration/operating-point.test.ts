import { describe, expect, it } from 'vitest';
import { operatingGolden, toScored, type OperatingGolden } from '../../../test/fixtures/evaluation/operating-golden.ts';
import { computeBinaryMetrics } from '../figures/binary-metrics.ts';
import { chooseOperatingPoint, type OperatingRule } from './operating-point.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { probabilityBetween, toLogOdds, toProbability } from '../prediction/probability.ts';

const cases = operatingGolden.flatMap(([name, golden]) =>
  golden.points.map((point) => [`${name}, ${JSON.stringify(point.rule)}`, golden, point] as const),
);
const [, typical] = operatingGolden[0] as readonly [string, OperatingGolden];

const predict = (probabilities: readonly number[], labels: readonly number[]): Prediction[] =>
  probabilities.map((probability, index) => ({ file: `${index}.png`, label: labels[index] as number, probability }));
const choose = (
  probabilities: readonly number[],
  labels: readonly number[],
  rule: OperatingRule = 'youden',
): ReturnType<typeof chooseOperatingPoint> =>
  chooseOperatingPoint(predict(probabilities, labels), rule, { replicates: 50 });
const refused = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });

describe('chooseOperatingPoint', () => {
  it.each(cases)('finds what trying every threshold finds: %s', (_name, golden, expected) => {
    const predictions = toScored(golden);
    const point = chooseOperatingPoint(predictions, expected.rule, { replicates: 20 });
    expect(Math.abs(point.threshold - expected.threshold)).toBeLessThan(1e-9);
    expect(Math.abs(point.sensitivity.value - expected.sensitivity)).toBeLessThan(1e-9);
    expect(Math.abs(point.specificity.value - expected.specificity)).toBeLessThan(1e-9);
    const metrics = computeBinaryMetrics(predictions, { threshold: point.threshold });
    expect(metrics.confusion).toEqual(point.confusion);
    expect(metrics.sensitivity).toBe(point.sensitivity.value);
    expect(metrics.specificity).toBe(point.specificity.value);
  });

  it('reaches a share that is met to the image: 49 of 50 is 0.98', () => {
    const probabilities = Array.from({ length: 50 }, (_, index) => 0.3 + index / 100);
    const { sensitivity, threshold } = choose(
      [0.29, ...probabilities, 0.305, 0.1],
      [0, ...probabilities.map(() => 1), 0, 0],
      { sensitivity: 0.98 },
    );
    expect(sensitivity.value).toBe(0.98);
    expect(threshold).toBe(probabilityBetween(0.305, 0.31));
  });

  it('takes what costs no specificity: the threshold lies just above the next negative image', () => {
    const { threshold, sensitivity } = choose([0.1, 0.2, 0.3, 0.4, 0.9], [0, 0, 1, 1, 1], { sensitivity: 0.5 });
    expect(threshold).toBe(probabilityBetween(0.2, 0.3));
    expect(sensitivity.value).toBe(1);
  });

  it('never parts images of one probability', () => {
    const { threshold, confusion } = choose([0.2, 0.5, 0.5, 0.5, 0.8, 0.9], [0, 0, 1, 1, 0, 1], { sensitivity: 1 });
    expect(threshold).toBe(probabilityBetween(0.2, 0.5));
    expect(confusion).toEqual({ truePositives: 3, falsePositives: 2, trueNegatives: 1, falseNegatives: 0 });
  });

  it('of thresholds that are liked alike takes the lowest, in whatever order the images come', () => {
    // After the first and after the third image the index is 1/2.
    const [probabilities, labels] = [
      [0.9, 0.8, 0.7, 0.6],
      [1, 0, 1, 0],
    ];
    expect(choose(probabilities, labels).threshold).toBe(probabilityBetween(0.6, 0.7));
    expect(choose(probabilities.toReversed(), labels.toReversed()).threshold).toBe(probabilityBetween(0.6, 0.7));
    expect(choose(probabilities, labels, { costRatio: 1 }).threshold).toBe(probabilityBetween(0.6, 0.7));
    expect(choose(probabilities, labels, { costRatio: 1, prevalence: 0.5 }).threshold).toBe(
      probabilityBetween(0.6, 0.7),
    );
  });

  it('moves down as a miss costs more, and up as the disease is rarer', () => {
    const at = (rule: OperatingRule): number => chooseOperatingPoint(toScored(typical), rule).threshold;
    const costs = [0.5, 1, 3].map((costRatio) => at({ costRatio }));
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    expect(new Set(costs).size).toBe(3);
    expect(at({ costRatio: 3, prevalence: 0.2 })).toBeGreaterThan(at({ costRatio: 3, prevalence: 0.6 }));
    const { positives } = { positives: typical.labels.filter((label) => label === 1).length };
    const own = { costRatio: 3, prevalence: positives / typical.labels.length };
    expect(at(own)).toBe(at({ costRatio: 3 }));
  });

  it('calls the same images positive whatever temperature the logits were divided by', () => {
    for (const rule of ['youden', { sensitivity: 0.9 }, { costRatio: 3 }] as const) {
      const cold = chooseOperatingPoint(toScored(typical), rule, { replicates: 20 });
      const logits = typical.logits.map((logit) => logit / 2.5);
      const warm = chooseOperatingPoint(toScored({ ...typical, logits }), rule, { replicates: 20 });
      expect(warm.confusion).toEqual(cold.confusion);
      expect(toLogOdds(warm.threshold)).toBeCloseTo(toLogOdds(cold.threshold) / 2.5, 9);
    }
  });

  it('works at the ends of the scale', () => {
    const { threshold, confusion } = choose([0, 0, 1, 1], [0, 0, 1, 1]);
    expect(threshold).toBe(0.5);
    expect(confusion).toMatchObject({ falsePositives: 0, falseNegatives: 0 });
    const next = 1 - Number.EPSILON / 2;
    expect(choose([next, 1], [0, 1]).threshold).toBe(next);
    expect(choose([0, Number.MIN_VALUE], [0, 1]).threshold).toBe(0);
  });

  it('refuses wishes that no threshold fulfils', () => {
    const falling = [0.9, 0.8, 0.3, 0.2];
    const ascending = [0, 0, 1, 1];
    expect(() => choose(falling, ascending)).toThrow(refused('E_USAGE', /better than guessing/));
    expect(() => choose(falling, ascending, { sensitivity: 0.9 })).toThrow(
      refused('E_USAGE', /sensitivity of 0\.9 is reached only by calling every negative image positive/),
    );
    // A positive image of probability 0 is found by no threshold at all.
    expect(() => choose([0, 0.5, 0.5, 0], [1, 1, 0, 0], { sensitivity: 1 })).toThrow(
      refused('E_USAGE', /reached only/),
    );
    expect(() => choose(falling, ascending, { costRatio: 100 })).toThrow(
      refused('E_USAGE', /cost ratio of 100 it is cheaper to give all images the same answer/),
    );
    expect(() => choose([0.1, 0.6, 0.7], [0, 0, 1], { costRatio: 1, prevalence: 0.5 })).not.toThrow();
  });

  it('refuses impossible numbers', () => {
    for (const sensitivity of [0, -1, 1.01, NaN]) {
      expect(() => choose([0.1, 0.9], [0, 1], { sensitivity })).toThrow(refused('E_USAGE', /target sensitivity/));
    }
    for (const costRatio of [0, -2, NaN, Infinity]) {
      expect(() => choose([0.1, 0.9], [0, 1], { costRatio })).toThrow(refused('E_USAGE', /cost of a missed/));
    }
    for (const prevalence of [0, 1, 1.5, NaN]) {
      expect(() => choose([0.1, 0.9], [0, 1], { costRatio: 1, prevalence })).toThrow(refused('E_USAGE', /prevalence/));
    }
  });

  it('refuses one class only, one probability only, no images, and what is not a number', () => {
    expect(() => choose([0.1, 0.9], [1, 1])).toThrow(refused('E_DATASET', /no images of the negative class/));
    expect(() => choose([0.1, 0.9], [0, 0])).toThrow(refused('E_DATASET', /no images of the positive class/));
    expect(() => choose([0.4, 0.4], [0, 1])).toThrow(
      refused('E_DATASET', /All 2 images have the same probability, 0\.4/),
    );
    expect(() => choose([], [])).toThrow(refused('E_DATASET', /no predictions/));
    expect(() => choose([0.4, NaN], [0, 1])).toThrow(refused('E_NOT_FINITE', /1\.png/));
  });
});

describe('the intervals of an operating point', () => {
  const withPatients = (patientOf: (index: number) => string): Prediction[] =>
    toScored(typical).map((one, index) => ({ ...one, patient: patientOf(index) }));
  const width = ({ low, high }: { low: number; high: number }): number => high - low;

  it('hold the chosen threshold and shares, and are the same for the same seed', () => {
    const point = chooseOperatingPoint(toScored(typical), { sensitivity: 0.9 }, { seed: 3 });
    for (const [value, interval] of [
      [point.threshold, point.thresholdInterval],
      [point.sensitivity.value, point.sensitivity.interval],
      [point.specificity.value, point.specificity.interval],
    ] as const) {
      expect(interval?.low).toBeLessThan(value);
      expect(interval?.high).toBeGreaterThan(value);
    }
    expect(chooseOperatingPoint(toScored(typical), { sensitivity: 0.9 }, { seed: 3 })).toEqual(point);
    expect(chooseOperatingPoint(toScored(typical), { sensitivity: 0.9 }, { seed: 4 })).not.toEqual(point);
  });

  it('are wider where the images are of fewer patients', () => {
    // Neighbours in probability belong together, as images of one patient do.
    const order = typical.logits
      .map((_, i) => i)
      .toSorted((a, b) => (typical.logits[a] as number) - (typical.logits[b] as number));
    const rank = new Map(order.map((index, place) => [index, place]));
    const few = chooseOperatingPoint(
      withPatients((index) => `p${Math.floor((rank.get(index) as number) / 6)}`),
      'youden',
    );
    const many = chooseOperatingPoint(toScored(typical), 'youden');
    for (const figure of ['sensitivity', 'specificity'] as const) {
      const [wide, narrow] = [few[figure].interval, many[figure].interval];
      expect(width(wide as { low: number; high: number })).toBeGreaterThan(
        width(narrow as { low: number; high: number }),
      );
    }
  });

  it('are null, not narrow, where one patient has all images of a class', () => {
    const one = chooseOperatingPoint(
      withPatients(() => 'p'),
      'youden',
    );
    expect([one.thresholdInterval, one.sensitivity.interval, one.specificity.interval]).toEqual([null, null, null]);
    const half = chooseOperatingPoint(
      withPatients((index) => (typical.labels[index] === 1 ? 'p' : `n${index}`)),
      'youden',
    );
    expect([half.thresholdInterval, half.sensitivity.interval]).toEqual([null, null]);
    expect(half.specificity.interval).not.toBeNull();
  });

  it('of a perfect share reach down as far as that many patients allow', () => {
    const labels = Array.from({ length: 80 }, (_, index) => Number(index < 40));
    const perfect = labels.map((label, index) => ({
      file: `${index}.png`,
      label,
      probability: toProbability((label === 1 ? 2 : -2) + index / 100),
      patient: `p${Math.floor(index / 2)}`,
    }));
    const { sensitivity, thresholdInterval } = chooseOperatingPoint(perfect, 'youden');
    // 20 patients: scipy.stats.beta.ppf(0.025, 20, 1)
    expect(sensitivity.value).toBe(1);
    expect(sensitivity.interval?.low).toBeCloseTo(0.8315665, 6);
    expect(sensitivity.interval?.high).toBe(1);
    expect(thresholdInterval?.low).toBeGreaterThan(0);
    expect(thresholdInterval?.high).toBeLessThan(1);
  });
});
