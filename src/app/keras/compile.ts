/** What `compile()` and `fit()` take, by the names and defaults of Keras. */
import { adam, rmsprop, sgd } from '../../engine/nn/optimizer-defaults.ts';
import type { OptimizerSettings } from '../../engine/nn/optimizer-settings.ts';

/** An optimiser with its settings, or its name for Keras's defaults. */
export type KerasOptimizer = OptimizerSettings | 'sgd' | 'rmsprop' | 'adam';

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
