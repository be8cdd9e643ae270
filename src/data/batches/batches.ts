/**
 * Batches ahead of need: a thread assembles and augments the next ones while the current one trains. The memory of a
 * batch travels to and fro, so a long training allocates a handful of them.
 */
import { Worker } from 'node:worker_threads';
import type { AugmentationSpec } from '../../imaging/augment/augmentation-spec.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { BatchReply, BatchRequest } from './batch-worker.ts';
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

interface Waiting {
  resolve(reply: BatchReply): void;
  reject(reason: unknown): void;
}

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './batch-worker.ts' : './batch-worker.js',
  import.meta.url,
);

export function openBatchLoader(options: BatchLoaderOptions): BatchLoader {
  return new WorkerBatchLoader(options);
}

class WorkerBatchLoader implements BatchLoader {
  readonly imageCount: number;
  readonly batchCount: number;
  readonly #worker: Worker;
  readonly #prefetch: number;
  readonly #waiting = new Map<number, Waiting>();
  #spare: BatchBuffers[] = [];
  #lastId = 0;
  #failure: Error | undefined;

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
    // No flags of the process: some, such as --input-type, would keep a file from being run.
    this.#worker = new Worker(workerFile, { workerData: source, name: 'batches', execArgv: [] });
    this.#worker.on('message', (reply: BatchReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the thread that makes batches ended (code ${code})`)));
    // An open loader that nobody waits for must not keep the process alive.
    this.#worker.unref();
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
    this.#fail(new Error('the batch loader was closed'));
    this.#spare = [];
    await this.#worker.terminate();
  }

  #request(request: Omit<BatchRequest, 'id' | 'buffers'>): Promise<BatchReply> {
    const reply = new Promise<BatchReply>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = ++this.#lastId;
      const buffers = this.#spare.pop();
      const message: BatchRequest = { ...request, id, buffers };
      const moved = buffers === undefined ? [] : [buffers.images, buffers.labels, buffers.indices];
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage(message, moved);
    });
    // Those made ahead may fail while nobody waits for them yet; whoever awaits them still sees it.
    reply.catch(() => undefined);
    return reply;
  }

  #settle(reply: BatchReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting?.resolve(reply);
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
    this.#worker.unref();
  }

  /** Keeps what one epoch can have on its way; memory that moved on to another thread is gone. */
  #keep(buffers: BatchBuffers): void {
    const detached = buffers.images.detached || buffers.labels.detached || buffers.indices.detached;
    const known = this.#spare.some(({ images }) => images === buffers.images);
    if (detached || known || this.#failure !== undefined || this.#spare.length > this.#prefetch) return;
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
