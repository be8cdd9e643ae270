import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { distancesOf, fitSubspace, openSubspace, type Distances } from './subspace.ts';

/** 3 (a, -a, 0, 0) + 1 (0, 0, b, b) + noise of 0.1, about (1, 2, 3, 4). */
function draw(count: number): Float64Array[] {
  const random = new RandomGenerator(3);
  return Array.from({ length: count }, () => {
    const [a, b] = [3 * random.normal(), random.normal()];
    return Float64Array.from([1 + a, 2 - a, 3 + b, 4 + b], (value) => value + 0.1 * random.normal());
  });
}

describe('fitSubspace', () => {
  it('finds mean, directions and variances that values were drawn from', () => {
    const { mean, components, variances, restVariance } = fitSubspace(draw(4000), 2);
    [1, 2, 3, 4].forEach((value, at) => expect(Math.abs((mean[at] as number) - value)).toBeLessThan(0.15));
    // Along (1, -1, 0, 0) / sqrt 2: 9 * 2; along (0, 0, 1, 1) / sqrt 2: 1 * 2; else 0.01.
    expect(variances[0]).toBeGreaterThan(17);
    expect(variances[0]).toBeLessThan(19);
    expect(variances[1]).toBeGreaterThan(1.85);
    expect(variances[1]).toBeLessThan(2.15);
    expect(restVariance).toBeGreaterThan(0.009);
    expect(restVariance).toBeLessThan(0.011);
    expect(Math.abs((components[0] as number) - (components[1] as number))).toBeCloseTo(Math.SQRT2, 3);
  });

  it('measures in standard deviations along a component, and a fifth of them beside', () => {
    const subspace = openSubspace({
      size: 3,
      mean: Float32Array.from([1, 1, 1]),
      components: Float32Array.from([1, 0, 0]),
      variances: Float32Array.from([4]),
      restVariance: 0.25,
    });
    const distances = (values: readonly number[]): Distances => {
      const [x, y, z] = values as [number, number, number];
      return distancesOf(subspace, Float64Array.of(x), x + y + z, x * x + y * y + z * z);
    };
    expect(distances([5, 1, 1]).asIs).toBeCloseTo(16 / 4 / 2, 12);
    expect(distances([1, 2, 1]).asIs).toBeCloseTo((0.2 * 1) / 0.25 / 2, 12);
    for (const values of [
      [5, 1, 1],
      [1, 2, -1],
      [0.3, -2, 4],
    ]) {
      expect(distances(values).inverted).toBeCloseTo(distances(values.map((value) => -value)).asIs, 10);
    }
  });
});
