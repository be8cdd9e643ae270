/** A learning-rate range test (Smith 2017): some steps of the recipe's own training, the rate growing from one to the next until the loss diverges. */
import { availableParallelism } from 'node:os';
import { openBatchLoader } from '../../data/batches/batches.ts';
import type { Batch, BatchLoader } from '../../engine/fit/batch.ts';
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';
import { TrainingClient } from '../../engine/runtime/training-client.ts';
import { adviceOf } from '../../engine/fit/fit.ts';
import {
  defaultRange,
  fewestSteps,
  rateOfStep,
  SmoothedLoss,
  suggestRate,
  type RangeStep,
  type RateRange,
  type LearningRateCurve,
} from '../../engine/fit/learning-rate-curve.ts';
import { describeNetwork } from './networks.ts';
import { loadRecipe, overrideRecipe, recipePreprocessing, type Recipe, type RecipeOverrides } from './recipe.ts';
import { buildRecipeTraining } from './recipe-training.ts';
import { loadTrainingData } from './training-data.ts';
import { drawNoise, initialiseTraining, type BuiltTraining } from '../../engine/fit/training-program.ts';

export interface FindLearningRateOptions {
  /** Holds train/ and validation/, as `train` takes them; the steps are taken on train/. */
  readonly data: string;
  /** A recipe, or the name or file of one; its own learning rate does not matter. */
  readonly recipe: Recipe | string;
  readonly overrides?: Omit<RecipeOverrides, 'epochs' | 'learningRate'> | undefined;
  /** The first rate, above 0; default 1e-6. */
  readonly from?: number | undefined;
  /** The last rate, above `from`; default 1. */
  readonly to?: number | undefined;
  /** 10 or more; default 100. */
  readonly steps?: number | undefined;
  /** How much of the average a step keeps, 0..1; default 1 - 10 / steps, at most 0.98: it spans a tenth of the steps. */
  readonly smoothing?: number | undefined;
  /** Leave unreadable images out instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Of decoded images; null: none. */
  readonly cacheDir?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPrepare?: ((done: number, total: number) => void) | undefined;
  readonly onStep?: ((step: RangeStep, steps: number) => void) | undefined;
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

export interface LearningRateRange extends LearningRateCurve {
  readonly recipe: Recipe;
  readonly images: number;
}

/** Of the lowest smoothed loss. */
const divergence = 4;

/**
 * Trains from the recipe's first weights with a rate that grows by the same factor each step. Writes nothing: no run folder is touched.
 * A schedule of the recipe does not apply, since the rate is what is tested; all else is as in its training.
 *
 * @throws PneumoscopeError E_USAGE for an impossible range; E_RECIPE, E_DATASET, E_NOT_FOUND, E_UNREADABLE_IMAGE, E_DEVICE as `train`;
 * E_NOT_FINITE when not even the first loss is a number; E_INTERRUPTED
 */
export async function findLearningRate(options: FindLearningRateOptions): Promise<LearningRateRange> {
  const range = checkRange(options);
  const smoothing = checkSmoothing(options.smoothing ?? Math.max(0, Math.min(0.98, 1 - 10 / range.steps)));
  const given = typeof options.recipe === 'string' ? await loadRecipe(options.recipe) : options.recipe;
  const overridden = overrideRecipe(given, options.overrides ?? {});
  const recipe: Recipe = { ...overridden, threads: overridden.threads ?? availableParallelism() };
  // Fails here rather than after the images were read.
  describeNetwork(recipe.network, 1, recipe.imageSize);

  const spec = recipePreprocessing(recipe);
  const data = await loadTrainingData(options.data, spec, {
    positiveClass: recipe.positiveClass,
    skipUnreadable: options.skipUnreadable === true,
    cacheDir: options.cacheDir,
    onPrepare: options.onPrepare,
    signal: options.signal,
  });
  if (data.cacheProblem !== undefined) options.onWarning?.(data.cacheProblem);
  if (data.unreadable.length > 0) options.onWarning?.(`${data.unreadable.length} unreadable images are left out.`);
  const { training } = buildRecipeTraining(recipe, data);
  const { pixels, labels } = data.train;
  const batches = openBatchLoader({
    pixels,
    labels,
    spec,
    batchSize: recipe.batchSize,
    seed: recipe.seed,
    augmentation: recipe.augmentation ?? undefined,
  });
  let client: TrainingClient | undefined;
  try {
    client = await TrainingClient.create(training.program);
    await initialiseTraining(client, training, recipe.seed);
    const { curve, ended } = await takeSteps({ options, range, smoothing, recipe, training, batches, client });
    const suggestion = suggestRate(curve, range);
    return { ...range, recipe, images: labels.length, smoothing, curve, ended, suggestion };
  } finally {
    await Promise.all([batches.close(), client?.close()]);
  }
}

interface RangeTest {
  readonly options: FindLearningRateOptions;
  readonly range: RateRange;
  readonly smoothing: number;
  readonly recipe: Recipe;
  readonly training: BuiltTraining;
  readonly batches: BatchLoader;
  readonly client: TrainingClient;
}

async function takeSteps(test: RangeTest): Promise<Pick<LearningRateRange, 'curve' | 'ended'>> {
  const { options, range, smoothing, recipe, training, batches, client } = test;
  const curve: RangeStep[] = [];
  const smoothed = new SmoothedLoss(smoothing);
  let lowest = Infinity;
  for await (const batch of endlessBatches(batches)) {
    stopIfAsked(options.signal, curve.length, range.steps);
    const step = curve.length + 1;
    const learningRate = rateOfStep(step, range);
    const { loss, images, labels } = await client.step({
      images: batch.images,
      labels: batch.labels,
      rate: training.optimizer.rate(learningRate, step),
      decay: training.optimizer.decay?.(learningRate),
      noise: drawNoise(training, recipe.seed, step, batch.count),
    });
    batches.release({ ...batch, images, labels });
    if (!Number.isFinite(loss)) {
      if (curve.length > 0) return { curve, ended: 'notFinite' };
      const sentence = `The loss is ${loss} before the first step; look at the preprocessing of the recipe ${recipe.name}`;
      throw new PneumoscopeError('E_NOT_FINITE', sentence);
    }
    const taken: RangeStep = { step, learningRate, loss, smoothedLoss: smoothed.add(loss) };
    curve.push(taken);
    options.onStep?.(taken, range.steps);
    lowest = Math.min(lowest, taken.smoothedLoss);
    if (taken.smoothedLoss > divergence * lowest) return { curve, ended: 'diverged' };
    if (curve.length === range.steps) break;
  }
  return { curve, ended: 'complete' };
}

/** Epoch after epoch, each in an order of its own. */
async function* endlessBatches(batches: BatchLoader): AsyncGenerator<Batch, void, undefined> {
  for (let epoch = 1; ; epoch++) yield* batches.epoch(epoch, { shuffle: true });
}

function stopIfAsked(signal: AbortSignal | undefined, done: number, steps: number): void {
  if (signal?.aborted !== true) return;
  throw new PneumoscopeError(
    'E_INTERRUPTED',
    joinSentences(`Stopped after ${done} of ${steps} steps`, adviceOf(signal)),
  );
}

function checkRange(options: FindLearningRateOptions): RateRange {
  const { from = defaultRange.from, to = defaultRange.to, steps = defaultRange.steps } = options;
  if (!(from > 0 && to < Infinity))
    refuse('E_USAGE', `The rates must be numbers above 0, but ${from} to ${to} was given`);
  if (!(from < to)) refuse('E_USAGE', `The first rate must be below the last one, but ${from} to ${to} was given`);
  if (!Number.isInteger(steps) || steps < fewestSteps) {
    refuse('E_USAGE', `A range test needs at least ${fewestSteps} steps, but ${steps} was given`);
  }
  return { from, to, steps };
}

function checkSmoothing(smoothing: number): number {
  if (smoothing >= 0 && smoothing < 1) return smoothing;
  refuse('E_USAGE', `The smoothing must be at least 0 and below 1, but ${smoothing} was given`);
}
