/** What `compile()` and `fit()` take, by the names and defaults of Keras. */
import type { OptimizerSettings } from '../../engine/nn/optimizer-settings.ts';

/** An optimiser with its settings, or its name for Keras's defaults. */
export type KerasOptimizer = OptimizerSettings | 'sgd' | 'rmsprop' | 'adam';

/** `RMSprop(learning_rate=0.001, rho=0.9, epsilon=1e-7)`; epsilon stands outside the root, as in Keras up to 2.10. */
export function rmsprop(
  options: { readonly learningRate?: number; readonly rho?: number; readonly epsilon?: number } = {},
): OptimizerSettings {
  const { learningRate = 1e-3, rho = 0.9, epsilon = 1e-7 } = options;
  return { name: 'rmsprop', learningRate, rho, epsilon, epsilonPlacement: 'outside' };
}

export interface AdamOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly amsgrad?: boolean;
}

/** `Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False)`. */
export function adam(options: AdamOptions = {}): OptimizerSettings {
  return { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false, ...options };
}

/** `SGD(learning_rate=0.01, momentum=0.0)`. */
export function sgd(options: { readonly learningRate?: number; readonly momentum?: number } = {}): OptimizerSettings {
  return { name: 'sgd', learningRate: 0.01, momentum: 0, ...options };
}

export function resolveOptimizer(optimizer: KerasOptimizer): OptimizerSettings {
  if (typeof optimizer !== 'string') return optimizer;
  return { sgd, rmsprop, adam }[optimizer]();
}

/**
 * binaryCrossentropy goes with one sigmoid unit; the others, of which «sparse» only says how Keras encodes labels, with one softmax unit
 * per class. Computed from the logits, as Keras does.
 */
export type KerasLoss = 'binaryCrossentropy' | 'categoricalCrossentropy' | 'sparseCategoricalCrossentropy';

export type KerasMetric = 'accuracy' | 'recall';

/** Figures by Keras's names: loss, accuracy, recall, and the same with val_. */
export type Logs = Readonly<Record<string, number>>;

export interface EarlyStopping {
  readonly kind: 'earlyStopping';
  readonly monitor: 'val_loss';
  readonly patience: number;
  readonly restoreBestWeights: boolean;
}

/** `LambdaCallback(on_epoch_end=...)`. */
export interface EpochCallback {
  /** @param epoch from 0, as in Keras */
  readonly onEpochEnd: (epoch: number, logs: Logs) => void;
}

export type Callback = EarlyStopping | EpochCallback;

/**
 * `EarlyStopping(monitor='val_loss', patience=0, restore_best_weights=False)` with min_delta 0. Unlike Keras 2 the best weights are
 * restored also when the last epoch is reached.
 */
export function earlyStopping(
  options: { readonly monitor?: 'val_loss'; readonly patience?: number; readonly restoreBestWeights?: boolean } = {},
): EarlyStopping {
  return { kind: 'earlyStopping', monitor: 'val_loss', patience: 0, restoreBestWeights: false, ...options };
}

/** What `fit()` returns. */
export interface History {
  /** Epochs from 0, as in Keras. */
  readonly epoch: readonly number[];
  /** One value per epoch under each name: loss, accuracy, recall, val_loss ... */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

export function toHistory(logs: readonly Logs[]): History {
  const names = Object.keys(logs[0] ?? {});
  return {
    epoch: logs.map((_, index) => index),
    history: Object.fromEntries(names.map((name) => [name, logs.map((record) => record[name] as number)])),
  };
}
