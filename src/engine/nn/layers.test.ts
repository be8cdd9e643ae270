/** What the recorded networks do not show: inference forms, padding, names, errors. Numbers are in training-graph.test.ts. */
import { describe, expect, it } from 'vitest';
import { requireClose, tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Activation } from './activations.ts';
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  maxPooling2d,
  samePadding,
  sequence,
} from './layers.ts';
import { binaryCrossentropy } from './losses.ts';
import { buildForward, buildInferenceGraph } from './network.ts';
import type { Layer, Mode, NetworkDescription } from './network.ts';
import { buildTrainingGraph } from './training-graph.ts';

function network(layers: Layer, inputShape: readonly [number, number, number] = [2, 4, 4]): NetworkDescription {
  return { name: 'test', inputShape, layers };
}

/** Runs layers that take and give [N, features], from images [2, features, 1, 1]. */
async function infer(
  layer: Layer,
  values: readonly number[],
  feeds: Readonly<Record<string, readonly number[]>> = {},
): Promise<Float32Array> {
  const features = values.length / 2;
  const graph = buildInferenceGraph(network(sequence([flatten(), layer]), [features, 1, 1]));
  verifyGraph(graph);
  const rest = Object.entries(feeds).map(([name, data]) => [name, tensor([data.length], data)] as const);
  const { logits } = await runGraph(
    graph,
    { images: tensor([2, features, 1, 1], values), ...Object.fromEntries(rest) },
    2,
  );
  return logits ?? new Float32Array(0);
}

describe('samePadding', () => {
  it.each([
    ['3x3 stride 1', [256, 256], [3, 3], [1, 1], [1, 1, 1, 1]],
    ['3x3 stride 2 even', [256, 256], [3, 3], [2, 2], [0, 0, 1, 1]],
    ['3x3 stride 2 odd', [5, 7], [3, 3], [2, 2], [1, 1, 1, 1]],
    ['2x2 stride 1', [4, 4], [2, 2], [1, 1], [0, 0, 1, 1]],
    ['1x1 stride 2: never negative', [5, 4], [1, 1], [2, 2], [0, 0, 0, 0]],
    ['7x7 stride 2', [224, 225], [7, 7], [2, 2], [2, 3, 3, 3]],
    ['kernel beyond the image', [2, 2], [5, 5], [1, 1], [2, 2, 2, 2]],
  ] as const)('%s', (_name, size, kernel, strides, expected) => {
    expect(samePadding(size, kernel, strides)).toEqual(expected);
  });

  it('counts the reach of a dilated kernel', () => {
    expect(samePadding([8, 8], [3, 3], [1, 1], [2, 3])).toEqual([2, 3, 2, 3]);
  });
});

describe('batchNormalization', () => {
  it('uses the running averages in inference', async () => {
    const logits = await infer(batchNormalization({ epsilon: 0.5 }), [1, 2, 3, 4], {
      'batch_normalization/gamma': [2, -1],
      'batch_normalization/beta': [0.5, 1],
      'batch_normalization/moving_mean': [1, 0],
      'batch_normalization/moving_variance': [3.5, 0.5],
    });
    // (1-1)/2*2+.5, -2/1+1, (3-1)/2*2+.5, -4/1+1
    expect([...logits]).toEqual([0.5, -1, 2.5, -3].map((value) => expect.closeTo(value, 5) as number));
  });

  it('keeps its running averages out of the parameters', () => {
    const forward = buildForward(network(sequence([batchNormalization(), flatten(), dense(1)])), 'training');
    expect(forward.parameters.map(({ name }) => name)).toEqual([
      'batch_normalization/gamma',
      'batch_normalization/beta',
      'dense/kernel',
      'dense/bias', // prettier-ignore
    ]);
    expect(forward.states.map(({ name }) => name)).toEqual([
      'batch_normalization/moving_mean',
      'batch_normalization/moving_variance',
    ]);
    const start = forward.states.map((state) => {
      const values = new Float32Array(2).fill(9);
      state.initializer(values, state.fans, undefined as never);
      return [...values];
    });
    expect(start).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('trains a constant batch without dividing by zero', async () => {
    const { graph } = buildTrainingGraph(
      network(sequence([batchNormalization(), flatten(), dense(1)]), [1, 2, 2]),
      binaryCrossentropy,
    );
    const feeds = {
      images: tensor([2, 1, 2, 2], Array<number>(8).fill(5)),
      labels: tensor([2], [0, 1]),
      'batch_normalization/gamma': tensor([1], [1]),
      'batch_normalization/beta': tensor([1], [0.25]),
      'batch_normalization/moving_mean': tensor([1], [0]),
      'batch_normalization/moving_variance': tensor([1], [1]),
      'dense/kernel': tensor([4, 1], [1, 1, 1, 1]),
      'dense/bias': tensor([1], [0]),
    };
    const outputs = await runGraph(graph, feeds, 2);
    expect([...(outputs['logits'] ?? [])]).toEqual([1, 1]);
    expect(outputs['batch_normalization/moving_mean_next']?.[0]).toBeCloseTo(0.05, 6);
    expect(outputs['batch_normalization/moving_variance_next']?.[0]).toBeCloseTo(0.99, 6);
    expect(Object.values(outputs).every((values) => values.every(Number.isFinite))).toBe(true);
  });
});

describe('dropout', () => {
  it('is nothing in inference, and with rate 0', async () => {
    expect([...(await infer(dropout(0.5), [1, 2, 3, 4]))]).toEqual([1, 2, 3, 4]);
    expect(buildForward(network(sequence([dropout(0), flatten(), dense(1)])), 'training').noise).toEqual([]);
  });

  it('keeps a value where the noise is below 1 - rate and scales it, in training', async () => {
    const forward = buildForward(network(sequence([flatten(), dropout(0.75)]), [4, 1, 1]), 'training');
    forward.g.output(forward.logits, 'logits');
    expect(forward.noise.map(({ value, perImage }) => [value.name, value.shape, perImage])).toEqual([
      ['dropout/noise', ['N', 4], 4],
    ]);
    const feeds = {
      images: tensor([1, 4, 1, 1], [1, 2, 3, 4]),
      'dropout/noise': tensor([1, 4], [0, 0.25, 0.2499, 0.99]),
    };
    const { logits } = await runGraph(forward.g.build(), feeds, 1);
    expect([...(logits ?? [])]).toEqual([4, 0, 12, 0]);
  });
});

describe('activations', () => {
  const x = [-4, -1, 0, 0.5, 2, 7];
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  it.each<[Activation, (value: number) => number]>([
    ['linear', (value) => value],
    ['relu', (value) => Math.max(value, 0)],
    ['relu6', (value) => Math.min(Math.max(value, 0), 6)],
    ['sigmoid', sigmoid],
    ['tanh', Math.tanh],
    ['silu', (value) => value * sigmoid(value)],
    ['hardSwish', (value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6],
  ])('%s', async (name, expected) => {
    expect(requireClose(name, await infer(activation(name), x), x.map(expected), 1e-6)).toBe(6);
  });

  it('softmax', async () => {
    const probabilities = await infer(activation('softmax'), [0, Math.log(3), 100, 100]);
    expect(requireClose('softmax', probabilities, [0.25, 0.75, 0.5, 0.5], 1e-6)).toBe(4);
  });
});

describe('layers', () => {
  it('number their names as Keras does, the same in both modes', () => {
    const layers = sequence([
      conv2d(2, 3),
      depthwiseConv2d(1),
      maxPooling2d(),
      dropout(0.5),
      flatten(),
      dense(3),
      dense(1),
    ]);
    const names = (mode: Mode): string[] => buildForward(network(layers), mode).parameters.map(({ name }) => name);
    expect(names('training')).toEqual([
      'conv2d/kernel',
      'conv2d/bias',
      'conv2d_1/kernel',
      'conv2d_1/bias',
      'dense/kernel',
      'dense/bias',
      'dense_1/kernel',
      'dense_1/bias', // prettier-ignore
    ]);
    expect(names('inference')).toEqual(names('training'));
  });

  it.each<[string, Layer, string]>([
    [
      'dense on images',
      dense(1),
      'Layer dense expects [N, features], but received [N, 2, 4, 4]: put flatten() before it',
    ],
    [
      'conv2d on features',
      sequence([flatten(), conv2d(1, 3)]),
      'Layer conv2d expects images [N, channels, height, width], but received [N, 32]',
    ],
    [
      'groups that do not divide',
      conv2d(3, 3, { groups: 2 }),
      'Layer conv2d cannot split 2 channels and 3 filters into 2 groups',
    ],
    ['a window larger than the image', maxPooling2d(5), 'the window is larger than the input'],
  ])('%s is an error that names the layer', (_name, layer, message) => {
    expect(() => buildForward(network(layer), 'inference')).toThrow(message);
  });
});
