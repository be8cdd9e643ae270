import { describe, expect, it } from 'vitest';
import {
  crossValidationGolden,
  intervalGolden,
  quantileGolden,
  type CrossValidationGolden,
} from '../../../test/fixtures/inspection/audit-golden.ts';
import {
  ClusterBootstrap,
  computeQuantile,
  computeWeightedRocAuc,
  rankScores,
  type Interval,
} from './cluster-bootstrap.ts';

const [, golden] = crossValidationGolden[0] as readonly [string, CrossValidationGolden];
const isPositive = (row: number): boolean => golden.labels[row] === 1;

function rocInterval(options: {
  replicates?: number;
  seed?: number;
  level?: number;
  clusters?: readonly number[];
}): Interval {
  const bootstrap = new ClusterBootstrap({ clusters: golden.patients, ...options });
  return bootstrap.rocAuc(golden.scores, isPositive)?.interval as Interval;
}

describe('computeWeightedRocAuc', () => {
  it.each(crossValidationGolden)(
    'gives what scikit-learn gives with sample weights, ties among them: %s',
    (_name, golden) => {
      const ranking = rankScores(golden.coarseScores, (row) => golden.labels[row] === 1);
      const weights = Float64Array.from(golden.imageWeights);
      expect(computeWeightedRocAuc(ranking, weights)).toBeCloseTo(golden.weightedRocAuc, 12);
    },
  );

  it('is null where one class has no weight', () => {
    const ranking = rankScores([1, 2, 3], (row) => row === 2);
    expect(computeWeightedRocAuc(ranking, Float64Array.of(1, 1, 0))).toBeNull();
    expect(computeWeightedRocAuc(ranking, Float64Array.of(0, 0, 2))).toBeNull();
  });
});

describe('computeQuantile', () => {
  it('is numpy’s', () => {
    const sorted = Float64Array.from(quantileGolden.values).toSorted();
    const quantiles = quantileGolden.shares.map((share) => computeQuantile(sorted, share));
    quantiles.forEach((value, index) => expect(value).toBeCloseTo(quantileGolden.expected[index] as number, 12));
    expect(computeQuantile([4], 0.9)).toBe(4);
  });
});

describe('ClusterBootstrap', () => {
  it('gives the interval that numpy finds with random numbers of its own', () => {
    const { low, high } = rocInterval({ replicates: 20_000 });
    expect(low).toBeCloseTo(intervalGolden[0], 2);
    expect(high).toBeCloseTo(intervalGolden[1], 2);
  });

  it('is wider than an interval that takes the images of a patient for strangers', () => {
    const { low, high } = rocInterval({ clusters: golden.patients });
    const images = rocInterval({ clusters: golden.patients.map((_, image) => image) });
    expect(high - low).toBeGreaterThan(1.1 * (images.high - images.low));
  });

  it('follows the seed and the level', () => {
    expect(rocInterval({ seed: 5 })).toEqual(rocInterval({ seed: 5 }));
    expect(rocInterval({ seed: 5 })).not.toEqual(rocInterval({ seed: 6 }));
    const narrow = rocInterval({ level: 0.5 });
    expect(narrow.low).toBeGreaterThan(rocInterval({}).low);
    expect(narrow.high).toBeLessThan(rocInterval({}).high);
  });

  it('draws as many patients as there are, each with all of its images', () => {
    const clusters = [0, 1, 1, 2, 2, 2];
    const seen: number[][] = [];
    new ClusterBootstrap({ clusters, replicates: 50 }).interval((weights) => {
      seen.push([...weights]);
      return 0;
    });
    for (const [first, second, third, ...rest] of seen) {
      expect(second).toBe(third);
      expect(new Set(rest).size).toBe(1);
      expect((first as number) + (second as number) + (rest[0] as number)).toBe(3);
    }
    expect(new Set(seen.map(String)).size).toBeGreaterThan(5);
  });

  it('has no interval where most draws lack a class, and no area of one class', () => {
    const bootstrap = new ClusterBootstrap({ clusters: [0, 1] });
    // Both patients are drawn in every second replicate; here the figure needs more than that.
    expect(bootstrap.interval((weights) => (weights[0] === 2 ? 1 : null))).toBeNull();
    expect(bootstrap.rocAuc([1, 2], () => true)).toBeNull();
  });

  it('says [1, 1] where every pair is in the right order', () => {
    const bootstrap = new ClusterBootstrap({ clusters: [0, 1, 2, 3, 4, 5] });
    const area = bootstrap.rocAuc([1, 2, 3, 4, 5, 6], (index) => index > 2);
    expect(area).toEqual({ value: 1, interval: { low: 1, high: 1 } });
  });
});
