/**
 * Batches ahead of need: a thread assembles and augments the next ones while the current one trains. The memory of a
 * batch travels to and fro, so a long training allocates a handful of them.
 */
import { ThreadClient } from '../../base/threads/thread-client.ts';
import type { AugmentationSpec } from '../../imaging/augment/augmentation-spec.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { BatchThread, BatchReply, BatchRequest } from './batch-worker.ts';
import type { Batch, BatchLoader, EpochOptions } from '../../engine/fit/batch.ts';
import { countBatches, type BatchBuffers, type BatchSource } from './build-batch.ts';

export interface BatchLoaderOptions {
  /** `labels.length * width * height` grey bytes; shared with the thread when on a SharedArrayBuffer, else copied once */
  readonly pixels: Uint8Array;
  /** class index per image */
  readonly labels: ArrayLike<number>;
  readonly spec: PreprocessingSpec;
  readonly batchSize: number;
  /** names the order of each epoch and the augmentation of each image */
  readonly seed: number;
  /** absent: images as they are, as evaluation needs them */
  readonly augmentation?: AugmentationSpec | undefined;
  /** batches made ahead; default 2 */
  readonly prefetch?: number;
}

export function openBatchLoader(options: BatchLoaderOptions): BatchLoader {
  return new WorkerBatchLoader(options);
}

class WorkerBatchLoader implements BatchLoader {
  readonly imageCount: number;
  readonly batchCount: number;
  readonly #thread: ThreadClient<BatchThread>;
  readonly #prefetch: number;
  #spare: BatchBuffers[] = [];

  constructor(options: BatchLoaderOptions) {
    const { spec, batchSize, seed, augmentation, prefetch = 2 } = options;
    const size = spec.width * spec.height;
    const labels = Float32Array.from(options.labels);
    if (options.pixels.length !== labels.length * size) {
      throw new RangeError(`${labels.length} labels need ${labels.length * size} bytes, not ${options.pixels.length}`);
    }
    if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`a batch of ${batchSize} images`);
    this.imageCount = labels.length;
    this.batchCount = countBatches(labels.length, batchSize);
    this.#prefetch = Math.max(1, prefetch);
    const source: BatchSource = { pixels: shared(options.pixels), labels, spec, batchSize, seed, augmentation };
    const file = new URL('./batch-worker.ts', import.meta.url);
    this.#thread = new ThreadClient<BatchThread>({ file, name: 'batch loader', settings: source });
  }

  async *epoch(epoch: number, { shuffle, startBatch = 0 }: EpochOptions): AsyncGenerator<Batch, void, undefined> {
    const ahead: Promise<BatchReply>[] = [];
    let next = startBatch;
    try {
      for (let batch = startBatch; batch < this.batchCount; batch++) {
        while (next < this.batchCount && next <= batch + this.#prefetch) {
          ahead.push(this.#request({ epoch, batch: next++, shuffle }));
        }
        const { buffers, count } = await (ahead.shift() as Promise<BatchReply>);
        yield viewBatch(buffers, count);
      }
    } finally {
      for (const reply of ahead) void reply.then(({ buffers }) => this.#keep(buffers)).catch(() => undefined);
    }
  }

  release({ images, labels, indices }: Batch): void {
    this.#keep({ images: images.buffer, labels: labels.buffer, indices: indices.buffer });
  }

  async close(): Promise<void> {
    this.#spare = [];
    await this.#thread.terminate(new Error('the batch loader was closed'));
  }

  #request(request: Omit<BatchRequest, 'buffers'>): Promise<BatchReply> {
    const buffers = this.#spare.pop();
    const moved = buffers === undefined ? [] : [buffers.images, buffers.labels, buffers.indices];
    const reply = this.#thread.ask('build', { ...request, buffers }, moved);
    // Those made ahead may fail while nobody waits for them yet; whoever awaits them still sees it.
    reply.catch(() => undefined);
    return reply;
  }

  /** Keeps what one epoch can have on its way; memory that moved on to another thread is gone. */
  #keep(buffers: BatchBuffers): void {
    const detached = buffers.images.detached || buffers.labels.detached || buffers.indices.detached;
    const known = this.#spare.some(({ images }) => images === buffers.images);
    if (detached || known || this.#thread.failure !== undefined || this.#spare.length > this.#prefetch) return;
    this.#spare.push(buffers);
  }
}

function viewBatch({ images, labels, indices }: BatchBuffers, count: number): Batch {
  const capacity = labels.byteLength / 4;
  return {
    images: new Float32Array(images, 0, (images.byteLength / 4 / capacity) * count),
    labels: new Float32Array(labels, 0, count),
    indices: new Int32Array(indices, 0, count),
    count,
  };
}

function shared(pixels: Uint8Array): Uint8Array {
  if (pixels.buffer instanceof SharedArrayBuffer) return pixels;
  const copy = new Uint8Array(new SharedArrayBuffer(pixels.length));
  copy.set(pixels);
  return copy;
}
