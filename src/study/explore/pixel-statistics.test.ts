import { describe, expect, it } from 'vitest';
import { drawGoldenImage, exploreGolden } from '../../../test/fixtures/inspection/explore-golden.ts';
import { computeVariance, PixelSums } from './pixel-statistics.ts';

const { size, counts, classes } = exploreGolden;

function sumImages(label: 'A' | 'B', indices: readonly number[]): PixelSums {
  const sums = new PixelSums(size * size);
  for (const index of indices) sums.add(drawGoldenImage(label, index));
  return sums;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const everySeventh = (values: Float64Array | null | undefined): number[] =>
  [...(values ?? [])].filter((_, at) => at % 7 === 0);

describe('PixelSums', () => {
  it.each(['A', 'B'] as const)('gives the mean and the standard deviation of numpy, class %s', (label) => {
    const { mean, standardDeviation } = sumImages(label, upTo(counts[label])).compute() ?? {};
    const golden = classes[label];
    everySeventh(mean).forEach((value, at) => expect(value).toBeCloseTo(golden.mean[at] as number, 9));
    const deviations = everySeventh(standardDeviation);
    expect(deviations).toHaveLength(golden.standardDeviation.length);
    deviations.forEach((value, at) => expect(value).toBeCloseTo(golden.standardDeviation[at] as number, 9));
  });

  it('is the same to the last bit in any order and in parts', () => {
    const whole = sumImages('B', upTo(60)).compute();
    const parts = sumImages('B', upTo(60).slice(25).toReversed());
    parts.addSums(sumImages('B', upTo(25)));
    expect(parts.compute()).toEqual(whole);
  });

  it('has no deviation of one image, and nothing of none', () => {
    const one = sumImages('A', [3]).compute();
    expect(one?.standardDeviation).toBeNull();
    expect(one?.mean[5]).toBe(drawGoldenImage('A', 3)[5]);
    expect(new PixelSums(4).compute()).toBeUndefined();
  });

  it('refuses an image of another size', () => {
    expect(() => new PixelSums(4).add(new Uint8Array(5))).toThrow(/4 pixels was expected, this one has 5/);
  });
});

describe('computeVariance', () => {
  it('keeps its digits where all values are nearly equal', () => {
    // A million values 255, and one of 254: the variance is n/(n+1)/n.
    const count = 1_000_001;
    const variance = computeVariance(count, 255e6 + 254, 255 ** 2 * 1e6 + 254 ** 2);
    expect(variance / (1 / count)).toBeCloseTo(1, 9);
  });
});
