/** One batch from prepared pixels, as a pure function of (seed, epoch, batch): the loader's worker and tests call it. */
import { augment } from '../../imaging/augment/augmentation.ts';
import { drawAugmentation, type AugmentationSpec } from '../../imaging/augment/augmentation-spec.ts';
import { writeNetworkInput } from '../../imaging/prepare/network-input.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { Batch } from '../../engine/fit/batch.ts';
import { RandomGenerator } from '../../base/random.ts';

/** What batches are made of; every field survives structured cloning. */
export interface BatchSource {
  /** `labels.length * width * height` grey bytes */
  readonly pixels: Uint8Array;
  /** class index per image */
  readonly labels: Float32Array;
  readonly spec: PreprocessingSpec;
  readonly batchSize: number;
  readonly seed: number;
  /** absent: images as they are */
  readonly augmentation?: AugmentationSpec | undefined;
}

/** The memory a batch of the full size needs; given back and used again. */
export interface BatchBuffers {
  readonly images: ArrayBuffer;
  readonly labels: ArrayBuffer;
  readonly indices: ArrayBuffer;
}

/** The purpose of the random streams, which are (seed, purpose, epoch, position). */
const augmentationStream = 2;

/** The last one may be partial. */
export function countBatches(images: number, batchSize: number): number {
  return Math.ceil(images / batchSize);
}

export function allocateBatchBuffers({ batchSize, spec }: Pick<BatchSource, 'batchSize' | 'spec'>): BatchBuffers {
  return {
    images: new ArrayBuffer(batchSize * spec.width * spec.height * 4),
    labels: new ArrayBuffer(batchSize * 4),
    indices: new ArrayBuffer(batchSize * 4),
  };
}

/**
 * The batch of positions `batch * batchSize ...` of `order`. An image's augmentation depends on the seed, the epoch and its
 * position in the epoch only, so a batch has the same bits whether or not those before it were ever made.
 *
 * @param order of the epoch, see `epochOrder`
 * @param buffers its views are returned; allocated when absent
 */
export function buildBatch(
  source: BatchSource,
  order: Int32Array,
  epoch: number,
  batch: number,
  buffers: BatchBuffers = allocateBatchBuffers(source),
): Batch {
  const { pixels, spec, seed, augmentation, batchSize } = source;
  const size = spec.width * spec.height;
  const start = batch * batchSize;
  const count = Math.min(batchSize, order.length - start);
  const images = new Float32Array(buffers.images, 0, count * size);
  const labels = new Float32Array(buffers.labels, 0, count);
  const indices = new Int32Array(buffers.indices, 0, count);
  for (let i = 0; i < count; i++) {
    const index = order[start + i] as number;
    indices[i] = index;
    labels[i] = source.labels[index] as number;
    const image = pixels.subarray(index * size, (index + 1) * size);
    if (augmentation === undefined) writeNetworkInput(image, spec, images, i * size);
    else {
      const random = new RandomGenerator(seed, augmentationStream, epoch, start + i);
      const parameters = drawAugmentation(augmentation, random);
      augment(image, spec.width, spec.height, parameters, images, i * size, spec.rescale);
    }
  }
  return { images, labels, count, indices };
}
