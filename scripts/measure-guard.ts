/**
 * The figures of docs/input-guard.md: fits a guard on a split's train and validation sets and counts what it refuses of the test set, of changed
 * and of drawn images. Every image takes the whole preprocessing after it was changed, as a user's file would.
 *
 *   node scripts/measure-guard.ts SPLIT [ORIGINALS]     ORIGINALS: a folder of X-rays in their published size, at any depth
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { changes, drawings, mirror, type Change } from '../test/not-x-rays.ts';
import { findImages } from '../src/data/folder/find-images.ts';
import { listDatasetFolder } from '../src/data/folder/dataset-folder.ts';
import { prepareImages } from '../src/data/cache/image-cache.ts';
import { generatePhantoms } from '../src/data/phantoms/phantoms.ts';
import { fitGuard } from '../src/model/guard/fit-guard.ts';
import { Guard, type GuardResult } from '../src/model/guard/guard.ts';
import { augment } from '../src/imaging/augment/augmentation.ts';
import { articleAugmentation, drawAugmentation } from '../src/imaging/augment/augmentation-spec.ts';
import { decodeGray } from '../src/imaging/decode/decode.ts';
import type { GrayImage } from '../src/imaging/gray-image.ts';
import { preprocessDecoded } from '../src/imaging/prepare/preprocess.ts';
import type { PreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { RandomGenerator } from '../src/base/random.ts';

const side = 224;
const changedImages = 196;
const drawnImages = 100;
const base: PreprocessingSpec = {
  version: 1,
  width: side,
  height: side,
  channels: 1,
  resize: 'bilinear',
  rescale: 1 / 255,
};
const specs: readonly PreprocessingSpec[] = [base, { ...base, histogram: 'uniform' }];

const [split, originals] = process.argv.slice(2);
if (split === undefined) throw new Error('Name the folder of a split.');

async function openGuard(spec: PreprocessingSpec): Promise<Guard> {
  const sets = await Promise.all(
    ['train', 'validation'].map(async (set) => {
      const { images } = await listDatasetFolder(path.join(split as string, set));
      const { pixels } = await prepareImages(images, spec, { cacheDir: null });
      return { pixels, width: side, height: side };
    }),
  );
  const [train, validation] = sets as [(typeof sets)[number], (typeof sets)[number]];
  const spent = process.cpuUsage();
  const guard = fitGuard(train, { validation });
  const { user, system } = process.cpuUsage(spent);
  if (guard === null) throw new Error('Too few images.');
  const bytes = JSON.stringify(guard).length;
  console.error(
    `${spec.histogram ?? 'plain'}: ${bytes} bytes, ${((user + system) / 1e6).toFixed(1)} s of a processor, flag ${guard.thresholds.flag.toFixed(3)}, refuse ${guard.thresholds.refuse.toFixed(3)}`,
  );
  return new Guard(guard);
}

interface Row {
  readonly name: string;
  readonly count: number;
  /** one per spec */
  readonly cells: readonly string[];
}
const rows: Row[] = [];
const guards: Guard[] = [];
for (const spec of specs) guards.push(await openGuard(spec));

async function measure(name: string, images: AsyncIterable<GrayImage> | Iterable<GrayImage>): Promise<void> {
  const results: GuardResult[][] = specs.map(() => []);
  for await (const image of images) {
    for (const [index, spec] of specs.entries()) {
      const pixels = await preprocessDecoded(image, spec);
      results[index]?.push((guards[index] as Guard).score(pixels, side, side));
    }
  }
  const count = results[0]?.length ?? 0;
  const cells = results.flatMap((each) => {
    const share = (verdicts: readonly string[]): string =>
      ((100 * each.filter(({ verdict }) => verdicts.includes(verdict)).length) / count).toFixed(1);
    return [share(['refused']), share(['refused', 'flagged'])];
  });
  rows.push({ name, count, cells });
  console.log(`| ${name} | ${count} | ${cells.join(' | ')} |`);
}

const test = await listDatasetFolder(path.join(split, 'test'));
const decoded: { readonly image: GrayImage; readonly label: number }[] = [];
for (const { path: file, label } of test.images) {
  decoded.push({ image: await decodeGray(await readFile(file), file), label });
}
const all = decoded.map(({ image }) => image);
const some = Array.from(
  { length: changedImages },
  (_, i) => all[Math.floor((i * all.length) / changedImages)] as GrayImage,
);

const gentle: Change = ({ width, height, data }, index) => {
  const values = new Float32Array(width * height);
  augment(data, width, height, drawAugmentation(articleAugmentation, new RandomGenerator(977, index)), values, 0, 1);
  return { width, height, data: Uint8Array.from(values, (value) => Math.round(value)) };
};

console.log('| images | number | refused, % | flagged or refused, % | refused, % | flagged or refused, % |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
await measure('test set', all);
for (const [label, name] of test.classNames.entries()) {
  await measure(
    `of them ${name}`,
    decoded.filter((each) => each.label === label).map(({ image }) => image),
  );
}
await measure('augmented as in the article', all.map(gentle));
await measure('left and right exchanged', all.map(mirror));
async function* files(folder: string): AsyncGenerator<GrayImage> {
  for (const file of await findImages([folder])) yield decodeGray(await readFile(file), file);
}
if (originals !== undefined) await measure('originals in their published size', files(originals));
for (const [name, change] of Object.entries(changes)) await measure(name, some.map(change));
for (const [name, draw] of Object.entries(drawings)) {
  const count = ['black', 'white'].includes(name) ? 1 : drawnImages;
  await measure(
    name,
    Array.from({ length: count }, (_, index) => draw(side, index)),
  );
}
const folder = await mkdtemp(path.join(tmpdir(), 'guard-phantoms-'));
await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 60, size: side, seed: 5 });
await measure("phantoms of 'dataset phantoms'", files(folder));
await rm(folder, { recursive: true, force: true });
