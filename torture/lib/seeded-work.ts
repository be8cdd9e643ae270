/** Data, a run and an archive to work on, drawn on the spot: each command of the trial begins with a copy of them. */
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashBytes } from '../../src/base/files/digest.ts';
import { splitDataset } from '../../src/data/split/split.ts';
import { train } from '../../src/study/train/train.ts';
import { loadRecipe, overrideRecipe } from '../../src/study/train/recipe.ts';
import { writeTinyPatients } from '../../test/tiny-dataset.ts';
import { writeZip } from '../../test/fixtures/data/zip-writer.ts';

/** Flags of a training of seconds that has all there is to resume: augmentation, dropout, states, several steps an epoch. */
export const trainingFlags: readonly string[] =
  '--recipe improved --image-size 32 --batch-size 8 --threads 1 --checkpoint-minutes 0'.split(' ');

const spoiledFiles = [
  { name: 'NORMAL/broken.png', content: 'not an image' },
  { name: 'PNEUMONIA/short.jpeg', content: 'neither' },
] as const;

/** Of the files that are no images, among those that are. */
export const spoiledDigests: readonly string[] = spoiledFiles.map(({ content }) => hashBytes(Buffer.from(content)));

/**
 * Makes `raw` (images by class), `raw.zip`, `data` (a split), `spoiled` (raw with two files that are no images), `run` (trained) and
 * `small.onnx` (a model that a command may replace).
 */
export async function makeWork(folder: string): Promise<void> {
  const at = (name: string): string => path.join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeTinyPatients(at('raw'), { side: 40, patients: 9 });
  await splitDataset({ from: at('raw'), out: at('data'), validation: 0.25, test: 0.25, link: 'copy' });
  const files = (await readdir(at('raw'), { recursive: true })).filter((name) => name.endsWith('.png')).toSorted();
  const entries = files.map(async (name) => ({
    name: `set/${name.split(path.sep).join('/')}`,
    data: await readFile(path.join(at('raw'), name)),
  }));
  await writeFile(at('raw.zip'), writeZip(await Promise.all(entries)));
  await cp(at('raw'), at('spoiled'), { recursive: true });
  for (const { name, content } of spoiledFiles) await writeFile(path.join(at('spoiled'), name), content);
  const recipe = overrideRecipe(await loadRecipe('improved'), { imageSize: 32, batchSize: 8, epochs: 1, threads: 1 });
  // The run says where its data are as it was told, and a copy has them in the same place.
  const before = process.cwd();
  process.chdir(folder);
  try {
    await train({ data: 'data', out: 'run', recipe, cacheDir: null });
  } finally {
    process.chdir(before);
  }
  await cp(path.join(at('run'), 'model.onnx'), at('small.onnx'));
}

/** A fresh copy of what {@link makeWork} made; one that was there is removed first by its caller. */
export async function copyWork(from: string, to: string): Promise<void> {
  const half = `${to}.copying`;
  await cp(from, half, { recursive: true });
  await rename(half, to);
}
