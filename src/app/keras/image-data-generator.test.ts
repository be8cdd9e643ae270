import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeTinyDataset } from '../../../test/tiny-dataset.ts';
import type { Batch } from '../../engine/fit/batch.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { imageDataGenerator, type FlowOptions } from './image-data-generator.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flow-'));
  await writeTinyDataset(folder, { side: 30, train: 6, validation: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

const flow = (options: FlowOptions) =>
  imageDataGenerator({ rescale: 1 / 255 }).flowFromDirectory(path.join(folder, 'train'), {
    targetSize: [12, 16],
    cacheDir: null,
    ...options,
  });

it("images as Keras reads them by default, and with Keras's interpolation", async () => {
  const plain = createPreprocessingSpec(16, 12);
  expect((await flow({})).preprocessing).toEqual(plain);
  expect((await flow({ interpolation: 'bilinear' })).preprocessing).toEqual({ ...plain, resize: 'bilinear' });
});

it('the options of the preprocessing reach the pixels', async () => {
  const options = { crop: 0.1, fit: 'letterbox', histogram: 'uniform', jpegQuality: 60 } as const;
  const generator = await flow({ interpolation: 'bilinear', preprocessing: options });
  const spec = { ...createPreprocessingSpec(16, 12), resize: 'bilinear', ...options } as const;
  expect(generator.preprocessing).toEqual(spec);
  const loader = await generator.open();
  const { value: batch } = await loader.epoch(0, { shuffle: false }).next();
  await loader.close();
  expect((batch as Batch).count).toBe(6);
  const file = path.join(folder, 'train', generator.filenames[0] as string);
  const pixels = await preprocess(await readFile(file), file, spec);
  expect((batch as Batch).images.slice(0, 192)).toEqual(
    Float32Array.from(pixels, (level) => level * Math.fround(1 / 255)),
  );
});

it('refuses options that cannot be', async () => {
  await expect(flow({ preprocessing: { crop: 0.5 } })).rejects.toThrow(/The imageDataGenerator .*crop/);
});

it('reads images that were not there the first time', async () => {
  const generator = await flow({});
  const file = path.join(folder, 'train', generator.filenames[0] as string);
  await rename(file, `${file}.away`);
  await expect(generator.open()).rejects.toThrow('cannot be read');
  await rename(`${file}.away`, file);
  const loader = await generator.open();
  const { value: batch } = await loader.epoch(0, { shuffle: false }).next();
  await loader.close();
  expect((batch as Batch).count).toBe(6);
});
