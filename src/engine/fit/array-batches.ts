/** Images that lie in memory, in batches. */
import { refuse } from '../../base/errors.ts';
import type { Batch, BatchLoader, EpochOptions } from './batch.ts';
import { epochOrder } from './epoch-order.ts';

export interface LabelledArrays {
  /** float32, NCHW: one image behind the other, each of channels * height * width values */
  readonly images: Float32Array;
  /** class index per image, from 0 */
  readonly labels: ArrayLike<number>;
}

export interface ArrayBatchOptions {
  /** Images per batch, 1 at least; default 32. */
  readonly batchSize?: number | undefined;
  /** Of the order of the images in each epoch; default 0. */
  readonly seed?: number | undefined;
}

/**
 * Batches of images in memory. Their values are copied into the batches, so the arrays stay the caller's.
 *
 * @throws PneumoscopeError E_USAGE without images, or for an impossible batch size; E_SHAPE_MISMATCH when the images are not all of one size
 */
export function batchArrays(data: LabelledArrays, options: ArrayBatchOptions = {}): BatchLoader {
  const { batchSize = 32, seed = 0 } = options;
  const count = data.labels.length;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    refuse('E_USAGE', `A batch holds a whole number of images, 1 at least, not ${batchSize}`);
  }
  if (count === 0) refuse('E_USAGE', 'There are no images: give one label for each image');
  if (data.images.length === 0 || data.images.length % count !== 0) {
    refuse(
      'E_SHAPE_MISMATCH',
      `${data.images.length} values are not ${count} images of one size; give channels * height * width values for each label`,
    );
  }
  return new ArrayBatches(data, batchSize, seed);
}

class ArrayBatches implements BatchLoader {
  readonly imageCount: number;
  readonly batchCount: number;
  readonly #data: LabelledArrays;
  readonly #batchSize: number;
  readonly #seed: number;
  /** Values per image. */
  readonly #size: number;
  /** Memory of batches that are done with. */
  readonly #spare: ArrayBuffer[] = [];

  constructor(data: LabelledArrays, batchSize: number, seed: number) {
    this.imageCount = data.labels.length;
    this.batchCount = Math.ceil(this.imageCount / batchSize);
    this.#data = data;
    this.#batchSize = Math.min(batchSize, this.imageCount);
    this.#seed = seed;
    this.#size = data.images.length / this.imageCount;
  }

  async *epoch(epoch: number, { shuffle, startBatch = 0 }: EpochOptions): AsyncGenerator<Batch, void, undefined> {
    const order = epochOrder(this.imageCount, this.#seed, epoch, shuffle);
    for (let batch = startBatch; batch < this.batchCount; batch++) {
      yield this.#build(order.slice(batch * this.#batchSize, (batch + 1) * this.#batchSize));
    }
  }

  release({ images }: Batch): void {
    if (!images.buffer.detached && this.#spare.length === 0) this.#spare.push(images.buffer);
  }

  async close(): Promise<void> {}

  #build(indices: Int32Array<ArrayBuffer>): Batch {
    const { images, labels } = this.#data;
    const count = indices.length;
    const memory = this.#spare.pop() ?? new ArrayBuffer(4 * this.#batchSize * this.#size);
    const values = new Float32Array(memory, 0, count * this.#size);
    indices.forEach((index, position) => {
      values.set(images.subarray(index * this.#size, (index + 1) * this.#size), position * this.#size);
    });
    return { images: values, labels: Float32Array.from(indices, (index) => labels[index] as number), indices, count };
  }
}
