/** The batches of a generator in the order that Keras gives them. */
import type { BatchLoader } from '../../engine/fit/batch.ts';

/**
 * @param shuffle whether the images of an epoch are shuffled, as the generator says
 * @param epochsBefore of earlier calls of fit, so that a later one does not draw the same order and augmentation again
 */
export function withOrder(loader: BatchLoader, shuffle: boolean, epochsBefore: number): BatchLoader {
  return {
    imageCount: loader.imageCount,
    batchCount: loader.batchCount,
    epoch: (epoch, options) => loader.epoch(epoch + epochsBefore, { ...options, shuffle }),
    release: (batch) => loader.release(batch),
    close: () => loader.close(),
  };
}
