import { describe, expect, it } from 'vitest';
import { binaryGolden, multiclassGolden } from '../../../test/fixtures/evaluation/golden.ts';
import { binaryCrossEntropyFromLogit, crossEntropyFromLogits, sigmoid } from '../prediction/loss.ts';
import { MetricAccumulator } from './metric-accumulator.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('MetricAccumulator', () => {
  it.each(binaryGolden)('ends at the figures of the whole set, whatever the batches: %s', (_name, golden) => {
    const accumulator = new MetricAccumulator({ threshold: golden.threshold });
    // A buffer of seven images, reused; the last batch fills it partly, and stale values stand behind it.
    const labels = new Float32Array(7);
    const probabilities = new Float64Array(7);
    for (let start = 0; start < golden.labels.length; start += 7) {
      const slice = golden.labels.slice(start, start + 7);
      labels.set(slice);
      probabilities.set(golden.probabilities.slice(start, start + 7));
      const loss = mean(
        slice.map((label, i) => binaryCrossEntropyFromLogit(golden.logits[start + i] as number, label)),
      );
      accumulator.addBatch({ count: slice.length, loss, labels, probabilities });
    }
    const metrics = accumulator.compute();
    expect(accumulator.count).toBe(golden.labels.length);
    expect(metrics.loss).toBeCloseTo(golden.loss, 12);
    expect(metrics.accuracy).toBeCloseTo(golden.accuracy, 12);
    expect(metrics.recall).toBeCloseTo(golden.recall, 12);
  });

  it.each(multiclassGolden)('averages the recalls of more classes: %s', (_name, golden) => {
    const accumulator = new MetricAccumulator({ classCount: golden.recall.length });
    golden.labels.forEach((label, index) => {
      const probabilities = golden.probabilities[index] as readonly number[];
      const loss = crossEntropyFromLogits(golden.logits[index] as readonly number[], label);
      accumulator.addBatch({ count: 1, loss, labels: [label], probabilities });
    });
    const metrics = accumulator.compute();
    expect(metrics.loss).toBeCloseTo(golden.loss, 12);
    expect(metrics.accuracy).toBeCloseTo(golden.accuracy, 12);
    expect(metrics.recall).toBeCloseTo(golden.macroRecall, 12);
  });

  it('weights the loss by the size of the batch, and starts again after reset', () => {
    const accumulator = new MetricAccumulator();
    accumulator.addBatch({ count: 3, loss: 1, labels: [0, 0, 0], probabilities: [0.1, 0.5, 0.9] });
    expect(accumulator.compute()).toEqual({ loss: 1, accuracy: 2 / 3, recall: 0 });
    accumulator.addBatch({ count: 1, loss: 5, labels: [1], probabilities: [0.9] });
    expect(accumulator.compute()).toEqual({ loss: 2, accuracy: 0.75, recall: 1 });
    accumulator.reset();
    expect(accumulator.compute()).toEqual({ loss: 0, accuracy: 0, recall: 0 });
  });
});

describe('sigmoid', () => {
  it('is the nearest float32 and never overflows', () => {
    expect(sigmoid(0)).toBe(0.5);
    expect(sigmoid(17.32)).toBeLessThan(1);
    expect(sigmoid(17.33)).toBe(1);
    expect(sigmoid(-800)).toBe(0);
    expect(sigmoid(-1)).toBe(Math.fround(1 / (1 + Math.E)));
  });
});
