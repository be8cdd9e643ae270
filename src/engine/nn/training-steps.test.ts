/** Three whole training steps of the improved network in miniature, AMSGrad included, against PyTorch with Keras's formula. */
import { describe, expect, it } from 'vitest';
import { requireClose } from '../../../test/operator-check.ts';
import { descriptions, recordedFeeds, recordedNetworks } from '../../../test/recorded-networks.ts';
import type { RecordedNetwork } from '../../../test/recorded-networks.ts';
import { layOut, views } from '../runtime/layout.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { TrainingSession } from '../runtime/training-session.ts';
import { binaryCrossentropy } from './losses.ts';
import { buildInferenceGraph } from './network.ts';
import type { Layer, NetworkDescription } from './network.ts';
import { buildOptimizerGraph, chunkSize, createOptimizer } from './optimizers.ts';
import { buildTrainingGraph } from './training-graph.ts';

const recorded = recordedNetworks.find(({ losses }) => losses) as RecordedNetwork;
const learningRate = 1e-3;
const optimizer = createOptimizer({
  name: 'adam',
  learningRate,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  amsgrad: true,
});

interface Trained {
  readonly losses: readonly number[];
  readonly weights: Float32Array;
  readonly byName: Readonly<Record<string, Float32Array>>;
  readonly predicted: Float32Array;
  readonly nextLogits: Float32Array;
}

async function train(threads: number): Promise<Trained> {
  const network: NetworkDescription = { ...recorded, layers: descriptions[recorded.name] as Layer };
  const { graph, parameters, states } = buildTrainingGraph(network, binaryCrossentropy);
  const layout = layOut(parameters, chunkSize);
  const session = await TrainingSession.create({
    training: graph,
    optimizer: buildOptimizerGraph(optimizer, layout.length / chunkSize),
    inference: buildInferenceGraph(network),
    parameters: layout,
    states: layOut(states, 16),
    slots: optimizer.slots,
    averageSlot: null,
    decayed: [],
    chunkSize,
    imageShape: recorded.inputShape,
    units: 1,
    device: 'cpu',
    threads,
  });
  const feeds = recordedFeeds(recorded);
  const weights = session.buffers['weights'] as Float32Array;
  const tensors = views(weights, layout);
  for (const [name, { data }] of Object.entries(tensors))
    (data as Float32Array).set((feeds[name] as Tensor).data as Float32Array);
  const { images, labels } = feeds as { readonly images: Tensor; readonly labels: Tensor };
  const losses: number[] = [];
  const step = async (index: number): Promise<Float32Array> => {
    const rate = optimizer.rate(learningRate, index);
    const { loss, logits } = await session.step(images.data as Float32Array, labels.data as Float32Array, { rate });
    losses.push(loss);
    return logits;
  };
  for (let index = 1; index <= 3; index++) await step(index);
  const kept = weights.slice();
  const byName = Object.fromEntries(
    Object.entries(views(kept, layout)).map(([name, { data }]) => [name, data as Float32Array]),
  );
  const predicted = await session.predict(images.data as Float32Array, labels.data.length);
  const nextLogits = await step(4);
  await session.release();
  return { losses: losses.slice(0, 3), weights: kept, byName, predicted, nextLogits };
}

describe('three training steps', () => {
  it('give the losses and the weights of PyTorch', async () => {
    const { losses, byName, predicted, nextLogits } = await train(1);
    requireClose('losses', losses, recorded.losses ?? [], 1e-6);
    // Each weight has moved by about 3 learning rates; agreement to a hundredth of one is what float32 moments give.
    for (const [name, expected] of Object.entries(recorded.weights ?? {})) {
      expect(requireClose(name, byName[name] ?? [], expected, learningRate / 100)).toBe(expected.length);
      const start = recorded.parameters[name]?.data ?? [];
      expect(Math.max(...expected.map((value, i) => Math.abs(value - (start[i] ?? 0))))).toBeGreaterThan(learningRate);
    }
    requireClose('inference and training logits', predicted, nextLogits, 1e-6);
  });

  it.each([1, 2])('end in the same bits every time, with %i threads', async (threads) => {
    const [first, ...others] = [await train(threads), await train(threads), await train(threads)] as const;
    for (const other of others) {
      expect(Buffer.compare(Buffer.from(other.weights.buffer), Buffer.from(first.weights.buffer))).toBe(0);
      expect(other.losses).toEqual(first.losses);
    }
  });

  it('leave the padding of the flat buffers at zero', async () => {
    const { weights, byName } = await train(1);
    const used = Object.values(byName).reduce((total, { length }) => total + length, 0);
    expect(weights.filter((value) => value !== 0).length).toBeLessThanOrEqual(used);
    expect(weights.subarray(weights.length - 1024).every((value) => value === 0)).toBe(true);
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});
