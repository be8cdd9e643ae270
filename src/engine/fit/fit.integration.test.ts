import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawTinyImages } from '../../../test/tiny-dataset.ts';
import { buildTinyTraining, tinyAdam, tinyNetwork, tinySide } from '../../../test/tiny-training.ts';
import { openBatchLoader } from '../../data/batches/batches.ts';
import type { BatchLoader } from './batch.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { OptimizerSettings } from '../nn/optimizer-settings.ts';
import { TrainingClient } from '../runtime/training-client.ts';
import { CheckpointStore } from './checkpoint.ts';
import { fit, type FitOptions, type FitResult, type StepReport } from './fit.ts';
import type { EpochRecord } from './history.ts';
import { buildTraining, drawNoise, initialiseTraining } from './training-program.ts';
import { conv2d, dense, flatten, sequence } from '../nn/layers.ts';

const spec = createPreprocessingSpec(tinySide);
const batchSize = 6;
const [trainCount, validationCount] = [20, 9];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fit-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Setting {
  readonly seed?: number;
  readonly classes?: number;
  readonly training?: ReturnType<typeof buildTinyTraining>;
  readonly optimizer?: OptimizerSettings;
  /** Labels of the validation set are turned round, so that learning makes its loss worse. */
  readonly contradict?: boolean;
  readonly checkpoints?: string;
}

type Changes = Partial<Omit<FitOptions, 'checkpoints'>>;

interface Outcome extends FitResult {
  /** A digest of each buffer. */
  readonly state: Readonly<Record<string, string>>;
  readonly reports: readonly StepReport[];
}

/** Trains the tiny network, from the checkpoint if there is one, and returns all that it ends with. */
async function run(setting: Setting, changes: Changes = {}): Promise<Outcome> {
  const { seed = 3, classes = 2, optimizer = tinyAdam, contradict = false } = setting;
  const training = setting.training ?? buildTinyTraining({ classCount: classes, optimizer });
  const trainBatches = openLoader(trainCount, classes, seed, false);
  const validationBatches = openLoader(validationCount, classes, seed, contradict);
  const checkpoints = setting.checkpoints === undefined ? undefined : await CheckpointStore.open(setting.checkpoints);
  const client = await TrainingClient.create(training.program);
  try {
    const { latest } = checkpoints ?? {};
    if (latest === undefined) await initialiseTraining(client, training, seed);
    else await client.load(latest.files);
    const reports: StepReport[] = [];
    const result = await fit({
      client,
      training,
      trainBatches,
      validationBatches,
      classCount: classes,
      epochs: 3,
      seed,
      learningRate: optimizer.learningRate,
      earlyStopping: { patience: 5, restoreBestWeights: true },
      checkpoints,
      from: latest?.progress,
      ...changes,
      onStep: (report) => {
        reports.push(report);
        changes.onStep?.(report);
      },
    });
    const names = ['weights', 'states', ...training.program.slots];
    const state = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, digest(await client.read(name))] as const)),
    );
    return { ...result, state, reports };
  } finally {
    await client.close();
  }
}

const loaders = new Map<string, BatchLoader>();
afterAll(async () => {
  for (const loader of loaders.values()) await loader.close();
});

/** Loaders hold no state of a training, so all trainings share them. */
function openLoader(count: number, classes: number, seed: number, turn: boolean): BatchLoader {
  const key = [count, classes, seed, turn].join();
  const { pixels, labels } = drawTinyImages(count, tinySide, { classes, seed: count });
  const truth = labels.map((label) => (turn ? 1 - label : label));
  const loader = loaders.get(key) ?? openBatchLoader({ pixels, labels: truth, spec, batchSize, seed });
  loaders.set(key, loader);
  return loader;
}

function digest(values: Float32Array): string {
  return createHash('sha256').update(values).digest('hex');
}

/** Without what depends on the clock. */
function figures(history: readonly EpochRecord[]): object[] {
  return history.map(({ seconds: _, imagesPerSecond: _rate, ...record }) => record);
}

describe('the loop', () => {
  it('gathers the figures of an epoch as Keras does: over all images, while the weights move', async () => {
    const { history, reports } = await run({}, { epochs: 1 });
    const training = buildTinyTraining();
    const client = await TrainingClient.create(training.program);
    await initialiseTraining(client, training, 3);
    const loader = openLoader(trainCount, 2, 3, false);
    let [lossSum, right, positives, found, step] = [0, 0, 0, 0, 0];
    for await (const batch of loader.epoch(1, { shuffle: true })) {
      step += 1;
      const truth = Array.from(batch.labels);
      const noise = drawNoise(training, 3, step, batch.count);
      const rate = training.optimizer.rate(0.01, step);
      const { loss, logits } = await client.step({ images: batch.images, labels: batch.labels, rate, noise });
      lossSum += loss * truth.length;
      for (const [index, label] of truth.entries()) {
        const answer = (logits[index] as number) > 0 ? 1 : 0;
        if (answer === label) right += 1;
        if (label === 1) positives += 1;
        if (label === 1 && answer === 1) found += 1;
      }
    }
    expect(step).toBe(4);
    expect(history[0]).toMatchObject({ epoch: 1, loss: lossSum / 20, accuracy: right / 20, recall: found / positives });
    expect(reports.map(({ images }) => images)).toEqual([6, 12, 18, 20]);
    expect(reports.at(-1)).toMatchObject({
      epoch: 1,
      step: 4,
      stepsPerEpoch: 4,
      imagesPerEpoch: 20,
      loss: lossSum / 20,
      secondsLeft: 0,
    });

    const validation = drawTinyImages(validationCount, tinySide, { seed: validationCount });
    const images = Float32Array.from(validation.pixels, (value) => value * Math.fround(1 / 255));
    const { logits } = await client.predict(images, validationCount);
    const losses = Array.from(logits, (z, i) => Math.log1p(Math.exp(-z)) + (1 - (validation.labels[i] as number)) * z);
    expect(history[0]?.valLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / validationCount, 6);
    await client.close();
  });

  it('learns', async () => {
    const { history } = await run({}, { epochs: 12 });
    expect(history.at(-1)?.loss).toBeLessThan((history[0]?.loss as number) / 2);
    expect(history.at(-1)?.valAccuracy).toBeGreaterThan(0.85);
  });

  it('learns more than two classes, with a softmax', async () => {
    const { history } = await run({ classes: 3 }, { epochs: 15 });
    expect(history[0]?.loss).toBeGreaterThan(0.5);
    expect(history.at(-1)).toMatchObject({ accuracy: expect.toSatisfy((value: number) => value > 0.85) });
    expect(history.at(-1)?.valRecall).toBeGreaterThan(0.7);
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const [first, second, other] = [await run({}), await run({}), await run({ seed: 4 })];
    expect(second.state).toEqual(first.state);
    expect(figures(second.history)).toEqual(figures(first.history));
    expect(other.state['weights']).not.toEqual(first.state['weights']);
  });

  it('stops early and gives back the weights of the best epoch', async () => {
    const patience2 = { patience: 2, restoreBestWeights: true };
    const long = await run({ contradict: true }, { epochs: 30, earlyStopping: patience2 });
    expect(long.stoppedEarly).toBe(true);
    expect(long.history).toHaveLength(long.bestEpoch + 2);
    const lowest = Math.min(...long.history.map(({ valLoss }) => valLoss as number));
    expect(long.history[long.bestEpoch - 1]?.valLoss).toBe(lowest);
    const best = await run({ contradict: true }, { epochs: long.bestEpoch, earlyStopping: null });
    expect([long.state['weights'], long.state['states']]).toEqual([best.state['weights'], best.state['states']]);
    // The optimiser is never rolled back.
    expect(long.state['m']).not.toEqual(best.state['m']);
  });

  it('gives back the best weights also where the last epoch is reached', async () => {
    const { history, bestEpoch, stoppedEarly, state } = await run({ contradict: true }, { epochs: 4 });
    expect([history.length, stoppedEarly]).toEqual([4, false]);
    expect(bestEpoch).toBeLessThan(4);
    const best = await run({ contradict: true }, { epochs: bestEpoch, earlyStopping: null });
    expect(state['weights']).toEqual(best.state['weights']);
  });

  it('keeps the last weights if the recipe says so', async () => {
    const last = await run(
      { contradict: true },
      { epochs: 4, earlyStopping: { patience: 5, restoreBestWeights: false } },
    );
    const none = await run({ contradict: true }, { epochs: 4, earlyStopping: null });
    expect([last.bestEpoch, none.bestEpoch]).toEqual([4, 4]);
    expect(last.state).toEqual(none.state);
  });

  it('needs no validation set', async () => {
    const { history, bestEpoch } = await run({}, { validationBatches: undefined, epochs: 2 });
    expect(history[1]).toMatchObject({ epoch: 2, valLoss: null, valAccuracy: null, valRecall: null });
    expect(bestEpoch).toBe(2);
  });
});

describe('a loss that is not finite', () => {
  it('names epoch and step, and leaves the last checkpoint', async () => {
    const checkpoints = path.join(folder, 'nan');
    await run({ checkpoints }, { epochs: 2 });
    // Without normalisation, weights that are far off overflow.
    const failing = run({ checkpoints }, { epochs: 3, learningRate: 1e38 });
    await expect(failing).rejects.toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringMatching(
        /in epoch 3.*lower learning rate\. The last good checkpoint, after step 8, is kept$/,
      ),
    });
    const { latest } = await CheckpointStore.open(checkpoints);
    expect(latest?.progress).toMatchObject({ step: 8, epoch: 3, stepInEpoch: 0 });
  });

  it('is noticed in the step', async () => {
    const network = {
      name: 'plain',
      inputShape: [1, tinySide, tinySide] as const,
      layers: sequence([conv2d(2, 3), flatten(), dense(1)]),
    };
    const optimizer = { name: 'sgd', learningRate: 1e30, momentum: 0 } as const;
    const training = buildTraining(network, { optimizer, classCount: 2, device: 'cpu', threads: 1 });
    const failing = run({ training, optimizer });
    await expect(failing).rejects.toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringMatching(
        /^The loss became (NaN|Infinity) in epoch 1 at step [23] of 4; train with a lower learning rate$/,
      ),
    });
  });
});

describe('a training that was interrupted', () => {
  const uninterrupted = run({});

  // Four steps an epoch: the middle, the last step before the validation, the first of an epoch, the last of all.
  it.each([2, 4, 5, 12])('after step %i goes on bit for bit', async (stopAt) => {
    const checkpoints = path.join(folder, `stop-${stopAt}`);
    const controller = new AbortController();
    const onStep = ({ epoch, step }: StepReport): void => {
      if ((epoch - 1) * 4 + step === stopAt)
        controller.abort(new PneumoscopeError('E_INTERRUPTED', 'Stopped. Say --resume'));
    };
    const stopped = run({ checkpoints }, { onStep, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      message: expect.stringMatching(
        /^Stopped in epoch \d after \d steps\. The state is kept in .*stop-\d+\. Say --resume$/,
      ),
    });
    expect((await CheckpointStore.open(checkpoints)).latest?.progress.step).toBe(stopAt);
    const resumed = await run({ checkpoints });
    const expected = await uninterrupted;
    expect(resumed.state).toEqual(expected.state);
    expect(figures(resumed.history)).toEqual(figures(expected.history));
    expect(resumed.bestEpoch).toBe(expected.bestEpoch);
  });

  it('ends at a number of steps, and goes on from there with more', async () => {
    const checkpoints = path.join(folder, 'max-steps');
    const short = await run({ checkpoints }, { maxSteps: 6 });
    expect(short.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect((await CheckpointStore.open(checkpoints)).latest?.progress).toMatchObject({
      step: 6,
      epoch: 2,
      stepInEpoch: 2,
    });
    const again = await run({ checkpoints }, { maxSteps: 6 });
    expect(figures(again.history)).toEqual(figures(short.history));
    const resumed = await run({ checkpoints });
    expect(resumed.state).toEqual((await uninterrupted).state);
  });

  it('keeps epochs for a longer training', async () => {
    const checkpoints = path.join(folder, 'longer');
    await run({ checkpoints }, { epochs: 1 });
    const resumed = await run({ checkpoints }, { epochs: 3 });
    expect(resumed.state).toEqual((await uninterrupted).state);
    expect(resumed.history).toHaveLength(3);
  });
});

describe('AdamW, clipping, a schedule and averages', () => {
  const optimizer = {
    name: 'adamw',
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    weightDecay: 0.1,
  } as const;
  const build = (average: boolean): ReturnType<typeof buildTinyTraining> =>
    buildTraining(tinyNetwork(), {
      optimizer,
      classCount: 2,
      device: 'cpu',
      threads: 1,
      clipNorm: 0.5,
      average,
      loss: { labelSmoothing: 0.1, classWeights: [1.5, 0.5] },
    });
  const changes: Changes = {
    schedule: { name: 'cosine', warmup: 1, final: 0.1 },
    averageDecay: 0.9,
    earlyStopping: null,
    checkpointMinutes: 0,
  };

  it('go on from a checkpoint in the middle of an epoch with the same bits', async () => {
    const whole = await run({ training: build(true), optimizer }, changes);
    const checkpoints = path.join(folder, 'averaged');
    await run({ training: build(true), optimizer, checkpoints }, { ...changes, maxSteps: 6 });
    const resumed = await run({ training: build(true), optimizer, checkpoints }, changes);
    expect(resumed.state).toEqual(whole.state);
    expect(figures(resumed.history)).toEqual(figures(whole.history));
    expect(whole.history.map(({ learningRate }) => learningRate)).toEqual([
      expect.closeTo((0.01 * 4) / 5, 12),
      expect.closeTo(0.001 + (0.009 * (1 + Math.cos((Math.PI * 3) / 7))) / 2, 12),
      expect.closeTo(0.001, 12),
    ]);
  });

  it('end with the average as the weights, which the last validation saw', async () => {
    const averaged = await run({ training: build(true), optimizer }, changes);
    const plain = await run({ training: build(false), optimizer }, changes);
    expect(averaged.state['weights']).toBe(averaged.state['average']);
    expect(averaged.state['weights']).not.toBe(plain.state['weights']);
    expect(averaged.state['m']).toBe(plain.state['m']);
    const last = ({ history }: Outcome): number | null | undefined => history.at(-1)?.valLoss;
    expect(last(averaged)).not.toBe(last(plain));
  });

  it('keep the averages of the best epoch where the best is wanted', async () => {
    const stopping = { patience: 5, restoreBestWeights: true };
    const contradicted = await run(
      { training: build(true), optimizer, contradict: true },
      { ...changes, earlyStopping: stopping },
    );
    const alone = await run({ training: build(true), optimizer, contradict: true }, { ...changes, maxSteps: 4 });
    expect(contradicted.bestEpoch).toBe(1);
    expect(contradicted.state['weights']).toBe(alone.state['average']);
  });
});
