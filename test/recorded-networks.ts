/** Miniature networks with the numbers that PyTorch recorded for them (test/fixtures/operators/make_networks.py). */
import { readFileSync } from 'node:fs';
import type { Tensors } from '../src/engine/runtime/tensor.ts';
import {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  residual,
  sequence,
} from '../src/engine/nn/layers.ts';
import type { Layer } from '../src/engine/nn/network.ts';
import { tensor } from './operator-check.ts';

export interface RecordedTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type RecordedTensors = Readonly<Record<string, RecordedTensor>>;

export interface RecordedNetwork {
  readonly name: string;
  readonly inputShape: readonly [number, number, number];
  readonly images: RecordedTensor;
  readonly labels: readonly number[];
  readonly parameters: RecordedTensors;
  readonly states: RecordedTensors;
  readonly noise: RecordedTensors;
  readonly loss: number;
  readonly logits: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly nextStates: Readonly<Record<string, readonly number[]>>;
  /** Of each step with AMSGrad, and the weights after the last. */
  readonly losses?: readonly number[];
  readonly weights?: Readonly<Record<string, readonly number[]>>;
}

export interface RecordedLoss {
  readonly logits: RecordedTensor;
  readonly labels: readonly number[];
  readonly loss: number;
  readonly gradient: readonly number[];
}

function load(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/operators/${file}`, import.meta.url), 'utf8'));
}

export const recordedLayers = load('layers.json') as readonly RecordedNetwork[];
export const recordedNetworks = load('networks.json') as readonly RecordedNetwork[];
export const recordedLosses = load('losses.json') as {
  readonly binary: readonly RecordedLoss[];
  readonly categorical: readonly RecordedLoss[];
};

/** Every input of the recorded run. */
export function recordedFeeds(recorded: RecordedNetwork): Tensors {
  const all = { images: recorded.images, ...recorded.parameters, ...recorded.states, ...recorded.noise };
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, { shape, data }]) => [name, tensor(shape, data)])),
    labels: tensor([recorded.labels.length], recorded.labels),
  };
}

function withHead(...layers: readonly Layer[]): Layer {
  return sequence([...layers, flatten(), dense(1)]);
}

function blocks(filters: readonly number[], hidden: number): Layer {
  const convolutions = filters.flatMap((count) => [
    conv2d(count, 3, { padding: 'same', activation: 'relu' }),
    maxPooling2d(),
  ]);
  return sequence([...convolutions, flatten(), dense(hidden, { activation: 'relu' }), dense(1)]);
}

const baseline = sequence([
  conv2d(4, 3, { padding: 'same', activation: 'relu' }),
  maxPooling2d(),
  flatten(),
  dense(5, { activation: 'relu' }),
  dense(1),
]);

const doubled: Layer = ({ g }, x) => g.mul(x, g.scalar(2));

const modern = sequence([
  conv2d(6, 3, { strides: 2, padding: 'same', useBias: false }),
  batchNormalization(),
  activation('hardSwish'),
  residual(
    sequence([
      depthwiseConv2d(3, { padding: 'same' }),
      batchNormalization({ momentum: 0.9 }),
      activation('silu'),
      conv2d(6, 1),
    ]),
  ),
  averagePooling2d(3, { strides: 2, padding: 'same' }),
  conv2d(4, 3, { padding: 'same', dilation: 2, activation: 'sigmoid' }),
  doubled,
  globalAveragePooling2d(),
  dropout(0.5),
  dense(3),
]);

/** Our description of each recorded layer and network, by its recorded name. */
export const descriptions: Readonly<Record<string, Layer>> = {
  'conv2d 3x3 same': withHead(conv2d(2, 3, { padding: 'same' })),
  'conv2d 3x3 valid': withHead(conv2d(2, 3)),
  'conv2d 3x3 same stride 2 even': withHead(conv2d(2, 3, { padding: 'same', strides: 2 })),
  'conv2d 3x3 same stride 2 odd': withHead(conv2d(2, [3, 3], { padding: 'same', strides: [2, 2] })),
  'conv2d 5x2 same stride 3 by 1': withHead(conv2d(2, [5, 2], { padding: 'same', strides: [3, 1] })),
  'conv2d 3x3 same dilation 2': withHead(conv2d(2, 3, { padding: 'same', dilation: 2 })),
  'conv2d 1x1 stride 2 same': withHead(conv2d(2, 1, { padding: 'same', strides: 2 })),
  'conv2d groups 2 without bias': withHead(conv2d(4, 3, { padding: 'same', groups: 2, useBias: false })),
  'depthwise 3x3 same stride 2': withHead(depthwiseConv2d(3, { padding: 'same', strides: 2 })),
  'max_pooling2d 3x3 stride 2 same': withHead(maxPooling2d(3, { strides: 2, padding: 'same' })),
  'max_pooling2d 2x2 odd': withHead(maxPooling2d()),
  'average_pooling2d 3x3 stride 2 same': withHead(averagePooling2d(3, { strides: 2, padding: 'same' })),
  global_average_pooling2d: sequence([globalAveragePooling2d(), dense(1)]),
  batch_normalization: withHead(batchNormalization()),
  'batch_normalization momentum 0.9 epsilon 1e-5': withHead(batchNormalization({ momentum: 0.9, epsilon: 1e-5 })),
  'batch_normalization of features': sequence([flatten(), batchNormalization(), dense(1)]),
  'dropout 0.25': withHead(dropout(0.25)),
  residual: withHead(residual(conv2d(2, 3, { padding: 'same', activation: 'relu' }))),
  'residual with shortcut': withHead(
    residual(conv2d(3, 3, { padding: 'same', strides: 2 }), conv2d(3, 1, { padding: 'same', strides: 2 })),
  ),
  'baseline, 1 channel': baseline,
  'baseline, 3 channels': baseline,
  'baseline, odd size': baseline,
  'improved, 2 blocks, 1 channel': blocks([3, 5], 6),
  'improved, 2 blocks, 3 channels': blocks([3, 5], 6),
  'improved, 5 blocks': blocks([2, 3, 4, 5, 6], 7),
  'improved, 3 wide blocks': blocks([6, 8, 5], 6),
  modern,
};
