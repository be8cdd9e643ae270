/** Batches in the order that a trainer asks for, each compared with the network before it goes to the runtime. */
import { refuse } from '../../base/errors.ts';
import type { NetworkDescription } from '../nn/network.ts';
import type { Batch, BatchLoader } from './batch.ts';

/** What the batches must fit. */
export interface BatchTarget {
  readonly network: NetworkDescription;
  readonly classCount: number;
}

export interface BatchOrder {
  /** false: the order of the images, whatever the reader asks for */
  readonly shuffle: boolean;
  /** of earlier calls, so that a later one does not draw the same order again */
  readonly epochsBefore: number;
}

/**
 * Reading the result throws PneumoscopeError E_SHAPE_MISMATCH for images of another size, E_USAGE for a label that names no class.
 *
 * @param order default: what the reader asks for
 */
export function checkBatches(batches: BatchLoader, target: BatchTarget, order?: BatchOrder): BatchLoader {
  return {
    imageCount: batches.imageCount,
    batchCount: batches.batchCount,
    async *epoch(epoch, options) {
      const { shuffle, epochsBefore } = order ?? { shuffle: options.shuffle, epochsBefore: 0 };
      for await (const batch of batches.epoch(epoch + epochsBefore, { ...options, shuffle })) {
        checkBatch(batch, target);
        yield batch;
      }
    },
    release: (batch) => batches.release(batch),
    close: () => batches.close(),
  };
}

function checkBatch({ images, labels, count }: Batch, { network, classCount }: BatchTarget): void {
  const size = network.inputShape.reduce((total, side) => total * side, 1);
  if (images.length !== count * size) {
    refuse(
      'E_SHAPE_MISMATCH',
      `Network ${network.name} takes images [${network.inputShape.join(', ')}], which are ${size} values each, but ${images.length / count} were given`,
    );
  }
  const wrong = labels.find((label) => !Number.isInteger(label) || label < 0 || label >= classCount);
  if (wrong === undefined) return;
  refuse(
    'E_USAGE',
    `${wrong} is no label: network ${network.name} tells ${classCount} classes apart, which are 0 to ${classCount - 1}`,
  );
}
