import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyDataset } from '../../../test/tiny-dataset.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { SmoothedLoss } from '../../engine/fit/learning-rate-curve.ts';
import { findLearningRate, type FindLearningRateOptions, type LearningRateRange } from './lr-find.ts';
import { loadRecipe, overrideRecipe, type Recipe } from './recipe.ts';
import { train } from './train.ts';

let root: string;
let data: string;
let recipe: Recipe;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lr-find-'));
  data = path.join(root, 'data');
  await writeTinyDataset(data, { side: 20, train: 14, validation: 6 });
  recipe = overrideRecipe(await loadRecipe('baseline'), { imageSize: 16, batchSize: 4, threads: 1 });
});
afterAll(() => rm(root, { recursive: true }));

const find = (options: Partial<FindLearningRateOptions> = {}): Promise<LearningRateRange> =>
  findLearningRate({ data, recipe, cacheDir: null, ...options });

const optimizers = {
  sgd: { name: 'sgd', learningRate: 1, momentum: 0.9 },
  rmsprop: { name: 'rmsprop', learningRate: 1, rho: 0.9, epsilon: 1e-7, epsilonPlacement: 'outside' },
  adam: { name: 'adam', learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true },
  adamw: { name: 'adamw', learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01 },
} as const;

describe('a range test', () => {
  it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    'of %s falls, and ends when it diverges',
    async (name) => {
      const range = await find({
        recipe: { ...recipe, optimizer: optimizers[name] },
        from: 1e-5,
        to: 1e5,
        steps: 100,
      });
      const { curve, ended, suggestion, smoothing, images } = range;
      expect([smoothing, images]).toEqual([0.9, 14]);
      expect(ended).not.toBe('complete');
      expect(curve.length).toBeLessThan(100);
      expect(curve.map(({ step }) => step)).toEqual(curve.map((_, index) => index + 1));
      const smoothed = new SmoothedLoss(0.9);
      for (const { loss, smoothedLoss } of curve) expect(smoothedLoss).toBe(smoothed.add(loss));
      // Divergence is four times the lowest average, no earlier.
      let lowest = Infinity;
      for (const { smoothedLoss } of curve.slice(0, -1)) {
        lowest = Math.min(lowest, smoothedLoss);
        expect(smoothedLoss).toBeLessThanOrEqual(4 * lowest);
      }
      expect(ended === 'notFinite' || (curve.at(-1)?.smoothedLoss ?? 0) > 4 * lowest).toBe(true);
      const last = curve.at(-1)?.learningRate ?? 0;
      expect(suggestion.learningRate).toBeGreaterThan(1e-5);
      expect(suggestion.learningRate).toBeLessThan(last / 5);
    },
  );

  it('has the bits of the recipe: the first loss is that of its training, and the same call gives the same', async () => {
    const [first, second] = [await find({ steps: 12, to: 1e-3 }), await find({ steps: 12, to: 1e-3 })];
    expect(second.curve).toEqual(first.curve);
    expect([first.ended, first.curve.length]).toEqual(['complete', 12]);
    const { history } = await train({ data, out: path.join(root, 'run'), recipe, cacheDir: null, maxSteps: 1 });
    expect(first.curve[0]?.loss).toBe(history[0]?.loss);
    const other = await find({ steps: 12, to: 1e-3, overrides: { seed: 5 } });
    expect(other.curve[0]?.loss).not.toBe(first.curve[0]?.loss);
  });

  it('has all that the recipe says of a step but for the rate: smoothing and weights of the loss, clipping; no schedule', async () => {
    const rich: Recipe = {
      ...recipe,
      optimizer: optimizers.adamw,
      labelSmoothing: 0.2,
      classWeights: { NORMAL: 3, PNEUMONIA: 1 },
      clipNorm: 1e-3,
      averageDecay: 0.9,
      schedule: { name: 'cosine', warmup: 1, final: 0 },
    };
    const range = await find({ recipe: rich, steps: 12, to: 1e-3 });
    const plain = await find({ recipe: { ...recipe, optimizer: optimizers.adamw }, steps: 12, to: 1e-3 });
    const { history } = await train({ data, out: path.join(root, 'rich'), recipe: rich, cacheDir: null, maxSteps: 1 });
    expect(range.curve[0]?.loss).toBe(history[0]?.loss);
    expect(range.curve[0]?.loss).not.toBe(plain.curve[0]?.loss);
    expect(range.curve.map(({ learningRate }) => learningRate)).toEqual(plain.curve.map((one) => one.learningRate));
  });

  it('writes nothing', async () => {
    const before = await readdir(root, { recursive: true });
    await find({ steps: 10 });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it('tells each step, and stops when asked', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const stopped = find({
      signal: controller.signal,
      onStep: ({ step }, steps) => {
        seen.push(step);
        expect(steps).toBe(100);
        if (step === 3) controller.abort(new PneumoscopeError('E_INTERRUPTED', 'Stopped. Run it again'));
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      message: 'Stopped after 3 of 100 steps. Run it again',
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  it.each<[Partial<FindLearningRateOptions>, string, RegExp]>([
    [{ from: 0 }, 'E_USAGE', /above 0, but 0 to 1/],
    [{ to: Infinity }, 'E_USAGE', /Infinity/],
    [{ from: 1, to: 0.1 }, 'E_USAGE', /first rate must be below the last one, but 1 to 0\.1/],
    [{ steps: 9 }, 'E_USAGE', /at least 10 steps, but 9/],
    [{ steps: 10.5 }, 'E_USAGE', /10\.5/],
    [{ smoothing: 1 }, 'E_USAGE', /below 1, but 1/],
    [{ recipe: 'nosuch' }, 'E_RECIPE', /no recipe nosuch/],
    [{ data: 'nowhere' }, 'E_NOT_FOUND', /nowhere does not exist/],
  ])('refuses %o', async (options, code, message) => {
    await expect(find(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
