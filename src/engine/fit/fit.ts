/**
 * The loop of a training, with Keras's semantics: figures of the training set are gathered while the weights move, the
 * validation set is evaluated after each epoch, and the early stopping decides. Everything the loop draws or counts is a
 * function of the seed and the step, so that it goes on from a checkpoint bit for bit.
 */
import type { Batch, BatchLoader } from './batch.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';
import type { EpochMetrics } from '../../statistics/figures/metric-accumulator.ts';
import type { StepAnswer, TrainingClient } from '../runtime/training-client.ts';
import type { CheckpointStore, TrainingIdentity, TrainingProgress } from './checkpoint.ts';
import { initialEarlyStopping, updateEarlyStopping } from './early-stopping.ts';
import { RunningMetrics } from './epoch-metrics.ts';
import type { EpochRecord } from './history.ts';
import { scheduledRate, type Schedule } from './schedule.ts';
import { bufferNames, drawNoise, type BuiltTraining } from './training-program.ts';

export interface StepReport {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken in the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Images of the epoch seen. */
  readonly images: number;
  readonly imagesPerEpoch: number;
  /** Mean over the epoch's images so far. */
  readonly loss: number;
  readonly imagesPerSecond: number;
  /** Until the epoch's last step. */
  readonly secondsLeft: number;
}

export interface FitCallbacks {
  readonly onStep?: ((report: StepReport) => void) | undefined;
  /** After the epoch's checkpoint. */
  readonly onEpoch?: ((record: EpochRecord, isBest: boolean) => void | Promise<void>) | undefined;
}

export interface FitOptions extends FitCallbacks {
  readonly client: TrainingClient;
  readonly training: BuiltTraining;
  readonly trainBatches: BatchLoader;
  /** undefined: nothing is validated, and the early stopping never stops. */
  readonly validationBatches?: BatchLoader | undefined;
  readonly classCount: number;
  /** Of the whole training, which a schedule counts on. */
  readonly epochs: number;
  /** The last epoch of this call, after which another goes on from the checkpoint; default: the training's last. */
  readonly untilEpoch?: number | undefined;
  readonly seed: number;
  readonly learningRate: number;
  readonly schedule?: Schedule | undefined;
  /** What an average of the weights keeps of itself at a step; only for a training that averages. */
  readonly averageDecay?: number | undefined;
  readonly earlyStopping: { readonly patience: number; readonly restoreBestWeights: boolean } | null;
  /** Steps since the training began after which it ends, in the middle of an epoch too. */
  readonly maxSteps?: number | undefined;
  /** undefined: nothing is kept on disk. There is one checkpoint at the end of each epoch, and more in between. */
  readonly checkpoints?: Pick<CheckpointStore, 'folder' | 'latest' | 'save'> | undefined;
  /** Between checkpoints within an epoch; default 10; 0: after every step. */
  readonly checkpointMinutes?: number | undefined;
  /** What a later training must have in common with this one to go on from its checkpoints. */
  readonly identity?: TrainingIdentity | undefined;
  /** Where to go on; undefined: at the beginning. The client holds the weights of that moment. */
  readonly from?: TrainingProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FitResult {
  readonly history: readonly EpochRecord[];
  /** From 1; the epoch whose weights the client holds now. */
  readonly bestEpoch: number;
  /** The early stopping ended the training before the last epoch. */
  readonly stoppedEarly: boolean;
  /** Epochs and steps are left: `untilEpoch` ended this call, and another is to go on. */
  readonly goesOn: boolean;
}

/** Before the first step. */
export const startOfTraining: TrainingProgress = {
  step: 0,
  epoch: 1,
  stepInEpoch: 0,
  metrics: [],
  epochSeconds: 0,
  history: [],
  earlyStopping: initialEarlyStopping,
  bestStep: null,
};

/**
 * Trains until the last epoch or the early stopping; then the client holds the weights to keep.
 *
 * @throws PneumoscopeError E_NOT_FINITE naming epoch and step (the last checkpoint stays); E_INTERRUPTED after a checkpoint
 * when `signal` is aborted; E_DISK
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const loop = new FitLoop(options);
  return await loop.run();
}

class FitLoop {
  readonly #options: FitOptions;
  readonly #keepsBest: boolean;
  #progress: TrainingProgress;
  #metrics: RunningMetrics;
  #savedAt = performance.now();
  #savedStep: number | undefined;

  constructor(options: FitOptions) {
    this.#options = options;
    this.#keepsBest = options.earlyStopping?.restoreBestWeights === true;
    this.#progress = options.from ?? startOfTraining;
    this.#metrics = new RunningMetrics(options.classCount, this.#progress.metrics);
    this.#savedStep = options.from?.step;
  }

  async run(): Promise<FitResult> {
    const { client, training, epochs, untilEpoch = epochs, trainBatches, maxSteps = Infinity, onEpoch } = this.#options;
    const isDue = (last: number): boolean =>
      this.#progress.epoch <= last && this.#progress.step < maxSteps && !this.#progress.earlyStopping.stopped;
    while (isDue(untilEpoch)) {
      await this.#trainEpoch();
      if (this.#progress.stepInEpoch < trainBatches.batchCount) break;
      const { record, isBest } = await this.#finishEpoch();
      await this.#save();
      await onEpoch?.(record, isBest);
    }
    if (this.#progress.stepInEpoch > 0) {
      // Cut short: the checkpoint stands before the epoch's end, so that a training with more steps can go on from it.
      if (this.#savedStep !== this.#progress.step) await this.#save();
      const { record, isBest } = await this.#finishEpoch();
      await onEpoch?.(record, isBest);
    }
    const { history, earlyStopping, bestStep } = this.#progress;
    if (this.#keepsBest && bestStep !== null) await client.restoreBest();
    else if (training.program.averageSlot !== null) await client.useAverage();
    return {
      history,
      bestEpoch: (this.#keepsBest ? earlyStopping.bestEpoch : null) ?? history.length,
      stoppedEarly: earlyStopping.stopped && history.length < epochs,
      goesOn: isDue(epochs),
    };
  }

  async #trainEpoch(): Promise<void> {
    const { trainBatches, maxSteps = Infinity, checkpointMinutes = 10 } = this.#options;
    const { epoch, stepInEpoch, epochSeconds } = this.#progress;
    const began = performance.now() - epochSeconds * 1000;
    const pace = new Pace();
    for await (const batch of trainBatches.epoch(epoch, { shuffle: true, startBatch: stepInEpoch })) {
      await this.#stopIfAsked();
      await this.#takeStep(batch);
      this.#progress = { ...this.#progress, epochSeconds: (performance.now() - began) / 1000 };
      this.#report(pace, batch.count);
      if (this.#progress.step >= maxSteps) break;
      const due = performance.now() - this.#savedAt >= checkpointMinutes * 60_000;
      if (due && this.#progress.stepInEpoch < trainBatches.batchCount) await this.#save();
    }
  }

  async #takeStep(batch: Batch): Promise<void> {
    const { client, training, trainBatches, seed, averageDecay } = this.#options;
    const { epoch, stepInEpoch } = this.#progress;
    const step = this.#progress.step + 1;
    const learningRate = this.#learningRate(step);
    const rate = training.optimizer.rate(learningRate, step);
    const decay = training.optimizer.decay?.(learningRate);
    const keep = averageDecay && averageShare(averageDecay, step);
    const noise = drawNoise(training, seed, step, batch.count);
    const answer: StepAnswer = await client.step({
      images: batch.images,
      labels: batch.labels,
      rate,
      decay,
      keep,
      noise,
    });
    const { loss, logits, images, labels } = answer;
    if (!Number.isFinite(loss)) {
      throw this.#notFinite(
        `The loss became ${loss} in epoch ${epoch} at step ${stepInEpoch + 1} of ${trainBatches.batchCount}`,
      );
    }
    this.#metrics.add(loss, labels, logits);
    trainBatches.release({ ...batch, images, labels });
    this.#progress = { ...this.#progress, step, stepInEpoch: stepInEpoch + 1 };
  }

  #learningRate(step: number): number {
    const { learningRate, schedule, epochs, trainBatches } = this.#options;
    return scheduledRate(learningRate, schedule, step, { epochs, stepsPerEpoch: trainBatches.batchCount });
  }

  /** Validation, early stopping, the record. */
  async #finishEpoch(): Promise<{ readonly record: EpochRecord; readonly isBest: boolean }> {
    const { client, earlyStopping } = this.#options;
    const { epoch, step, epochSeconds } = this.#progress;
    const began = performance.now();
    const trained = this.#metrics.compute();
    const validated = await this.#validate();
    const record: EpochRecord = {
      epoch,
      loss: trained.loss,
      accuracy: trained.accuracy,
      recall: trained.recall,
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.accuracy ?? null,
      valRecall: validated?.recall ?? null,
      learningRate: this.#learningRate(step),
      seconds: epochSeconds + (performance.now() - began) / 1000,
      imagesPerSecond: this.#metrics.count / epochSeconds,
    };
    const patience = earlyStopping?.patience ?? Infinity;
    const before = this.#progress.earlyStopping;
    const state = validated === undefined ? before : updateEarlyStopping(before, epoch, validated.loss, patience);
    const isBest = state.bestEpoch === epoch;
    if (isBest && this.#keepsBest) await client.keepBest();
    this.#metrics = new RunningMetrics(this.#options.classCount);
    this.#progress = {
      step,
      epoch: epoch + 1,
      stepInEpoch: 0,
      metrics: [],
      epochSeconds: 0,
      history: [...this.#progress.history, record],
      earlyStopping: state,
      bestStep: isBest && this.#keepsBest ? step : this.#progress.bestStep,
    };
    return { record, isBest };
  }

  /** undefined without a validation set. */
  async #validate(): Promise<EpochMetrics | undefined> {
    const { client, validationBatches, classCount } = this.#options;
    if (validationBatches === undefined) return undefined;
    const running = new RunningMetrics(classCount);
    for await (const batch of validationBatches.epoch(0, { shuffle: false })) {
      await this.#stopIfAsked();
      const { logits, images } = await client.predict(batch.images, batch.count);
      running.addFromLogits(batch.labels, logits);
      validationBatches.release({ ...batch, images });
    }
    const metrics = running.compute();
    if (Number.isFinite(metrics.loss)) return metrics;
    throw this.#notFinite(`The validation loss became ${metrics.loss} in epoch ${this.#progress.epoch}`);
  }

  async #save(): Promise<void> {
    const { client, training, checkpoints, identity = {} } = this.#options;
    if (checkpoints === undefined) return;
    const progress = { ...this.#progress, metrics: this.#metrics.state() };
    const buffers = bufferNames(training, progress.bestStep !== null);
    try {
      await checkpoints.save(client, buffers, identity, progress);
    } catch (error) {
      if (!(error instanceof PneumoscopeError) || error.code !== 'E_NOT_FINITE') throw error;
      throw this.#notFinite(`${error.message} after step ${progress.step}`);
    }
    this.#savedAt = performance.now();
    this.#savedStep = progress.step;
  }

  async #stopIfAsked(): Promise<void> {
    const { signal, checkpoints } = this.#options;
    if (signal?.aborted !== true) return;
    const { epoch, stepInEpoch, step } = this.#progress;
    if (this.#savedStep !== step) await this.#save();
    const kept = checkpoints === undefined ? '' : `The state is kept in ${checkpoints.folder}`;
    const stopped = `Stopped in epoch ${epoch} after ${stepInEpoch} steps`;
    throw new PneumoscopeError('E_INTERRUPTED', joinSentences(stopped, kept, adviceOf(signal)));
  }

  #notFinite(what: string): PneumoscopeError {
    const latest = this.#options.checkpoints?.latest;
    const kept = latest === undefined ? '' : `The last good checkpoint, after step ${latest.progress.step}, is kept`;
    return new PneumoscopeError('E_NOT_FINITE', joinSentences(`${what}; train with a lower learning rate`, kept));
  }

  #report(pace: Pace, count: number): void {
    const { trainBatches, onStep } = this.#options;
    const { epoch, stepInEpoch } = this.#progress;
    const imagesPerSecond = pace.add(count);
    const images = this.#metrics.count;
    onStep?.({
      epoch,
      step: stepInEpoch,
      stepsPerEpoch: trainBatches.batchCount,
      images,
      imagesPerEpoch: trainBatches.imageCount,
      loss: this.#metrics.compute().loss,
      imagesPerSecond,
      secondsLeft: (trainBatches.imageCount - images) / imagesPerSecond,
    });
  }
}

/** Less at first, so that the average soon forgets the weights of the beginning (as in TensorFlow's ExponentialMovingAverage). */
function averageShare(decay: number, step: number): number {
  return Math.min(decay, (step - 1) / (step + 8));
}

/** What the signal's reason tells a user who interrupted the work; empty where it tells nothing. */
export function adviceOf({ reason }: AbortSignal): string {
  return reason instanceof PneumoscopeError ? reason.message.replace(/^Stopped(\. |$)/, '') : '';
}

/** Images per second over the last steps. */
class Pace {
  readonly #window = 20;
  #steps: { readonly time: number; readonly count: number }[] = [{ time: performance.now(), count: 0 }];

  add(count: number): number {
    this.#steps.push({ time: performance.now(), count });
    if (this.#steps.length > this.#window) this.#steps.shift();
    const [first, ...rest] = this.#steps as [{ time: number }, ...{ time: number; count: number }[]];
    const seconds = ((rest.at(-1)?.time ?? first.time) - first.time) / 1000;
    return rest.reduce((total, step) => total + step.count, 0) / Math.max(seconds, 1e-6);
  }
}
