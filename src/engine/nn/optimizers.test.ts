/** Optimisers against the golden numbers of Keras's formulas (float64, three steps from 0), run in place as training does. */
import { describe, expect, it } from 'vitest';
import { verifyGraph } from '../graph/verify.ts';
import { Session } from '../runtime/session.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { buildOptimizerGraph, chunkSize, createOptimizer, slotsOf } from './optimizers.ts';
import type { OptimizerSettings } from './optimizer-settings.ts';
import type { UpdateSettings } from './optimizers.ts';
import recorded from '../../../test/fixtures/training/training.json' with { type: 'json' };

const gradients = [
  [0.5, -0.1, 1e-4],
  [0.25, 0.2, -2e-4],
  [-0.5, 0, 1e-4],
] as const;

const golden: readonly {
  readonly name: string;
  readonly settings: OptimizerSettings;
  readonly weights: readonly (readonly number[])[];
}[] = [
  {
    name: 'RMSprop, epsilon outside the root (Keras to 2.10)',
    settings: { name: 'rmsprop', learningRate: 1e-4, rho: 0.9, epsilon: 1e-7, epsilonPlacement: 'outside' },
    weights: [
      [-3.16227566e-4, 3.16226766e-4, -3.15230918e-4],
      [-4.63669435e-4, 3.05128885e-5, -2.99242136e-5],
      [-2.41993984e-4, 3.05128885e-5, -1.65696557e-4],
    ],
  },
  {
    name: 'RMSprop, epsilon inside the root (Keras from 2.11)',
    settings: { name: 'rmsprop', learningRate: 1e-4, rho: 0.9, epsilon: 1e-7, epsilonPlacement: 'inside' },
    weights: [
      [-3.16227134e-4, 3.16211956e-4, -3.14658388e-5],
      [-4.63668833e-4, 3.05005855e-5, 3.02849133e-5],
      [-2.41993502e-4, 3.05005855e-5, -5.15680755e-7],
    ],
  },
  {
    name: 'Adam with AMSGrad',
    settings: { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true },
    weights: [
      [-9.99993675e-4, 9.99968378e-4, -9.6934657e-4],
      [-1.93216804e-3, 6.33870029e-4, -6.08348833e-4],
      [-2.04295064e-3, 3.51016477e-4, -6.1092481e-4],
    ],
  },
  {
    // v = 0.9 v - 0.1 g; w += v, by hand
    name: 'SGD with momentum',
    settings: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    weights: [
      [-0.05, 0.01, -1e-5],
      [-0.12, -0.001, 1e-6],
      [-0.133, -0.0109, 9e-7],
    ],
  },
  {
    name: 'SGD',
    settings: { name: 'sgd', learningRate: 0.1, momentum: 0 },
    weights: [
      [-0.05, 0.01, -1e-5],
      [-0.075, -0.01, 1e-5],
      [-0.025, -0.01, 0],
    ],
  },
];

/** Two chunks, of which the parameters fill the first three elements and the last one; the rest is padding. */
const length = 2 * chunkSize;
const places = [0, 1, 2] as const;

describe.each(golden)('$name', ({ settings, weights }) => {
  it('gives the golden weights in place, and leaves the padding at zero', async () => {
    const optimizer = createOptimizer(settings);
    const graph = buildOptimizerGraph(optimizer, 2);
    verifyGraph(graph);
    const session = await Session.create(graph, { threads: 1 });
    const flat = (): Tensor & { readonly data: Float32Array } => ({
      type: 'float32',
      shape: [2, chunkSize],
      data: new Float32Array(length),
    });
    const rate = new Float32Array(1);
    const gradient = flat();
    const state = { weights: flat(), ...Object.fromEntries(optimizer.slots.map((slot) => [slot, flat()])) };
    const fetches = Object.fromEntries(Object.entries(state).map(([name, value]) => [`${name}_next`, value]));
    for (const [step, values] of gradients.entries()) {
      gradient.data.set(values);
      gradient.data.set(values, length - 3);
      rate[0] = optimizer.rate(settings.learningRate, step + 1);
      await session.run({ rate: { type: 'float32', shape: [], data: rate }, gradient, ...state }, fetches);
      for (const place of places) {
        const expected = weights[step]?.[place] ?? NaN;
        // float32 carries seven digits of each moment; the second component of AMSGrad cancels one of them.
        expect(Math.abs((state.weights.data[place] ?? NaN) - expected)).toBeLessThan(2e-6 * Math.abs(expected) + 1e-11);
        expect(state.weights.data[length - 3 + place]).toBe(state.weights.data[place]);
      }
    }
    await session.release();
    for (const { data } of Object.values(state)) {
      expect(data.subarray(3, length - 3).every((value) => Object.is(value, 0) || Object.is(value, -0))).toBe(true);
    }
  });
});

describe('the rate', () => {
  it('carries the bias correction of Adam', () => {
    const adam = createOptimizer({
      name: 'adam',
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      amsgrad: true,
    });
    expect(adam.rate(1e-3, 1)).toBeCloseTo((1e-3 * Math.sqrt(0.001)) / 0.1, 12);
    expect(adam.rate(1e-3, 100_000)).toBeCloseTo(1e-3, 12);
  });

  it('has no slots for plain SGD', () => {
    expect(createOptimizer({ name: 'sgd', learningRate: 1, momentum: 0 }).slots).toEqual([]);
  });
});

/** Three weights in the first chunk that decay, the same three in the second that do not. */
async function runSteps(
  settings: OptimizerSettings,
  update: UpdateSettings,
  factors: (step: number) => { readonly rate: number; readonly decay?: number; readonly keep?: number },
): Promise<readonly Readonly<Record<string, readonly number[]>>[]> {
  const optimizer = createOptimizer(settings);
  const graph = buildOptimizerGraph(optimizer, 2, update);
  verifyGraph(graph);
  const session = await Session.create(graph, { threads: 1 });
  const flat = (): Tensor & { readonly data: Float32Array } => ({
    type: 'float32',
    shape: [2, chunkSize],
    data: new Float32Array(2 * chunkSize),
  });
  const slots = slotsOf(optimizer, update);
  const state = { weights: flat(), ...Object.fromEntries(slots.map((slot) => [slot, flat()])) };
  const [gradient, decays] = [flat(), flat()];
  for (const start of [0, chunkSize]) state.weights.data.set([1, -2, 0.5], start);
  decays.data.fill(1, 0, 3);
  const fetches = Object.fromEntries(Object.entries(state).map(([name, value]) => [`${name}_next`, value]));
  const after: Record<string, readonly number[]>[] = [];
  for (const [index, values] of recorded.gradients.entries()) {
    for (const start of [0, chunkSize]) gradient.data.set(values, start);
    const scalars = Object.entries(factors(index + 1)).map(([name, value]): [string, Tensor] => [
      name,
      { type: 'float32', shape: [], data: Float32Array.of(value) },
    ]);
    const feeds = { ...Object.fromEntries(scalars), gradient, ...state, ...(optimizer.decay && { decays }) };
    await session.run(feeds, fetches);
    after.push(
      Object.fromEntries(
        Object.entries(state).map(([name, { data }]) => [
          name,
          [...data.subarray(0, 3), ...data.subarray(chunkSize, chunkSize + 3)],
        ]),
      ),
    );
  }
  await session.release();
  return after;
}

function expectClose(actual: readonly number[] | undefined, expected: readonly number[], tolerance = 1e-6): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => expect(actual?.[index]).toBeCloseTo(value, -Math.log10(2 * tolerance)));
}

describe('AdamW', () => {
  const settings = {
    name: 'adamw',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-15,
    weightDecay: 0.1,
  } as const;

  it('gives PyTorch’s weights, those that decay and those that do not', async () => {
    const optimizer = createOptimizer(settings);
    const after = await runSteps(settings, {}, (step) => ({
      rate: optimizer.rate(0.01, step),
      decay: optimizer.decay?.(0.01) ?? NaN,
    }));
    recorded.adamw.forEach(({ decayed, kept }, step) => expectClose(after[step]?.['weights'], [...decayed, ...kept]));
  });
});

describe('clipping', () => {
  it('scales the gradient of all parameters together, as PyTorch does', async () => {
    const sgd = { name: 'sgd', learningRate: 1, momentum: 0 } as const;
    // The gradient stands there twice, so its norm is sqrt(2) times that of the three numbers recorded.
    const after = await runSteps(sgd, { clipNorm: 0.3 * Math.SQRT2 }, () => ({ rate: 1 }));
    let weights = [1, -2, 0.5];
    recorded.clipping.forEach((gradient, step) => {
      weights = weights.map((weight, index) => weight - (gradient[index] ?? NaN));
      expectClose(after[step]?.['weights'], [...weights, ...weights]);
    });
  });

  it('leaves a gradient below the limit alone', async () => {
    const sgd = { name: 'sgd', learningRate: 1, momentum: 0 } as const;
    const [free, clipped] = [
      await runSteps(sgd, {}, () => ({ rate: 1 })),
      await runSteps(sgd, { clipNorm: 10 }, () => ({ rate: 1 })),
    ];
    expect(clipped).toEqual(free);
  });
});

describe('the average of the weights', () => {
  it('keeps its share and takes the rest from the new weights', async () => {
    const sgd = { name: 'sgd', learningRate: 1, momentum: 0 } as const;
    const keep = [0, 0.1, 0.5];
    const after = await runSteps(sgd, { average: true }, (step) => ({ rate: 1, keep: keep[step - 1] ?? NaN }));
    let average: readonly number[] = [0, 0, 0, 0, 0, 0];
    after.forEach(({ weights = [], average: actual }, step) => {
      const share = keep[step] ?? NaN;
      average = average.map((before, index) => share * before + (1 - share) * (weights[index] ?? NaN));
      expectClose(actual, average);
    });
    expect(after).toHaveLength(3);
  });
});
