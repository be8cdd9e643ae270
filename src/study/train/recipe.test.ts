import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { articleAugmentation } from '../../imaging/augment/augmentation-spec.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { recipeSchema } from './recipe-schema.ts';
import { loadRecipe, overrideRecipe, parseRecipe, recipeNames, recipePreprocessing, type Recipe } from './recipe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'recipe-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the recipes of the article', () => {
  it('are there', async () => {
    expect(await recipeNames()).toEqual(expect.arrayContaining(['baseline', 'improved']));
  });

  it.each(['baseline', 'improved'])(
    '%s: 256 x 256 grey, batch 32, at most 100 epochs, patience 5 on the validation loss',
    async (name) => {
      expect(await loadRecipe(name)).toMatchObject({
        name,
        network: name,
        imageSize: 256,
        channels: 1,
        batchSize: 32,
        epochs: 100,
        loss: 'crossentropy',
        earlyStopping: { monitor: 'val_loss', patience: 5, restoreBestWeights: true },
      });
    },
  );

  it('baseline: RMSprop with epsilon outside the root, no augmentation', async () => {
    const { optimizer, augmentation } = await loadRecipe('baseline');
    expect(optimizer).toEqual({
      name: 'rmsprop',
      learningRate: 1e-4,
      rho: 0.9,
      epsilon: 1e-7,
      epsilonPlacement: 'outside',
    });
    expect(augmentation).toBeNull();
  });

  it('improved: AMSGrad and the article’s augmentation', async () => {
    const { optimizer, augmentation } = await loadRecipe('improved');
    const adam = { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true };
    expect(optimizer).toEqual(adam);
    expect(augmentation).toEqual(articleAugmentation);
  });

  it('prepare images exactly as the rest of the program does', async () => {
    expect(recipePreprocessing(await loadRecipe('improved'))).toEqual(createPreprocessingSpec(256));
  });
});

describe('a recipe that cannot be used', () => {
  const settings = Object.keys(recipeSchema.shape).join(', ');
  const required =
    'version, name, network, imageSize, channels, preprocessing, augmentation, loss, optimizer, batchSize, epochs, earlyStopping, positiveClass, seed, threads and device';

  it.each<[string, (recipe: Recipe) => unknown, string]>([
    [
      'a mistyped setting',
      ({ epochs, ...rest }) => ({ ...rest, epoch: epochs }),
      'epoch is not a setting (did you mean epochs?)',
    ],
    [
      'a missing setting',
      ({ epochs: _, ...rest }) => rest,
      'the setting epochs is missing: it must be a whole number from 1 to 1000000',
    ],
    [
      'another case',
      ({ batchSize, ...rest }) => ({ ...rest, batchsize: batchSize }),
      'batchsize is not a setting (did you mean batchSize?)',
    ],
    ['an unknown setting', (recipe) => ({ ...recipe, xyzzy: 1 }), `xyzzy is not a setting: known are ${settings}`],
    [
      'a mistyped setting of the optimiser',
      (recipe) => ({ ...recipe, optimizer: { ...recipe.optimizer, beta_1: 0.9 } }),
      'optimizer.beta_1 is not a setting (did you mean optimizer.beta1?)',
    ],
    [
      'a setting of another optimiser',
      (recipe) => ({ ...recipe, optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0, rho: 0.9 } }),
      'optimizer.rho is not a setting: known are name, learningRate, momentum',
    ],
    [
      'an unknown optimiser',
      (recipe) => ({ ...recipe, optimizer: { name: 'adan', learningRate: 0.1 } }),
      'optimizer.name must be sgd, rmsprop, adam or adamw, but "adan" was given (did you mean adam?)',
    ],
    [
      'no optimiser',
      (recipe) => ({ ...recipe, optimizer: null }),
      'optimizer must be an object whose name is sgd, rmsprop, adam or adamw, but null was given',
    ],
    [
      'a mistyped schedule',
      (recipe) => ({ ...recipe, schedule: { name: 'cosin', warmup: 1, final: 0.01 } }),
      'schedule.name must be cosine or one-cycle, but "cosin" was given (did you mean cosine?)',
    ],
    [
      'a mistyped setting of a schedule',
      (recipe) => ({ ...recipe, schedule: { name: 'cosine', warmpu: 1, final: 0.01 } }),
      'schedule.warmpu is not a setting (did you mean schedule.warmup?)',
    ],
    [
      'a mistyped setting of a mistyped schedule',
      (recipe) => ({ ...recipe, schedule: { name: 'cosin', warmpu: 1, final: 0.01 } }),
      'schedule.name must be cosine or one-cycle, but "cosin" was given (did you mean cosine?); schedule.warmpu is not a setting (did you mean schedule.warmup?)',
    ],
    [
      'a setting of the other schedule',
      (recipe) => ({ ...recipe, schedule: { name: 'cosine', warmup: 1, final: 0.01, beginning: 0.1 } }),
      'schedule.beginning is not a setting: known are name, warmup, final',
    ],
    [
      'a mistyped setting of the augmentation',
      (recipe) => ({ ...recipe, augmentation: { ...articleAugmentation, rotaton: 1 } }),
      'augmentation.rotaton is not a setting (did you mean augmentation.rotation?)',
    ],
    [
      'an impossible zoom',
      (recipe) => ({ ...recipe, augmentation: { ...articleAugmentation, zoom: 2 } }),
      'augmentation.zoom must be a number from 0 to 0.95 or [a number of at least 0.05, a number of at least 0.05], but 2 was given',
    ],
    [
      'a range turned round',
      (recipe) => ({ ...recipe, augmentation: { ...articleAugmentation, gamma: [1.2, 0.8] } }),
      'augmentation.gamma cannot be [1.2,0.8]: the first number must not be above the second',
    ],
    [
      'a number for a text',
      (recipe) => ({ ...recipe, augmentation: { ...articleAugmentation, kerasVersion: 2.9 } }),
      'augmentation.kerasVersion must be "2.8" or "2.9", but 2.9 was given',
    ],
    [
      'a mistyped setting of the early stopping',
      (recipe) => ({ ...recipe, earlyStopping: { monitor: 'val_loss', patiance: 5, restoreBestWeights: true } }),
      'earlyStopping.patiance is not a setting (did you mean earlyStopping.patience?)',
    ],
    [
      'mistyped class weights',
      (recipe) => ({ ...recipe, classWeights: 'balancd' }),
      'classWeights must be balanced or an object whose values are each a number above 0, but "balancd" was given (did you mean balanced?)',
    ],
    [
      'an unknown network',
      (recipe) => ({ ...recipe, network: 'improvd' }),
      'network must be baseline, improved, compact or small, but "improvd" was given (did you mean improved?)',
    ],
    [
      'an impossible value',
      (recipe) => ({ ...recipe, batchSize: 0 }),
      'batchSize must be a whole number from 1 to 65536, but 0 was given',
    ],
    [
      'a value of another type',
      (recipe) => ({ ...recipe, seed: '7' }),
      'seed must be a whole number of at least 0, but "7" was given',
    ],
    [
      'many faults',
      (recipe) => ({ ...recipe, epochs: -1, threads: 0, sed: 3 }),
      'epochs must be a whole number from 1 to 1000000, but -1 was given; threads must be a whole number from 1 to 1024 or null, but 0 was given; sed is not a setting (did you mean seed?)',
    ],
    ['an array', () => [], `the recipe must be an object with ${required}, but [] was given`],
    ['nothing', () => null, `the recipe must be an object with ${required}, but null was given`],
  ])('%s', async (_, edit, sentence) => {
    const recipe = await loadRecipe('improved');
    expect(() => parseRecipe(edit(recipe), 'mine.json')).toThrow(
      expect.objectContaining({ code: 'E_RECIPE', message: `The recipe mine.json cannot be used: ${sentence}` }),
    );
  });

  it.each([
    [
      'improvde',
      expect.stringMatching(
        /^There is no recipe improvde: .*baseline, .*improved.*JSON file \(did you mean improved\?\)$/,
      ),
    ],
    ['./nowhere.json', 'The recipe file ./nowhere.json does not exist'],
  ])('%s does not exist', async (name, message) => {
    await expect(loadRecipe(name)).rejects.toThrow(expect.objectContaining({ code: 'E_RECIPE', message }));
  });

  it('begins with the byte-order mark of an editor: it is read', async () => {
    const file = path.join(folder, 'marked.json');
    await writeFile(
      file,
      `\ufeff${await readFile(new URL('../../../recipes/baseline.json', import.meta.url), 'utf8')}`,
    );
    expect(await loadRecipe(file)).toEqual(await loadRecipe('baseline'));
  });

  it('is not JSON', async () => {
    const file = path.join(folder, 'broken.json');
    await writeFile(file, '{ "version": 1,');
    await expect(loadRecipe(file)).rejects.toThrow(/broken\.json is not JSON/);
  });
});

describe('flags', () => {
  it('override settings, the learning rate inside the optimiser', async () => {
    const recipe = await loadRecipe('improved');
    const changed = overrideRecipe(recipe, { epochs: 3, learningRate: 0.01, threads: 2, batchSize: undefined });
    const optimizer = { ...recipe.optimizer, learningRate: 0.01 };
    expect(changed).toEqual({ ...recipe, epochs: 3, threads: 2, optimizer });
  });

  it('are checked as settings are', async () => {
    const recipe = await loadRecipe('improved');
    expect(() => overrideRecipe(recipe, { learningRate: -1 })).toThrow(
      /optimizer\.learningRate must be a number above 0, but -1 was given/,
    );
  });
});

it('a run’s own recipe.json is a recipe', async () => {
  const recipe = await loadRecipe('baseline');
  const file = path.join(folder, 'recipe.json');
  await writeFile(file, JSON.stringify({ ...recipe, run: { program: 'x' } }));
  expect(await loadRecipe(file)).toEqual(recipe);
});
