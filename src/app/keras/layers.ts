/** Layers by the names and arguments of Keras, for sequential(). Shapes are written as Keras writes them: height, width, channels. */
import type { Activation } from '../../engine/nn/activations.ts';
import * as nn from '../../engine/nn/layers.ts';
import type { Pair } from '../../engine/nn/layers.ts';
import type { Layer } from '../../engine/nn/network.ts';

/** Height, width, channels of an image, without the batch. */
export type InputShape = readonly [height: number, width: number, channels: number];

/** A layer that knows how Keras calls it. */
export interface KerasLayer {
  /** Such as Conv2D. */
  readonly className: string;
  /** Such as conv2d; layers are numbered by it. */
  readonly kind: string;
  /** The arguments that were given. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputShape: InputShape | undefined;
  /** What the layer ends in. A loss that works on logits takes it off the last layer. */
  readonly activation: Activation;
  /** @param activation what it shall end in */
  readonly build: (activation: Activation) => Layer;
}

export interface LayerOptions {
  /** Of the first layer of a model. */
  readonly inputShape?: InputShape;
}

export interface Conv2dOptions extends LayerOptions {
  /** 1 unless given. */
  readonly strides?: Pair;
  /** 'valid' unless given. */
  readonly padding?: 'valid' | 'same';
  readonly dilationRate?: Pair;
  readonly groups?: number;
  /** 'linear' unless given. */
  readonly activation?: Activation;
  readonly useBias?: boolean;
}

/** `Conv2D(filters, kernel_size, ...)`, initialised with glorot_uniform and zeros. */
export function conv2d(filters: number, kernelSize: Pair, options: Conv2dOptions = {}): KerasLayer {
  const { activation = 'linear', inputShape, dilationRate = 1, ...rest } = options;
  return layer('Conv2D', 'conv2d', { filters, kernelSize, ...options }, inputShape, activation, (ending) =>
    nn.conv2d(filters, kernelSize, { ...rest, dilation: dilationRate, activation: ending }),
  );
}

/** `DepthwiseConv2D(kernel_size, ...)` with a depth multiplier of 1. */
export function depthwiseConv2d(kernelSize: Pair, options: Omit<Conv2dOptions, 'groups'> = {}): KerasLayer {
  const { activation = 'linear', inputShape, dilationRate = 1, ...rest } = options;
  return layer('DepthwiseConv2D', 'conv2d', { kernelSize, ...options }, inputShape, activation, (ending) =>
    nn.depthwiseConv2d(kernelSize, { ...rest, dilation: dilationRate, activation: ending }),
  );
}

export interface Pooling2dOptions {
  /** 2 unless given. */
  readonly poolSize?: Pair;
  /** The pool size unless given. */
  readonly strides?: Pair;
  readonly padding?: 'valid' | 'same';
}

/** `MaxPooling2D(pool_size, ...)`. */
export function maxPooling2d(options: Pair | Pooling2dOptions = {}): KerasLayer {
  const { poolSize, rest, config } = readPooling(options);
  return layer('MaxPooling2D', 'max_pooling2d', config, undefined, 'linear', () => nn.maxPooling2d(poolSize, rest));
}

/** `AveragePooling2D(pool_size, ...)`. */
export function averagePooling2d(options: Pair | Pooling2dOptions = {}): KerasLayer {
  const { poolSize, rest, config } = readPooling(options);
  return layer('AveragePooling2D', 'average_pooling2d', config, undefined, 'linear', () =>
    nn.averagePooling2d(poolSize, rest),
  );
}

/** `GlobalAveragePooling2D()`. */
export function globalAveragePooling2d(): KerasLayer {
  return layer('GlobalAveragePooling2D', 'global_average_pooling2d', {}, undefined, 'linear', () =>
    nn.globalAveragePooling2d(),
  );
}

/** `Flatten()`; the order is channels, rows, columns, so weights of a Dense layer behind it stand in another order than in Keras. */
export function flatten(options: LayerOptions = {}): KerasLayer {
  return layer('Flatten', 'flatten', {}, options.inputShape, 'linear', () => nn.flatten());
}

export interface DenseOptions {
  readonly activation?: Activation;
  readonly useBias?: boolean;
}

/** `Dense(units, ...)`, initialised with glorot_uniform and zeros. */
export function dense(units: number, options: DenseOptions = {}): KerasLayer {
  const { activation = 'linear', ...rest } = options;
  return layer('Dense', 'dense', { units, ...options }, undefined, activation, (ending) =>
    nn.dense(units, { ...rest, activation: ending }),
  );
}

/** `Activation(name)`. */
export function activation(name: Activation): KerasLayer {
  return layer('Activation', 'activation', { name }, undefined, name, (ending) => nn.activation(ending));
}

/** `Dropout(rate)`. */
export function dropout(rate: number): KerasLayer {
  return layer('Dropout', 'dropout', { rate }, undefined, 'linear', () => nn.dropout(rate));
}

/** `BatchNormalization(momentum, epsilon)`, 0.99 and 0.001 unless given. */
export function batchNormalization(options: nn.BatchNormalizationOptions = {}): KerasLayer {
  return layer('BatchNormalization', 'batch_normalization', { ...options }, undefined, 'linear', () =>
    nn.batchNormalization(options),
  );
}

function layer(
  className: string,
  kind: string,
  config: Readonly<Record<string, unknown>>,
  inputShape: InputShape | undefined,
  ending: Activation,
  build: (activation: Activation) => Layer,
): KerasLayer {
  return { className, kind, config, inputShape, activation: ending, build };
}

function readPooling(options: Pair | Pooling2dOptions): {
  readonly poolSize: Pair;
  readonly rest: Omit<Pooling2dOptions, 'poolSize'>;
  readonly config: Readonly<Record<string, unknown>>;
} {
  if (typeof options === 'number' || isPair(options))
    return { poolSize: options, rest: {}, config: { poolSize: options } };
  const { poolSize = 2, ...rest } = options;
  return { poolSize, rest, config: { poolSize, ...rest } };
}

function isPair(value: Pair | Pooling2dOptions): value is readonly [number, number] {
  return Array.isArray(value);
}
