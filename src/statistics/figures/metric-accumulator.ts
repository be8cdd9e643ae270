/**
 * The running figures of one epoch, added up batch by batch as Keras does: the weights move between the batches, so these are
 * not the figures of the finished network.
 */
import { indexOfLargest } from './multiclass-metrics.ts';

/** What a training or evaluation step hands over; arrays may be longer than `count`, so that buffers can be reused. */
export interface MetricBatch {
  /** Number of images in this batch. */
  readonly count: number;
  /** Mean loss of the batch. */
  readonly loss: number;
  /** Class index per image. */
  readonly labels: ArrayLike<number>;
  /** Two classes: of the positive class, one per image. More: one row of `classCount` per image. */
  readonly probabilities: ArrayLike<number>;
}

export interface EpochMetrics {
  /** Mean over the images: the batches' losses weighted by their size. NaN if a batch's loss was NaN. */
  readonly loss: number;
  /** The share of right answers, 0..1. */
  readonly accuracy: number;
  /**
   * Two classes: TP / (TP + FN) of counts over all batches, 0 if there was no positive image (Keras's Recall).
   * More: the mean of that over the classes that have images.
   */
  readonly recall: number;
}

export class MetricAccumulator {
  readonly #classCount: number;
  readonly #threshold: number;
  readonly #labelled: number[];
  readonly #found: number[];
  #count = 0;
  #correct = 0;
  #lossSum = 0;

  /**
   * @param options.classCount 2 unless given: one probability per image, compared with the threshold
   * @param options.threshold 0.5 unless given; positive is what is strictly greater
   */
  constructor(options: { readonly classCount?: number; readonly threshold?: number } = {}) {
    this.#classCount = options.classCount ?? 2;
    this.#threshold = options.threshold ?? 0.5;
    this.#labelled = Array.from({ length: this.#classCount }, () => 0);
    this.#found = Array.from({ length: this.#classCount }, () => 0);
  }

  /** Number of images added since the last reset. */
  get count(): number {
    return this.#count;
  }

  addBatch(batch: MetricBatch): void {
    this.#count += batch.count;
    this.#lossSum += batch.loss * batch.count;
    for (let index = 0; index < batch.count; index++) {
      const label = batch.labels[index] as number;
      this.#labelled[label] = (this.#labelled[label] as number) + 1;
      if (this.#answer(batch, index) === label) {
        this.#correct++;
        this.#found[label] = (this.#found[label] as number) + 1;
      }
    }
  }

  /** The figures so far; all 0 before the first batch. */
  compute(): EpochMetrics {
    if (this.#count === 0) return { loss: 0, accuracy: 0, recall: 0 };
    return {
      loss: this.#lossSum / this.#count,
      accuracy: this.#correct / this.#count,
      recall: this.#computeRecall(),
    };
  }

  reset(): void {
    this.#count = 0;
    this.#correct = 0;
    this.#lossSum = 0;
    this.#labelled.fill(0);
    this.#found.fill(0);
  }

  #answer(batch: MetricBatch, index: number): number {
    if (this.#classCount === 2) return (batch.probabilities[index] as number) > this.#threshold ? 1 : 0;
    const row: number[] = [];
    for (let column = 0; column < this.#classCount; column++) {
      row.push(batch.probabilities[index * this.#classCount + column] as number);
    }
    return indexOfLargest(row);
  }

  #computeRecall(): number {
    const recalls = this.#labelled.map((labelled, label) =>
      labelled === 0 ? null : (this.#found[label] ?? 0) / labelled,
    );
    if (this.#classCount === 2) return recalls[1] ?? 0;
    const defined = recalls.filter((recall) => recall !== null);
    return defined.reduce((sum, recall) => sum + recall, 0) / defined.length;
  }
}
