/** Options of the preprocessing, from a recipe file to the pixels that a saved model sees. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyDataset } from '../../../test/tiny-dataset.ts';
import { loadClassifier, type Classifier } from '../../model/use/classifier.ts';
import { evaluateFolder } from '../evaluate/evaluate.ts';
import { listDatasetFolder } from '../../data/folder/dataset-folder.ts';
import { prepareImages } from '../../data/cache/image-cache.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import { decoderVersion } from '../../imaging/decode/decode.ts';
import { createPreprocessingSpec, type PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { loadRecipe, overrideRecipe, parseRecipe, recipePreprocessing, type Recipe } from './recipe.ts';
import { train, type TrainResult } from './train.ts';

let root: string;
let data: string;
let plain: Recipe;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'options-'));
  data = path.join(root, 'data');
  await writeTinyDataset(data, { side: 40, train: 8, validation: 4 });
  plain = overrideRecipe(await loadRecipe('baseline'), { imageSize: 16, batchSize: 4, epochs: 1, threads: 1 });
});
afterAll(() => rm(root, { recursive: true }));

const withOptions = (preprocessing: object): unknown => ({
  ...plain,
  preprocessing: { ...plain.preprocessing, ...preprocessing },
});

/** Two steps; one cache for all, so that pixels of another spec lie ready to be mistaken. */
async function trainBriefly(name: string, recipe: Recipe): Promise<TrainResult> {
  return train({ data, out: path.join(root, name), recipe, cacheDir: path.join(root, 'cache'), maxSteps: 2 });
}

/** The pixels that training saw and those that the saved model makes of the same files. */
async function compare(classifier: Classifier, spec: PreprocessingSpec): Promise<Buffer> {
  const { images } = await listDatasetFolder(path.join(data, 'train'));
  const prepared = await prepareImages(images, spec, { cacheDir: path.join(root, 'cache') });
  expect(prepared.fromCache).toBe(images.length);
  const seen = await Promise.all(images.map((image) => classifier.prepare(image.path)));
  expect(Buffer.concat(seen).equals(prepared.pixels)).toBe(true);
  return Buffer.concat(seen);
}

describe('a recipe with options', () => {
  const pixels = new Map<string, string>();

  it.each<[string, object]>([
    ['none', {}],
    ['bilinear', { resize: 'bilinear' }],
    ['crop', { crop: 0.1 }],
    ['histogram', { histogram: 'normal' }],
    ['jpeg', { jpegQuality: 40 }],
    ['all', { resize: 'bilinear', crop: 0.1, fit: 'letterbox', histogram: 'uniform', jpegQuality: 40 }],
  ])('%s: the saved model prepares images as the training did', async (name, options) => {
    const file = path.join(root, `${name}.json`);
    await writeFile(file, JSON.stringify(withOptions(options)));
    const recipe = await loadRecipe(file);
    const spec = recipePreprocessing(recipe);
    expect(spec).toEqual({ ...createPreprocessingSpec(16), ...options });

    const { modelFile, metrics } = await trainBriefly(name, recipe);
    await using classifier = await loadClassifier(modelFile, { threads: 1 });
    expect(classifier.metadata.preprocessing).toEqual(spec);
    pixels.set((await compare(classifier, spec)).toString('hex'), name);
    const evaluation = await evaluateFolder(classifier, path.join(data, 'validation'));
    expect(evaluation.metrics.loss).toBeCloseTo(metrics.valLoss as number, 5);
    expect(await loadRecipe(path.join(root, name, 'recipe.json'))).toEqual(recipe);
  });

  it('each made pixels of its own, in a cache folder of its own', async () => {
    expect(pixels.size).toBe(6);
    const folders = await readdir(path.join(root, 'cache', 'pixels'));
    expect(folders).toHaveLength(6);
    expect(folders).toContain(`decoder${decoderVersion}-v1-16x16x1-nearest-0.003921568859368563`);
  });

  it('a letterbox keeps what a wide image shows, where stretching does not', async () => {
    const wide = await sharp({ create: { width: 64, height: 32, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const recipe = parseRecipe(withOptions({ fit: 'letterbox' }));
    const boxed = await preprocess(wide, 'wide.png', recipePreprocessing(recipe));
    const rows = Array.from({ length: 16 }, (_, y) => boxed.subarray(y * 16, (y + 1) * 16).every((v) => v === 255));
    expect(rows).toEqual(Array.from({ length: 16 }, (_, y) => y >= 4 && y < 12));
    expect((await preprocess(wide, 'wide.png', recipePreprocessing(plain))).every((v) => v === 255)).toBe(true);
  });

  it('cannot be resumed with another', async () => {
    await train({
      data,
      out: path.join(root, 'resumed'),
      recipe: plain,
      cacheDir: null,
      maxSteps: 1,
      keepCheckpoint: true,
    });
    const recipe = parseRecipe(withOptions({ crop: 0.2 }));
    const resuming = train({ data, out: path.join(root, 'resumed'), recipe, cacheDir: null, resume: true });
    await expect(resuming).rejects.toMatchObject({
      code: 'E_CHECKPOINT',
      message: expect.stringMatching(/preprocessing\.crop/) as string,
    });
  });
});

describe('a recipe with an option that cannot be', () => {
  it.each<[object, string]>([
    [{ resize: 'bicubic' }, 'resize must be nearest or bilinear, but "bicubic" was given'],
    [{ fit: 'leterbox' }, 'fit must be letterbox, but "leterbox" was given (did you mean letterbox?)'],
    [{ crop: 0.5 }, 'crop must be a number above 0 and at most 0.3, but 0.5 was given'],
    [{ histogram: 'unifrom' }, 'histogram must be uniform or normal, but "unifrom" was given (did you mean uniform?)'],
    [{ jpegQuality: 0 }, 'jpegQuality must be a whole number from 1 to 100, but 0 was given'],
    [{ jpegQualty: 75 }, 'jpegQualty is not a setting (did you mean preprocessing.jpegQuality?)'],
  ])('%j', (options, sentence) => {
    expect(() => parseRecipe(withOptions(options))).toThrow(
      expect.objectContaining({
        code: 'E_RECIPE',
        message: `The recipe given cannot be used: preprocessing.${sentence}`,
      }),
    );
  });
});

it('the recipes of this package name no option, so that their pixels are the article’s', async () => {
  for (const name of ['baseline', 'improved']) {
    const text = await readFile(new URL(`../../../recipes/${name}.json`, import.meta.url), 'utf8');
    expect(recipePreprocessing(parseRecipe(JSON.parse(text)))).toEqual(createPreprocessingSpec(256));
  }
});
