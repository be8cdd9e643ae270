/**
 * An epoch from JPEG files with the article's augmentation, once they are decoded, against the bare training step: what
 * shuffling, augmenting and moving batches between threads costs.
 */
import { listDatasetFolder } from '../src/data/folder/dataset-folder.ts';
import { openBatchLoader } from '../src/data/batches/batches.ts';
import { prepareImages } from '../src/data/cache/image-cache.ts';
import { articleAugmentation } from '../src/imaging/augment/augmentation-spec.ts';
import { createPreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { TrainingClient } from '../src/engine/runtime/training-client.ts';
import { buildTraining, initialiseTraining } from '../src/engine/fit/training-program.ts';
import { describeNetwork } from '../src/study/train/networks.ts';
import { optimizers } from './engine.ts';
import { withImages } from './images.ts';
import { interleave, timed } from './lib/interleave.ts';
import type { BenchSettings, Row } from './settings.ts';

export async function benchEpoch(settings: BenchSettings): Promise<readonly Row[]> {
  const { size, batch: batchSize, rounds, threads } = settings;
  return withImages(settings, async (folder) => {
    const { images } = await listDatasetFolder(folder);
    const spec = createPreprocessingSpec(size);
    const { pixels } = await prepareImages(images, spec, { cacheDir: null });
    const training = buildTraining(describeNetwork('improved', 1, size), {
      optimizer: optimizers.improved,
      classCount: 2,
      device: 'cpu',
      threads,
    });
    const client = await TrainingClient.create(training.program);
    await initialiseTraining(client, training, 0);
    const labels = images.map(({ label }) => label);
    const loader = openBatchLoader({ pixels, labels, spec, batchSize, seed: 0, augmentation: articleAugmentation });
    // A tiny rate: the weights must not wander into denormals while the same images come again and again.
    const rate = 1e-6;
    let number = 0;
    const epoch = async (): Promise<void> => {
      for await (const batch of loader.epoch(number++, { shuffle: true })) {
        const { images: used, labels: usedLabels } = await client.step({
          images: batch.images,
          labels: batch.labels,
          rate,
        });
        loader.release({ ...batch, images: used, labels: usedLabels });
      }
    };
    const full = Math.floor(images.length / batchSize) * batchSize;
    const rest = images.length - full;
    // Pixels as the network gets them: an image of zeros would let the processor off lightly.
    const images32 = new Float32Array(batchSize * size * size).map(
      (_, index) => (pixels[index % pixels.length] ?? 0) / 255,
    );
    const bareSteps = async (): Promise<void> => {
      for (const count of [...Array<number>(full / batchSize).fill(batchSize), ...(rest > 0 ? [rest] : [])]) {
        await client.step({ images: images32.slice(0, count * size * size), labels: new Float32Array(count), rate });
      }
    };
    try {
      const result = await interleave(
        [
          { name: 'epoch', measure: () => timed(epoch) },
          { name: 'bare', measure: () => timed(bareSteps) },
        ],
        { rounds },
      );
      return [
        {
          what: `improved, epoch of ${images.length} augmented JPEG files`,
          value: images.length / result.summary('epoch').median,
          unit: 'images/s',
          against: 'the bare training step',
          ratio: result.ratio('bare', 'epoch'),
          goal: { text: '0.90, then 0.97' },
        },
      ];
    } finally {
      await loader.close();
      await client.close();
    }
  });
}
