/** Layers by their names in Keras. Images are NCHW throughout. */
import { PneumoscopeError } from '../../base/errors.ts';
import { formatShape, knownDimension } from '../graph/shape.ts';
import { float } from '../graph/types.ts';
import type { Value } from '../graph/types.ts';
import { activations } from './activations.ts';
import type { Activation } from './activations.ts';
import { glorotUniform, ones, zeros } from './initializers.ts';
import type { Initializer } from './initializers.ts';
import type { Layer, LayerContext } from './network.ts';

/** The same for height and width, or height and width. */
export type Pair = number | readonly [number, number];

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** Layers one after the other. */
export function sequence(layers: readonly Layer[]): Layer {
  return (context, x) => layers.reduce((value, layer) => layer(context, value), x);
}

/** x + body(x), or shortcut(x) + body(x) where the body changes the shape (He et al., 2016). */
export function residual(body: Layer, shortcut: Layer = (_context, x) => x): Layer {
  return (context, x) => context.g.add(body(context, x), shortcut(context, x));
}

export function activation(name: Activation): Layer {
  return (context, x) => activations[name](context.g, x);
}

export interface ConvolutionOptions {
  readonly strides?: Pair;
  /** 'same' as TensorFlow defines it: ceil(size / stride) positions, the odd pixel of padding after. */
  readonly padding?: 'valid' | 'same';
  readonly groups?: number;
  readonly dilation?: Pair;
  readonly activation?: Activation;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Initializer;
}

/** Top, left, bottom, right (TensorFlow, kernel_shape_util). */
export function samePadding(
  [height, width]: readonly [number, number],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
): readonly [number, number, number, number] {
  const total = (size: number, axis: 0 | 1): number => {
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    return Math.max((Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size, 0);
  };
  const [vertical, horizontal] = [total(height, 0), total(width, 1)];
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return [top, left, vertical - top, horizontal - left];
}

function paddingOf(
  x: Value,
  padding: 'valid' | 'same',
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilation?: readonly [number, number],
): readonly number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  const size = [knownDimension(x.shape, 2, 'Same padding'), knownDimension(x.shape, 3, 'Same padding')] as const;
  return samePadding(size, kernel, strides, dilation);
}

function requireImage(layer: string, x: Value): void {
  if (x.shape.length !== 4) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `Layer ${layer} expects images [N, channels, height, width], but received ${formatShape(x.shape)}`,
    );
  }
}

/** Convolution with `filters` filters; depthwise when `groups` equals the number of input channels. */
export function conv2d(filters: number, kernelSize: Pair, options: ConvolutionOptions = {}): Layer {
  return (context, x) => {
    const name = context.layerName('conv2d');
    requireImage(name, x);
    const kernel = pair(kernelSize);
    const strides = pair(options.strides ?? 1);
    const dilations = pair(options.dilation ?? 1);
    const group = options.groups ?? 1;
    const channels = knownDimension(x.shape, 1, name);
    if (channels % group !== 0 || filters % group !== 0) {
      throw new PneumoscopeError(
        'E_SHAPE_MISMATCH',
        `Layer ${name} cannot split ${channels} channels and ${filters} filters into ${group} groups`,
      );
    }
    const area = kernel[0] * kernel[1];
    const fans = { fanIn: (area * channels) / group, fanOut: area * filters };
    const shape = [filters, channels / group, ...kernel];
    const w = context.parameter(`${name}/kernel`, shape, fans, options.kernelInitializer ?? glorotUniform);
    const b = options.useBias === false ? [] : [context.parameter(`${name}/bias`, [filters], fans, zeros)];
    const pads = paddingOf(x, options.padding ?? 'valid', kernel, strides, dilations);
    const y = context.g.node('Conv', [x, w, ...b], { kernel_shape: kernel, strides, pads, dilations, group });
    return activations[options.activation ?? 'linear'](context.g, y);
  };
}

/** One filter per channel. */
export function depthwiseConv2d(kernelSize: Pair, options: Omit<ConvolutionOptions, 'groups'> = {}): Layer {
  return (context, x) => {
    const channels = knownDimension(x.shape, 1, 'A depthwise convolution');
    return conv2d(channels, kernelSize, { ...options, groups: channels })(context, x);
  };
}

export interface PoolingOptions {
  /** The window's size by default. */
  readonly strides?: Pair;
  readonly padding?: 'valid' | 'same';
}

export function maxPooling2d(poolSize: Pair = 2, options: PoolingOptions = {}): Layer {
  return (context, x) => {
    requireImage(context.layerName('max_pooling2d'), x);
    const kernel = pair(poolSize);
    const strides = pair(options.strides ?? poolSize);
    const pads = paddingOf(x, options.padding ?? 'valid', kernel, strides);
    return context.g.node('MaxPool', [x], { kernel_shape: kernel, strides, pads });
  };
}

/** Averages over the pixels of the window that lie inside the image, as Keras does. */
export function averagePooling2d(poolSize: Pair = 2, options: PoolingOptions = {}): Layer {
  return (context, x) => {
    requireImage(context.layerName('average_pooling2d'), x);
    const kernel = pair(poolSize);
    const strides = pair(options.strides ?? poolSize);
    const pads = paddingOf(x, options.padding ?? 'valid', kernel, strides);
    return context.g.node('AveragePool', [x], { kernel_shape: kernel, strides, pads });
  };
}

/** [N, C, H, W] -> [N, C] */
export function globalAveragePooling2d(): Layer {
  return (context, x) => {
    requireImage(context.layerName('global_average_pooling2d'), x);
    return context.g.reshape(context.g.node('GlobalAveragePool', [x]), [-1, knownDimension(x.shape, 1, 'Pooling')]);
  };
}

/** [N, ...] -> [N, product], channels first. */
export function flatten(): Layer {
  return (context, x) => {
    const features = x.shape
      .slice(1)
      .reduce<number>((total, _, axis) => total * knownDimension(x.shape, axis + 1, 'flatten'), 1);
    return context.g.reshape(x, [-1, features]);
  };
}

export interface DenseOptions {
  readonly activation?: Activation;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Initializer;
}

/** y = x W + b with W [features, units]. */
export function dense(units: number, options: DenseOptions = {}): Layer {
  return (context, x) => {
    const name = context.layerName('dense');
    if (x.shape.length !== 2) {
      throw new PneumoscopeError(
        'E_SHAPE_MISMATCH',
        `Layer ${name} expects [N, features], but received ${formatShape(x.shape)}: put flatten() before it`,
      );
    }
    const features = knownDimension(x.shape, 1, name);
    const fans = { fanIn: features, fanOut: units };
    const w = context.parameter(`${name}/kernel`, [features, units], fans, options.kernelInitializer ?? glorotUniform);
    const b = options.useBias === false ? [] : [context.parameter(`${name}/bias`, [units], fans, zeros)];
    return activations[options.activation ?? 'linear'](context.g, context.g.node('Gemm', [x, w, ...b]));
  };
}

export interface BatchNormalizationOptions {
  /** How much of the running mean and variance each step keeps. */
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * Batch normalisation over N, H, W (Ioffe and Szegedy, 2015). In training: the batch's own mean and (biased) variance,
 * and running averages r = momentum r + (1 - momentum) batch, as Keras keeps them; in inference: the running averages.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): Layer {
  return (context, x) => {
    const { g } = context;
    const { momentum = 0.99, epsilon = 1e-3 } = options;
    const name = context.layerName('batch_normalization');
    const channels = knownDimension(x.shape, 1, name);
    const fans = { fanIn: channels, fanOut: channels };
    const gamma = context.parameter(`${name}/gamma`, [channels], fans, ones);
    const beta = context.parameter(`${name}/beta`, [channels], fans, zeros);
    const mean = context.state(`${name}/moving_mean`, [channels], zeros);
    const variance = context.state(`${name}/moving_variance`, [channels], ones);
    if (context.mode === 'inference') {
      return g.node('BatchNormalization', [x, gamma, beta, mean, variance], { epsilon: float(epsilon) });
    }
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const perChannel = (value: Value): Value => g.reshape(value, [1, channels, ...x.shape.slice(2).map(() => 1)]);
    const batchMean = g.reduceMean(x, axes, true);
    const centred = g.sub(x, batchMean);
    const batchVariance = g.reduceMean(g.mul(centred, centred), axes, true);
    updateAverage(context, mean, batchMean, momentum);
    updateAverage(context, variance, batchVariance, momentum);
    const inverse = g.node('Reciprocal', [g.node('Sqrt', [g.add(batchVariance, g.scalar(epsilon))])]);
    return g.add(g.mul(centred, g.mul(inverse, perChannel(gamma))), perChannel(beta));
  };
}

function updateAverage({ g, updateState }: LayerContext, state: Value, batch: Value, momentum: number): void {
  const flat = g.reshape(batch, state.shape as readonly number[]);
  updateState(state, g.add(g.mul(state, g.scalar(momentum)), g.mul(flat, g.scalar(1 - momentum))));
}

/** Zeroes a share `rate` of the values in training and scales the rest by 1 / (1 - rate) (Srivastava et al., 2014). */
export function dropout(rate: number): Layer {
  return (context, x) => {
    const name = context.layerName('dropout');
    if (context.mode === 'inference' || rate === 0) return x;
    const { g } = context;
    const features = x.shape.slice(1).map((_, axis) => knownDimension(x.shape, axis + 1, name));
    const keep = g.toFloat(g.node('Less', [context.noise(`${name}/noise`, features), g.scalar(1 - rate)]));
    return g.mul(g.mul(x, keep), g.scalar(1 / (1 - rate)));
  };
}
