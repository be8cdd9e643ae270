/** The loader's thread: answers each request of batches.ts with one batch, whose memory moves over with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { allocateBatchBuffers, buildBatch, epochOrder, type BatchBuffers, type BatchSource } from './build-batch.ts';

export interface BatchRequest {
  readonly id: number;
  readonly epoch: number;
  readonly batch: number;
  readonly shuffle: boolean;
  /** memory of an earlier batch to write into */
  readonly buffers?: BatchBuffers | undefined;
}

export type BatchReply = { readonly id: number; readonly buffers: BatchBuffers; readonly count: number };

if (parentPort !== null) {
  const port = parentPort;
  const source = workerData as BatchSource;
  let current: { readonly epoch: number; readonly shuffle: boolean; readonly order: Int32Array } | undefined;
  port.on('message', ({ id, epoch, batch, shuffle, buffers = allocateBatchBuffers(source) }: BatchRequest) => {
    if (current?.epoch !== epoch || current.shuffle !== shuffle) {
      current = { epoch, shuffle, order: epochOrder(source.labels.length, source.seed, epoch, shuffle) };
    }
    const { count } = buildBatch(source, current.order, epoch, batch, buffers);
    const reply: BatchReply = { id, buffers, count };
    port.postMessage(reply, [buffers.images, buffers.labels, buffers.indices]);
  });
}
