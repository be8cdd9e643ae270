/** The figures of an epoch from logits, and their record, from which a resumed epoch goes on. */
import {
  binaryCrossEntropyFromLogit,
  crossEntropyFromLogits,
  sigmoid,
  softmax,
} from '../../statistics/prediction/loss.ts';
import { MetricAccumulator, type EpochMetrics, type MetricBatch } from '../../statistics/figures/metric-accumulator.ts';

/** The batches added so far, as JSON. */
export type EpochMetricsState = readonly {
  readonly loss: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
}[];

export class RunningMetrics {
  readonly #classCount: number;
  readonly #accumulator: MetricAccumulator;
  #batches: MetricBatch[] = [];

  /** @param classCount two classes have one logit, more have one each */
  constructor(classCount: number, state: EpochMetricsState = []) {
    this.#classCount = classCount;
    this.#accumulator = new MetricAccumulator({ classCount });
    for (const { loss, labels, probabilities } of state) {
      this.#add({ count: labels.length, loss, labels, probabilities });
    }
  }

  /** Number of images. */
  get count(): number {
    return this.#accumulator.count;
  }

  /** @param logits [labels.length * units] */
  add(loss: number, labels: Float32Array, logits: Float32Array): void {
    const probabilities = this.#classCount === 2 ? logits.map(sigmoid) : softmaxRows(logits, this.#classCount);
    this.#add({ count: labels.length, loss, labels: Float32Array.from(labels), probabilities });
  }

  /** As {@link add}, with the loss computed here in float64. */
  addFromLogits(labels: Float32Array, logits: Float32Array): void {
    this.add(meanLoss(labels, logits, this.#classCount), labels, logits);
  }

  compute(): EpochMetrics {
    return this.#accumulator.compute();
  }

  state(): EpochMetricsState {
    return this.#batches.map(({ loss, labels, probabilities }) => ({
      loss,
      labels: Array.from(labels),
      probabilities: Array.from(probabilities),
    }));
  }

  #add(batch: MetricBatch): void {
    this.#accumulator.addBatch(batch);
    this.#batches.push(batch);
  }
}

function softmaxRows(logits: Float32Array, classCount: number): Float32Array {
  const rows = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classCount) {
    rows.set(softmax(logits.subarray(start, start + classCount)), start);
  }
  return rows;
}

function meanLoss(labels: Float32Array, logits: Float32Array, classCount: number): number {
  let sum = 0;
  for (const [index, label] of labels.entries()) {
    if (classCount === 2) sum += binaryCrossEntropyFromLogit(logits[index] as number, label);
    else sum += crossEntropyFromLogits([...logits.subarray(index * classCount, (index + 1) * classCount)], label);
  }
  return sum / labels.length;
}
