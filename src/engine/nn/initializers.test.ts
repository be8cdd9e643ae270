/** Initial values as Keras draws them, and the article's networks by their parameter counts. */
import { describe, expect, it } from 'vitest';
import { baseline } from '../../study/train/networks/baseline.ts';
import { improved } from '../../study/train/networks/improved.ts';
import { RandomGenerator } from '../../base/random.ts';
import { glorotUniform, heNormal, ones, zeros } from './initializers.ts';
import { buildForward, countParameters, initialise } from './network.ts';
import type { ForwardPass } from './network.ts';

const networks: Readonly<Record<string, ForwardPass>> = {
  baseline: buildForward({ name: 'baseline', inputShape: [1, 256, 256], layers: baseline(1) }, 'training'),
  improved: buildForward({ name: 'improved', inputShape: [1, 256, 256], layers: improved(1) }, 'training'),
};

describe("the article's networks at 256x256", () => {
  it.each([
    ['baseline', 67_109_441],
    ['improved', 68_680_961],
  ])('%s has %i parameters', (name, count) => {
    expect(countParameters(networks[name]?.parameters ?? [])).toBe(count);
  });

  it.each([
    ['baseline', 'conv2d/kernel', 0.1421338],
    ['baseline', 'dense/kernel', 0.0033825],
    ['baseline', 'dense_1/kernel', 0.2156655],
    ['improved', 'conv2d/kernel', 0.1421338],
    ['improved', 'conv2d_1/kernel', 0.0833333],
    ['improved', 'conv2d_2/kernel', 0.0589256],
    ['improved', 'conv2d_3/kernel', 0.0416667],
    ['improved', 'conv2d_4/kernel', 0.0294628],
    ['improved', 'dense/kernel', 0.01312763],
    ['improved', 'dense_1/kernel', 0.0541134],
  ])('%s: %s is drawn uniformly up to the Glorot limit %d', (network, name, limit) => {
    const parameters = networks[network]?.parameters ?? [];
    const index = parameters.findIndex((parameter) => parameter.name === name);
    const parameter = parameters[index];
    if (!parameter) throw new Error(`no parameter ${name}`);
    // A million numbers of the 67 million are enough to see the limit.
    const size = Math.min(
      1_000_000,
      parameter.shape.reduce((total, dimension) => total * dimension, 1),
    );
    const values = new Float32Array(size);
    initialise(parameter, 7, index, values);
    const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / size;
    expect(greatest).toBeLessThan(limit * 1.000001);
    // P(no |value| above 1 - 12/size of the limit) = exp(-12).
    expect(greatest).toBeGreaterThan(limit * (1 - 12 / size));
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * size));
    const again = new Float32Array(size);
    initialise(parameter, 7, index, again);
    expect(again).toEqual(values);
    initialise(parameter, 8, index, again);
    expect(again).not.toEqual(values);
  });

  it('start every bias at zero', () => {
    for (const [index, parameter] of (networks['improved']?.parameters ?? []).entries()) {
      if (!parameter.name.endsWith('/bias')) continue;
      const values = new Float32Array(8).fill(1);
      initialise(parameter, 1, index, values);
      expect(values).toEqual(new Float32Array(8));
    }
  });
});

describe('initialisers', () => {
  const fans = { fanIn: 50, fanOut: 4 };

  it('heNormal has mean 0 and standard deviation sqrt(2 / fanIn) = 0.2', () => {
    const values = new Float32Array(40_000);
    heNormal(values, fans, new RandomGenerator(3));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.005);
    expect(Math.sqrt(variance)).toBeCloseTo(0.2, 2);
  });

  it('glorotUniform takes its limit from the fans', () => {
    const values = new Float32Array(10_000);
    glorotUniform(values, fans, new RandomGenerator(3));
    expect(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeCloseTo(Math.sqrt(6 / 54), 3);
  });

  it('ones and zeros fill', () => {
    const values = new Float32Array(3);
    ones(values, fans, new RandomGenerator(1));
    expect([...values]).toEqual([1, 1, 1]);
    zeros(values, fans, new RandomGenerator(1));
    expect([...values]).toEqual([0, 0, 0]);
  });
});
