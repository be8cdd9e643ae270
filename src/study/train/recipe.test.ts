import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { articleAugmentation } from '../../imaging/augment/augmentation-spec.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
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
  const edits: [string, (recipe: Recipe) => unknown, string][] = [
    [
      'a mistyped setting',
      ({ epochs, ...rest }) => ({ ...rest, epoch: epochs }),
      'epoch is not a setting (did you mean epochs?)',
    ],
    ['a missing setting', ({ epochs: _, ...rest }) => rest, 'the setting epochs is missing'],
    [
      'another case',
      ({ batchSize, ...rest }) => ({ ...rest, batchsize: batchSize }),
      'batchsize is not a setting (did you mean batchSize?)',
    ],
    [
      'an unknown setting',
      (recipe) => ({ ...recipe, xyzzy: 1 }),
      'xyzzy is not a setting: known are version, name, network',
    ],
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
      'optimizer.name is "adan", but sgd or rmsprop or adam or adamw was expected (did you mean adam?)',
    ],
    [
      'a mistyped setting of the augmentation',
      (recipe) => ({ ...recipe, augmentation: { ...articleAugmentation, rotaton: 1 } }),
      'augmentation.rotaton is not a setting (did you mean augmentation.rotation?)',
    ],
    [
      'a mistyped setting of the early stopping',
      (recipe) => ({ ...recipe, earlyStopping: { monitor: 'val_loss', patiance: 5, restoreBestWeights: true } }),
      'earlyStopping.patiance is not a setting (did you mean earlyStopping.patience?)',
    ],
    [
      'an unknown network',
      (recipe) => ({ ...recipe, network: 'improvd' }),
      'network is "improvd", but baseline or improved',
    ],
    ['an impossible value', (recipe) => ({ ...recipe, batchSize: 0 }), 'batchSize is 0, which is impossible'],
    ['a value of another type', (recipe) => ({ ...recipe, seed: '7' }), 'seed is "7", which is impossible'],
    ['an array', () => [], 'the recipe is []'],
    ['nothing', () => null, 'the recipe is null'],
  ];

  it.each(edits)('%s', async (_, edit, sentence) => {
    const recipe = await loadRecipe('improved');
    const parse = (): unknown => parseRecipe(edit(recipe), 'mine.json');
    expect(parse).toThrow(expect.objectContaining({ code: 'E_RECIPE', message: expect.stringContaining(sentence) }));
    expect(parse).toThrow(/^The recipe mine\.json cannot be used: /);
  });

  it('lists everything that is wrong', async () => {
    const recipe = { ...(await loadRecipe('improved')), epochs: -1, sed: 3 };
    expect(() => parseRecipe(recipe)).toThrow(/epochs is -1.*; sed is not a setting \(did you mean seed\?\)/);
  });

  it.each([
    [
      'improvde',
      expect.stringMatching(
        /^There is no recipe improvde: .*baseline, .*improved.*JSON file \(did you mean improved\?\)\.$/,
      ),
    ],
    ['./nowhere.json', 'The recipe file ./nowhere.json does not exist.'],
  ])('%s does not exist', async (name, message) => {
    await expect(loadRecipe(name)).rejects.toThrow(expect.objectContaining({ code: 'E_RECIPE', message }));
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
    expect(() => overrideRecipe(recipe, { learningRate: -1 })).toThrow(/optimizer\.learningRate is -1/);
  });
});

it('a run’s own recipe.json is a recipe', async () => {
  const recipe = await loadRecipe('baseline');
  const file = path.join(folder, 'recipe.json');
  await writeFile(file, JSON.stringify({ ...recipe, run: { program: 'x' } }));
  expect(await loadRecipe(file)).toEqual(recipe);
});
