import { describe, expect, it } from 'vitest';
import {
  mcnemarGolden,
  normalGolden,
  studyGolden,
  toStudyPredictions,
  typicalStudy,
} from '../../../test/fixtures/evaluation/study-golden.ts';
import { compareModels, type CompareOptions } from './compare.ts';
import { compareAreas } from '../intervals/delong.ts';
import { computeMcNemarTest } from '../intervals/mcnemar.ts';
import { computeNormalQuantile, computeUpperTail } from '../intervals/normal-distribution.ts';
import { indexPatients } from '../prediction/patient-clusters.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { computeStudy, studyFigureNames } from './study.ts';

const thresholds = { first: 0.5, second: 0.5 };
const options: CompareOptions = { thresholds, replicates: 400 };
const first = toStudyPredictions(typicalStudy);
const second = toStudyPredictions(typicalStudy, 'second');

describe('compareModels', () => {
  it.each(studyGolden)('has the areas of DeLong and Obuchowski and the exact test of McNemar: %s', (_name, golden) => {
    const { threshold } = golden;
    const { areas, mcnemar, figures } = compareModels(
      toStudyPredictions(golden),
      toStudyPredictions(golden, 'second'),
      {
        thresholds: { first: threshold, second: threshold },
        replicates: 100,
      },
    );
    for (const [area, expected] of [
      [areas.delong, golden.delong],
      [areas.clustered, golden.obuchowski],
    ] as const) {
      expect(area?.difference).toBeCloseTo(expected.difference, 12);
      expect(area?.standardError).toBeCloseTo(expected.standardError, 12);
      expect(area?.z).toBeCloseTo(expected.z, 9);
      expect(area?.pValue).toBeCloseTo(expected.pValue, 12);
      expect(area?.interval.low).toBeCloseTo(expected.interval[0], 12);
      expect(area?.interval.high).toBeCloseTo(expected.interval[1], 12);
    }
    expect([figures.rocAuc.first, figures.rocAuc.second]).toEqual([
      expect.closeTo(golden.delong.areas[0], 12),
      expect.closeTo(golden.delong.areas[1], 12),
    ]);
    expect(mcnemar).toEqual({ ...golden.mcnemar, pValue: expect.closeTo(golden.mcnemar.pValue, 12) as number });
  });

  it('draws what the formula computes: interval and p-value of the areas agree', () => {
    const { figures, areas } = compareModels(first, second, { thresholds, replicates: 5000 });
    const { interval, pValue } = figures.rocAuc;
    const width = (areas.clustered?.interval.high as number) - (areas.clustered?.interval.low as number);
    expect(Math.abs((interval?.low as number) - (areas.clustered?.interval.low as number)) / width).toBeLessThan(0.12);
    expect(Math.abs((interval?.high as number) - (areas.clustered?.interval.high as number)) / width).toBeLessThan(
      0.12,
    );
    expect(Math.abs((pValue as number) - (areas.clustered?.pValue as number))).toBeLessThan(0.05);
  });

  it('is the difference of two studies, from draws that both share', () => {
    const comparison = compareModels(first, second, { ...options, prevalence: 0.05 });
    const [one, other] = [first, second].map((predictions) =>
      computeStudy(predictions, { threshold: 0.5, replicates: 400, prevalence: 0.05 }),
    );
    for (const name of studyFigureNames) {
      const { difference, first: own, second: its, interval } = comparison.figures[name];
      expect(own, name).toBe(one?.figures[name].value);
      expect(its, name).toBe(other?.figures[name].value);
      expect(difference, name).toBe((own as number) - (its as number));
      expect(interval?.low, name).toBeLessThan(interval?.high as number);
    }
    expect(comparison.prevalence?.npv.difference).toBeCloseTo(
      (one?.prevalence?.npv.value as number) - (other?.prevalence?.npv.value as number),
      12,
    );
    // Predictions of the same images rise and fall together: the difference is surer than two studies side by side would say.
    const { low, high } = comparison.figures.rocAuc.interval as { low: number; high: number };
    const apart = [one, other].map((study) => study?.figures.rocAuc.interval as { low: number; high: number });
    expect(high - low).toBeLessThan(Math.hypot(...apart.map((each) => each.high - each.low)));
  });

  it('turns round with its models, whatever the order of the files', () => {
    const comparison = compareModels(first, second, options);
    const turned = compareModels(second, first.toReversed(), options);
    for (const name of ['sensitivity', 'rocAuc', 'brierScore'] as const) {
      const { difference, interval, pValue } = comparison.figures[name];
      expect(turned.figures[name].difference).toBeCloseTo(-(difference as number), 12);
      expect(turned.figures[name].interval?.low).toBeCloseTo(-(interval?.high as number), 12);
      expect(turned.figures[name].pValue).toBe(pValue);
    }
    expect(turned.mcnemar.onlyFirst).toBe(comparison.mcnemar.onlySecond);
  });

  it('finds nothing between a model and itself, and something where there is something', () => {
    const same = compareModels(first, first, options);
    for (const name of studyFigureNames) {
      expect(same.figures[name], name).toMatchObject({ difference: 0, interval: null, pValue: 1 });
    }
    expect(same.areas.clustered).toMatchObject({ difference: 0, standardError: 0, z: null, pValue: 1 });
    expect(same.mcnemar).toEqual({ onlyFirst: 0, onlySecond: 0, pValue: 1 });
    const blind = first.map(({ logit: _logit, ...rest }, index) => ({
      ...rest,
      probability: ((index * 7919) % 97) / 97,
    }));
    const { figures } = compareModels(first, blind, options);
    expect(figures.rocAuc.pValue).toBeCloseTo(2 / 401, 12);
    expect(figures.rocAuc.interval?.low).toBeGreaterThan(0);
  });

  it('uses each model’s own threshold', () => {
    const strict = compareModels(first, first, { ...options, thresholds: { first: 0.5, second: 1 } });
    expect(strict.figures.sensitivity.second).toBe(0);
    expect(strict.figures.rocAuc.difference).toBe(0);
    expect(strict.figures.ppv).toMatchObject({
      second: null,
      difference: null,
      pValue: null,
      undefinedBecause: 'no image was called positive',
    });
  });

  it('has null and the reason for one patient and for one class', () => {
    const one = compareModels(
      first.map((prediction) => ({ ...prediction, patient: 'person1' })),
      second,
      options,
    );
    expect(one.areas.clustered).toBeNull();
    expect(one.areas.delong).not.toBeNull();
    expect(one.figures.rocAuc).toMatchObject({ interval: null, pValue: null });
    const ill = (predictions: Prediction[]): Prediction[] => predictions.filter(({ label }) => label === 1);
    const oneClass = compareModels(ill(first), ill(second), { ...options, prevalence: 0.1 });
    expect(oneClass.figures.specificity).toMatchObject({
      difference: null,
      undefinedBecause: 'there are no images of the negative class',
    });
    expect(oneClass.prevalence?.ppv.difference).toBeNull();
    expect(oneClass.areas).toEqual({ clustered: null, delong: null });
    expect(oneClass.figures.sensitivity.difference).not.toBeNull();
  });

  it('refuses predictions of different images', () => {
    const usage = (message: RegExp) =>
      expect.objectContaining({ code: 'E_USAGE', message: expect.stringMatching(message) as string }) as Error;
    expect(() => compareModels(first, second.slice(1), options)).toThrow(
      usage(/only the first has a prediction for image-0\.png/),
    );
    expect(() => compareModels(first.slice(1), second, options)).toThrow(
      usage(/only the second has a prediction for image-0\.png/),
    );
    const relabelled = second.map((prediction, index) =>
      index === 3 ? { ...prediction, label: 1 - prediction.label } : prediction,
    );
    expect(() => compareModels(first, relabelled, options)).toThrow(usage(/image-3\.png has another label/));
    expect(() => compareModels([...first, first[0] as Prediction], second, options)).toThrow(usage(/named twice/));
    const broken = second.map((prediction, index) => (index === 5 ? { ...prediction, probability: NaN } : prediction));
    expect(() => compareModels(first, broken, options)).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringContaining('image-5.png') }),
    );
    expect(() => compareModels(first, second, { ...options, prevalence: 1 })).toThrow(usage(/prevalence/));
    expect(() => compareModels(first, second, { thresholds: { first: 0.5, second: 2 } })).toThrow(usage(/threshold/));
  });
});

describe('compareAreas', () => {
  it('has an error of 0 where both are always right', () => {
    const clusters = indexPatients([{}, {}, {}, {}]);
    const isPositive = (index: number): boolean => index > 1;
    expect(compareAreas([1, 2, 3, 4], [0, 0, 9, 9], isPositive, clusters, 0.95)).toMatchObject({ pValue: 1 });
    // One always right, one always wrong: no spread from which to judge.
    expect(compareAreas([1, 2, 3, 4], [4, 3, 2, 1], isPositive, clusters, 0.95)).toMatchObject({
      difference: 1,
      standardError: 0,
      z: null,
      pValue: null,
    });
  });
});

describe('computeMcNemarTest', () => {
  it.each(mcnemarGolden)('is that of statsmodels: $only', ({ only, pValue }) => {
    expect(computeMcNemarTest(...only).pValue).toBeCloseTo(pValue, 12);
  });
});

describe('the normal distribution', () => {
  it('is that of scipy, far out too', () => {
    normalGolden.points.forEach((point, index) => {
      const expected = normalGolden.upperTail[index] as number;
      expect(Math.abs(computeUpperTail(point) / expected - 1), String(point)).toBeLessThan(1e-12);
    });
    normalGolden.shares.forEach((share, index) => {
      expect(computeNormalQuantile(share)).toBeCloseTo(normalGolden.quantiles[index] as number, 11);
    });
  });
});
