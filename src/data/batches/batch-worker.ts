/** The loader's thread: answers each request of batches.ts with one batch, whose memory moves over with it. */
import { hostThread, Moving } from '../../base/threads/host-thread.ts';
import { epochOrder } from '../../engine/fit/epoch-order.ts';
import { allocateBatchBuffers, buildBatch, type BatchBuffers, type BatchSource } from './build-batch.ts';

export interface BatchRequest {
  readonly epoch: number;
  readonly batch: number;
  readonly shuffle: boolean;
  /** memory of an earlier batch to write into */
  readonly buffers?: BatchBuffers | undefined;
}

export interface BatchReply {
  readonly buffers: BatchBuffers;
  readonly count: number;
}

export interface BatchThread {
  readonly settings: BatchSource;
  readonly calls: {
    readonly build: { readonly request: BatchRequest; readonly reply: BatchReply };
  };
}

hostThread<BatchThread>((source) => {
  let current: { readonly epoch: number; readonly shuffle: boolean; readonly order: Int32Array } | undefined;
  return {
    handlers: {
      build: ({ epoch, batch, shuffle, buffers = allocateBatchBuffers(source) }) => {
        if (current?.epoch !== epoch || current.shuffle !== shuffle) {
          current = { epoch, shuffle, order: epochOrder(source.labels.length, source.seed, epoch, shuffle) };
        }
        const { count } = buildBatch(source, current.order, epoch, batch, buffers);
        return new Moving({ buffers, count }, [buffers.images, buffers.labels, buffers.indices]);
      },
    },
  };
});
