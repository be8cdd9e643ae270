/** Losses and their gradients against PyTorch, with logits far beyond where a naive formula overflows. */
import { describe, expect, it } from 'vitest';
import { requireClose, tensor } from '../../../test/operator-check.ts';
import { recordedLosses } from '../../../test/recorded-networks.ts';
import type { RecordedLoss } from '../../../test/recorded-networks.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { backward } from '../autodiff/backward.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { verifyGraph } from '../graph/verify.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  createBinaryCrossentropy,
  createCategoricalCrossentropy,
} from './losses.ts';
import type { Loss } from './losses.ts';
import recorded from '../../../test/fixtures/training/training.json' with { type: 'json' };

async function check(loss: Loss, recorded: RecordedLoss): Promise<void> {
  const [count, units] = recorded.logits.shape as readonly [number, number];
  const g = new GraphBuilder('loss');
  const logits = g.input('logits', 'float32', ['N', units]);
  const labels = g.input('labels', 'float32', ['N']);
  const value = g.output(loss(g, logits, labels), 'loss');
  expect(value.shape).toEqual([]);
  g.output(backward(g, value, [logits]).get('logits') ?? logits, 'gradient');
  const graph = g.build();
  verifyGraph(graph);
  const feeds = { logits: tensor([count, units], recorded.logits.data), labels: tensor([count], recorded.labels) };
  const outputs = await runGraph(graph, feeds, count);
  expect(requireClose('loss', outputs['loss'] ?? [], [recorded.loss], 1e-6)).toBe(1);
  requireClose('gradient', outputs['gradient'] ?? [], recorded.gradient, 1e-6);
}

describe('binaryCrossentropy', () => {
  it.each(recordedLosses.binary)('loss $loss of logits $logits.data', (recorded) =>
    check(binaryCrossentropy, recorded),
  );
});

describe('categoricalCrossentropy', () => {
  it.each(recordedLosses.categorical)('loss $loss of logits $logits.data', (recorded) =>
    check(categoricalCrossentropy, recorded),
  );
});

describe('smoothed and weighted', () => {
  const { binary, categorical } = recorded.losses;

  it('two classes, as in PyTorch', async () => {
    await check(createBinaryCrossentropy({ labelSmoothing: 0.1, classWeights: [2, 0.5] }), {
      ...binary,
      logits: { shape: [4, 1], data: binary.logits },
      labels: [1, 0, 0, 1],
    });
  });

  it('three classes, as in PyTorch', async () => {
    await check(createCategoricalCrossentropy({ labelSmoothing: 0.1, classWeights: [1, 2, 0.5] }), {
      ...categorical,
      logits: { shape: [2, 3], data: categorical.logits },
      labels: [2, 1],
    });
  });
});
