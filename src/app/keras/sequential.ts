/** Keras's Sequential model over this project's engine: the same graphs, loop and figures that `train` uses. */
/// <reference lib="esnext.disposable" preserve="true" />
import { saveModel } from '../../model/file/model-file.ts';
import type { BatchLoader } from '../../engine/fit/batch.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { sigmoid, softmax } from '../../statistics/prediction/loss.ts';
import type { OptimizerSettings } from '../../engine/nn/optimizer-settings.ts';
import type { Device } from '../../engine/runtime/tensor.ts';
import type { StepReport } from '../../engine/fit/fit.ts';
import type { EpochRecord } from '../../engine/fit/history.ts';
import { Trainer } from '../../engine/fit/trainer.ts';
import {
  resolveOptimizer,
  toHistory,
  type Callback,
  type History,
  type KerasLoss,
  type KerasMetric,
  type KerasOptimizer,
  type Logs,
} from './compile.ts';
import {
  checkLastLayer,
  describeModel,
  findInputShape,
  renderSummary,
  summarise,
  type ModelSummary,
} from './describe.ts';
import type { DirectoryIterator } from './image-data-generator.ts';
import type { InputShape, KerasLayer } from './layers.ts';

export interface SequentialOptions {
  /** 'sequential' unless given. */
  readonly name?: string;
  /** Height, width, channels; may stand in the first layer instead. */
  readonly inputShape?: InputShape;
  /** Of the first weights; 0 unless given. */
  readonly seed?: number;
}

export interface CompileOptions {
  readonly optimizer: KerasOptimizer;
  readonly loss: KerasLoss;
  readonly metrics?: readonly KerasMetric[];
  /** 'cpu' unless given. */
  readonly device?: Device | undefined;
  /** All cores unless given. */
  readonly threads?: number | undefined;
}

export interface FitOptions {
  /** 1 unless given. */
  readonly epochs?: number;
  readonly validationData?: DirectoryIterator;
  readonly callbacks?: readonly Callback[];
  /** Called after each step. */
  readonly onStep?: (report: StepReport) => void;
}

interface Compiled {
  readonly optimizer: OptimizerSettings;
  readonly loss: KerasLoss;
  readonly metrics: readonly KerasMetric[];
  readonly trainer: Trainer;
}

/** `Sequential([...])`. @throws PneumoscopeError E_USAGE, E_SHAPE_MISMATCH when the layers do not fit together */
export function sequential(layers: readonly KerasLayer[], options: SequentialOptions = {}): Sequential {
  return new Sequential(layers, options);
}

/**
 * Holds its weights in a thread of its own from the first call that needs them; close() frees them, and until then the process stays
 * alive.
 */
export class Sequential {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  readonly inputShape: InputShape;
  readonly #seed: number;
  readonly #summary: ModelSummary;
  #compiled: Compiled | undefined;
  #trainedOn: { readonly generator: DirectoryIterator; readonly logs: Logs } | undefined;

  /** Use {@link sequential}. */
  constructor(layers: readonly KerasLayer[], options: SequentialOptions) {
    this.name = options.name ?? 'sequential';
    this.layers = layers;
    this.inputShape = findInputShape(layers, options.inputShape);
    this.#seed = options.seed ?? 0;
    this.#summary = summarise(this.name, layers, this.inputShape);
  }

  /** The layers with their output shapes and numbers of parameters; print it with console.log. */
  summary(): string {
    return renderSummary(this.name, this.#summary);
  }

  /** As {@link summary}, as data. */
  get summaryData(): ModelSummary {
    return this.#summary;
  }

  /** Number of all parameters. */
  countParameters(): number {
    return this.#summary.trainable + this.#summary.nonTrainable;
  }

  /** Once per model. @throws PneumoscopeError E_USAGE when the last layer does not fit the loss */
  compile({ optimizer, loss, metrics = [], device, threads }: CompileOptions): void {
    if (this.#compiled !== undefined)
      throw new PneumoscopeError('E_USAGE', `The model ${this.name} is compiled already; make another one`);
    checkLastLayer(this.layers, loss);
    checkUnits(loss, this.#summary.layers.at(-1)?.outputShape.at(-1) as number);
    const settings = resolveOptimizer(optimizer);
    const network = describeModel(this.name, this.layers, this.inputShape, loss);
    const trainer = new Trainer(network, { optimizer: settings, seed: this.#seed, device, threads });
    this.#compiled = { optimizer: settings, loss, metrics, trainer };
  }

  /**
   * Trains with Keras's semantics: figures of the training set while the weights move, validation after each epoch. A second call goes
   * on with the weights and the optimiser's state of the first.
   *
   * @throws PneumoscopeError E_UNREADABLE_IMAGE (all bad files at once), E_SHAPE_MISMATCH, E_NOT_FINITE, E_DEVICE
   */
  async fit(generator: DirectoryIterator, options: FitOptions = {}): Promise<History> {
    const { epochs = 1, validationData, callbacks = [], onStep } = options;
    const compiled = this.#requireCompiled();
    const stopping = callbacks.find((callback) => 'kind' in callback);
    if (stopping !== undefined && validationData === undefined) {
      throw new PneumoscopeError('E_USAGE', 'earlyStopping watches val_loss, but fit() was given no validationData');
    }
    for (const one of validationData === undefined ? [generator] : [generator, validationData])
      this.#checkGenerator(one, compiled);
    const batches = await generator.open();
    const validation = await validationData?.open();
    const logs: Logs[] = [];
    try {
      const { bestEpoch } = await compiled.trainer.fit(batches, {
        epochs,
        validation,
        earlyStopping: stopping ?? null,
        shuffle: generator.shuffle,
        onStep,
        onEpoch: (record) => {
          const entry = toLogs(record, compiled.metrics, validationData !== undefined);
          logs.push(entry);
          for (const callback of callbacks) if ('onEpochEnd' in callback) callback.onEpochEnd(logs.length - 1, entry);
        },
      });
      this.#trainedOn = { generator, logs: logs[bestEpoch - 1] as Logs };
      return toHistory(logs);
    } finally {
      await Promise.all([batches.close(), validation?.close()]);
    }
  }

  /** Loss and metrics over all images, the last partial batch included. */
  async evaluate(generator: DirectoryIterator): Promise<Logs> {
    const compiled = this.#requireCompiled();
    this.#checkGenerator(generator, compiled);
    const { loss, accuracy, recall } = await withBatches(generator, (batches) => compiled.trainer.evaluate(batches));
    return pick({ loss, accuracy, recall }, compiled.metrics);
  }

  /**
   * The model's output for each image, always in file order, so that row i belongs to `generator.filenames[i]` and `generator.classes[i]`.
   *
   * @returns one row per image: [probability of class 1] behind a sigmoid, or one probability per class behind a softmax
   */
  async predict(generator: DirectoryIterator): Promise<number[][]> {
    const compiled = this.#requireCompiled();
    this.#checkGenerator(generator, compiled);
    const { trainer } = compiled;
    const logits = await withBatches(generator, (batches) => trainer.predict(batches));
    return Array.from({ length: generator.samples }, (_, index) => {
      const row = logits.subarray(index * trainer.units, (index + 1) * trainer.units);
      return row.length === 1 ? [sigmoid(row[0] as number)] : softmax(row);
    });
  }

  /** Writes a model file that `loadClassifier` and the command line take. @throws PneumoscopeError E_USAGE before fit(); E_DISK */
  async save(
    path: string,
    options: { readonly threshold?: number; readonly synthetic?: boolean; readonly licence?: string } = {},
  ): Promise<void> {
    const compiled = this.#requireCompiled();
    if (this.#trainedOn === undefined)
      throw new PneumoscopeError(
        'E_USAGE',
        'fit() the model before save(): the classes and the preprocessing come from its images',
      );
    const { generator, logs } = this.#trainedOn;
    const { synthetic = await generator.isSynthetic(), ...rest } = options;
    await saveModel(path, {
      ...rest,
      network: compiled.trainer.network,
      tensors: await compiled.trainer.readTensors(),
      classNames: generator.classNames,
      preprocessing: generator.preprocessing,
      provenance: {
        recipe: this.#describe(compiled, generator),
        seed: this.#seed,
        data: { fingerprint: await generator.fingerprint(), images: generator.samples, synthetic },
        scores: logs,
        ...(rest.licence === undefined ? {} : { licence: rest.licence }),
      },
    });
  }

  /** Frees the weights and ends the thread. May be called twice. */
  async close(): Promise<void> {
    await this.#compiled?.trainer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #requireCompiled(): Compiled {
    if (this.#compiled === undefined) throw new PneumoscopeError('E_USAGE', `compile() the model ${this.name} first`);
    return this.#compiled;
  }

  #checkGenerator(
    { directory, preprocessing: { width, height }, classNames }: DirectoryIterator,
    { trainer: { classCount } }: Compiled,
  ): void {
    const [wantedHeight, wantedWidth] = this.inputShape;
    if (height !== wantedHeight || width !== wantedWidth) {
      throw new PneumoscopeError(
        'E_SHAPE_MISMATCH',
        `The images of ${directory} are made ${height} x ${width} (targetSize), but the model takes ${wantedHeight} x ${wantedWidth}`,
      );
    }
    if (classNames.length !== classCount) {
      throw new PneumoscopeError(
        'E_SHAPE_MISMATCH',
        `${directory} has ${classNames.length} classes, but the model has ${classCount}`,
      );
    }
  }

  #describe(
    { optimizer, loss, trainer }: Compiled,
    { batchSize, augmentation, shuffle, seed }: DirectoryIterator,
  ): Record<string, unknown> {
    const layers = this.layers.map(({ className, config }) => ({ className, config }));
    return {
      name: this.name,
      layers,
      optimizer,
      loss,
      batchSize,
      augmentation: augmentation ?? null,
      shuffle,
      dataSeed: seed,
      epochs: trainer.epochs,
    };
  }
}

/** @throws PneumoscopeError E_USAGE */
function checkUnits(loss: KerasLoss, units: number): void {
  if (loss === 'binaryCrossentropy') {
    if (units === 1) return;
    throw new PneumoscopeError('E_USAGE', `binaryCrossentropy needs a last layer of 1 unit, not ${units}`);
  }
  if (units > 2) return;
  throw new PneumoscopeError(
    'E_USAGE',
    `${loss} needs a last layer of at least 3 units, not ${units}; two classes take one sigmoid unit and binaryCrossentropy`,
  );
}

async function withBatches<T>(generator: DirectoryIterator, use: (batches: BatchLoader) => Promise<T>): Promise<T> {
  const batches = await generator.open();
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}

function toLogs(record: EpochRecord, metrics: readonly KerasMetric[], validated: boolean): Logs {
  const { loss, accuracy, recall, valLoss, valAccuracy, valRecall } = record;
  const trained = pick({ loss, accuracy, recall }, metrics);
  if (!validated) return trained;
  const figures = pick({ loss: valLoss ?? NaN, accuracy: valAccuracy ?? NaN, recall: valRecall ?? NaN }, metrics);
  return { ...trained, ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [`val_${name}`, value])) };
}

function pick(figures: Readonly<Record<'loss' | KerasMetric, number>>, metrics: readonly KerasMetric[]): Logs {
  return Object.fromEntries((['loss', ...metrics] as const).map((name) => [name, figures[name]]));
}
