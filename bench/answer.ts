/** One X-ray at a time from its file to the answer of the shipped model, on one thread: what a ward waits for. */
import { loadClassifier } from '../src/model/use/classifier.ts';
import { listDatasetFolder } from '../src/data/folder/dataset-folder.ts';
import { withImages } from './images.ts';
import { timed } from './lib/interleave.ts';
import { median } from './lib/statistics.ts';
import type { BenchSettings, Row } from './settings.ts';

export async function benchAnswer(settings: BenchSettings): Promise<readonly Row[]> {
  return withImages(settings, async (folder) => {
    const { images } = await listDatasetFolder(folder);
    await using classifier = await loadClassifier(undefined, { threads: 1 });
    const first = images[0]?.path ?? folder;
    for (let warming = 0; warming < 5; warming++) await classifier.classify(first);
    const [whole, network]: [number[], number[]] = [[], []];
    for (const { path } of images) {
      whole.push(1000 * (await timed(() => classifier.classify(path))));
      const pixels = await classifier.prepare(path);
      network.push(1000 * (await timed(() => classifier.classifyPixels([pixels]))));
    }
    const against = `the network alone, ${median(network).toFixed(1)} ms`;
    return [
      {
        what: `one X-ray of ${images.length} to its answer, one thread, median`,
        value: median(whole),
        unit: 'ms',
        against,
        ratio: median(network) / median(whole),
        goal: { text: '25 ms, then 10' },
      },
    ];
  });
}
