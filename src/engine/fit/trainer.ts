/** A network that learns: described once, then trained, asked and saved. It knows nothing of what its images show. */
/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism } from 'node:os';
import { refuse } from '../../base/errors.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';
import { programVersion } from '../../base/version.ts';
import type { EpochMetrics } from '../../statistics/figures/metric-accumulator.ts';
import type { NetworkDescription } from '../nn/network.ts';
import type { LossSettings } from '../nn/losses.ts';
import { adam } from '../nn/optimizer-defaults.ts';
import type { OptimizerSettings } from '../nn/optimizer-settings.ts';
import { buildTrainedGraph, type NetworkTensors } from '../nn/trained-graph.ts';
import { encodeModelParts } from '../onnx/encode.ts';
import { views } from '../runtime/layout.ts';
import type { Device } from '../runtime/tensor.ts';
import { TrainingClient } from '../runtime/training-client.ts';
import { batchArrays } from './array-batches.ts';
import type { BatchLoader } from './batch.ts';
import { checkBatches } from './check-batches.ts';
import { RunningMetrics } from './epoch-metrics.ts';
import { fit, startOfTraining, type FitCallbacks } from './fit.ts';
import type { EpochRecord } from './history.ts';
import type { Schedule } from './schedule.ts';
import { buildTraining, countClasses, initialiseTraining, type BuiltTraining } from './training-program.ts';

export interface TrainerOptions {
  /** Default: Adam with a learning rate of 0.001. */
  readonly optimizer?: OptimizerSettings | undefined;
  /** Of the cross-entropy. Default: plain. */
  readonly loss?: LossSettings | undefined;
  /** The largest norm of a step's gradient; larger ones are scaled down. Default: any. */
  readonly clipNorm?: number | undefined;
  /** Of the first weights and of dropout; default 0. The order of the images has a seed of its own. */
  readonly seed?: number | undefined;
  /** Default 'cpu'. */
  readonly device?: Device | undefined;
  /** Default: all cores. The last bits of a result depend on it. */
  readonly threads?: number | undefined;
}

export interface TrainerFitOptions extends FitCallbacks {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** Evaluated after each epoch; default: nothing is. */
  readonly validation?: BatchLoader | undefined;
  /** How the learning rate changes; it spans one call of fit, the first. Default: it stays. */
  readonly schedule?: Schedule | undefined;
  /** Watches the loss of `validation`. Default: all epochs are trained, and the last weights are kept. */
  readonly earlyStopping?: { readonly patience: number; readonly restoreBestWeights: boolean } | null | undefined;
  /** Whether each epoch has an order of its own; default true. */
  readonly shuffle?: boolean | undefined;
  /** Aborting ends the training with E_INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainerFitResult {
  /** One record per epoch of this call. */
  readonly history: readonly EpochRecord[];
  /** From 1; the epoch whose weights the trainer has now. */
  readonly bestEpoch: number;
  readonly stoppedEarly: boolean;
}

/** How many images `predict` gives to the network at once. */
const predictedTogether = 64;

/**
 * Trains a network on labelled images. The network ends in one unit for two classes, or in one unit per class for three and more; its
 * output is logits, and the loss brings the sigmoid or the softmax.
 *
 * The weights live in a thread of their own from the first call that needs them. close() ends it; until then the process stays alive. All
 * calls wait for one another in the order in which they were made, but for fit(), which must end before the next call.
 */
export class Trainer {
  readonly network: NetworkDescription;
  readonly classCount: number;
  readonly #training: BuiltTraining;
  readonly #optimizer: OptimizerSettings;
  readonly #seed: number;
  #client: Promise<TrainingClient> | undefined;
  /** Taken by all calls of fit. */
  #steps = 0;
  #epochs = 0;

  /** @throws PneumoscopeError E_SHAPE_MISMATCH when the layers do not fit together; E_GRAPH; E_USAGE for a network that ends in two units */
  constructor(network: NetworkDescription, options: TrainerOptions = {}) {
    const { optimizer = adam(), loss, clipNorm, seed = 0, device = 'cpu', threads = availableParallelism() } = options;
    this.network = network;
    this.classCount = countClasses(network);
    this.#optimizer = optimizer;
    this.#seed = seed;
    const { classCount } = this;
    this.#training = buildTraining(network, { optimizer, loss, clipNorm, classCount, device, threads });
  }

  /** Logits per image. */
  get units(): number {
    return this.#training.program.units;
  }

  /** Epochs trained so far, by all calls of fit. */
  get epochs(): number {
    return this.#epochs;
  }

  /**
   * Trains. A later call goes on with the weights, the optimiser's state and the order of the epochs of the earlier ones.
   *
   * @throws PneumoscopeError E_SHAPE_MISMATCH when the images do not fit the network; E_USAGE; E_NOT_FINITE; E_DEVICE; E_INTERRUPTED
   */
  async fit(batches: BatchLoader, options: TrainerFitOptions = {}): Promise<TrainerFitResult> {
    const { epochs = 1, validation, schedule, earlyStopping = null, shuffle = true, ...rest } = options;
    if (earlyStopping !== null && validation === undefined) {
      refuse('E_USAGE', 'Early stopping watches the loss of validation images; give fit() some');
    }
    if (schedule !== undefined && this.#steps > 0) {
      refuse('E_USAGE', 'A schedule spans one call of fit(); make a new Trainer for another');
    }
    const { history, bestEpoch, stoppedEarly } = await fit({
      ...rest,
      client: await this.#start(),
      training: this.#training,
      trainBatches: checkBatches(batches, this, { shuffle, epochsBefore: this.#epochs }),
      validationBatches: validation && checkBatches(validation, this),
      classCount: this.classCount,
      epochs,
      seed: this.#seed,
      learningRate: this.#optimizer.learningRate,
      schedule,
      earlyStopping,
      from: { ...startOfTraining, step: this.#steps },
    });
    this.#steps += history.length * batches.batchCount;
    this.#epochs += history.length;
    return { history, bestEpoch, stoppedEarly };
  }

  /** Loss, accuracy and recall over all images. */
  async evaluate(batches: BatchLoader): Promise<EpochMetrics> {
    const metrics = new RunningMetrics(this.classCount);
    await this.#forEachBatch(batches, (labels, logits) => metrics.addFromLogits(labels, logits));
    return metrics.compute();
  }

  /**
   * The network's answers, before the sigmoid or softmax.
   *
   * @param images float32, NCHW, one behind the other; or batches, which are taken in the order of their images
   * @returns logits [count * units]
   * @throws PneumoscopeError E_SHAPE_MISMATCH
   */
  async predict(images: Float32Array | BatchLoader): Promise<Float32Array<ArrayBuffer>> {
    const batches = images instanceof Float32Array ? this.#batch(images) : images;
    const all = new Float32Array(batches.imageCount * this.units);
    let next = 0;
    await this.#forEachBatch(batches, (_labels, logits) => {
      all.set(logits, next);
      next += logits.length;
    });
    return all;
  }

  /** A copy of all weights and running averages, by name. */
  async readTensors(): Promise<NetworkTensors> {
    const client = await this.#start();
    const { parameters, states } = this.#training.program;
    return { ...views(await client.read('weights'), parameters), ...views(await client.read('states'), states) };
  }

  /**
   * Writes the network with its weights as an .onnx file, whole or not at all: input `images` [N, C, H, W], outputs `logits` and
   * `probability` [N, units]. Any ONNX runtime can run it, and `loadNetwork` reads it.
   *
   * @throws PneumoscopeError E_DISK; E_GRAPH above 2 GiB
   */
  async save(path: string): Promise<void> {
    const { graph } = buildTrainedGraph(this.network, await this.readTensors());
    await writeFileWhole(path, encodeModelParts(graph, { producerVersion: programVersion() }));
  }

  /** Frees the weights and ends the thread. May be called twice. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The thread with the weights, made when it is needed first. */
  #start(): Promise<TrainingClient> {
    this.#client ??= TrainingClient.create(this.#training.program).then(async (client) => {
      await initialiseTraining(client, this.#training, this.#seed);
      return client;
    });
    const own = this.#client;
    // One that could not be made is no reason never to try again.
    own.catch(() => {
      if (this.#client === own) this.#client = undefined;
    });
    return own;
  }

  async #forEachBatch(batches: BatchLoader, use: (labels: Float32Array, logits: Float32Array) => void): Promise<void> {
    const client = await this.#start();
    const loader = checkBatches(batches, this);
    for await (const batch of loader.epoch(0, { shuffle: false })) {
      const { logits, images } = await client.predict(batch.images, batch.count);
      use(batch.labels, logits);
      loader.release({ ...batch, images });
    }
  }

  #batch(images: Float32Array): BatchLoader {
    const size = this.network.inputShape.reduce((total, side) => total * side, 1);
    const labels = new Float32Array(Math.max(1, Math.floor(images.length / size)));
    return batchArrays({ images, labels }, { batchSize: predictedTogether });
  }
}
