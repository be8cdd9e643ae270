/** Decoding, grey conversion and resize of X-ray files, two cores against Pillow in one process. */
import { createPreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { listDatasetFolder } from '../src/data/folder/dataset-folder.ts';
import { preprocess } from '../src/imaging/prepare/preprocess.ts';
import type { PreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { readImageFile } from '../src/imaging/decode/read-image-file.ts';
import { release } from '../src/base/release.ts';
import { withImages } from './images.ts';
import { runPillow } from './lib/peer.ts';
import { timed } from './lib/interleave.ts';
import { median } from './lib/statistics.ts';
import type { BenchSettings, Row } from './settings.ts';

export async function benchDecoding(settings: BenchSettings): Promise<readonly Row[]> {
  const { size, rounds, smoke } = settings;
  return withImages(settings, async (folder) => {
    const { images } = await listDatasetFolder(folder);
    const files = images.map(({ path }) => path);
    const spec = createPreprocessingSpec(size);
    const ours: number[] = [];
    const ratios: number[] = [];
    let against = 'Pillow left out';
    for (let round = 0; round < rounds; round++) {
      // As Pillow's own script: one pass that is not measured right before the one that is.
      await prepareAll(files, spec);
      const seconds = await timed(() => prepareAll(files, spec));
      ours.push(seconds);
      const peer = smoke ? undefined : await runPillow(folder, { size, passes: 1 });
      if (peer?.status === 'measured') {
        ratios.push(images.length / peer.value.imagesPerSecondMedian / seconds);
        against = `Pillow ${peer.value.pillow}, one process`;
      } else if (peer) against = peer.reason;
    }
    const value = images.length / median(ours);
    const ratio = ratios.length > 0 ? median(ratios) : undefined;
    return [
      {
        what: `decoding and preprocessing ${images.length} files`,
        value,
        unit: 'images/s',
        against,
        ratio,
        goal: { text: '1, then 2' },
      },
    ];
  });
}

/** As many files in work at once as a training's preparation has. */
const concurrency = 12;

/** What Pillow's script does, and no more: a training also takes each file's SHA-256 on the way, some 3 % of the time. */
async function prepareAll(files: readonly string[], spec: PreprocessingSpec): Promise<void> {
  const left = files.values();
  const work = async (): Promise<void> => {
    for (const file of left) {
      const bytes = await readImageFile(file);
      release(await preprocess(bytes, file, spec));
      release(bytes);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}
