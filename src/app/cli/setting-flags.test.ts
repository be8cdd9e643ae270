import { Command } from 'commander';
import { expect, it } from 'vitest';
import { loadRecipe, overrideRecipe } from '../../study/train/recipe.ts';
import type { RecipeOverrides } from '../../study/train/recipe-schema.ts';
import { addTrainingFlags, toOverrides, type TrainingFlags } from './training-flags.ts';

async function parse(...args: string[]): Promise<RecipeOverrides> {
  const program = new Command('program').exitOverride().configureOutput({ writeErr: () => {} });
  const command = program.command('train').action(() => {});
  addTrainingFlags(command, { isRecipeRequired: false, recipeNote: 'or none' });
  await program.parseAsync(['train', ...args], { from: 'user' });
  return toOverrides(command.opts<TrainingFlags>());
}

it('give the values that the recipe takes', async () => {
  const flags = ['--epochs', '+3', '--learning-rate', '1e-3', '--batch-size', '8', '--image-size', '64', '--seed', '0'];
  const overrides = await parse(...flags, '--threads', '2', '--device', 'webgpu', '--positive', '7');
  const learningRate = 0.001;
  const settings = {
    epochs: 3,
    batchSize: 8,
    imageSize: 64,
    seed: 0,
    threads: 2,
    device: 'webgpu',
    positiveClass: '7',
  };
  expect(overrides).toEqual({ ...settings, learningRate });
  expect(overrideRecipe(await loadRecipe('improved'), overrides)).toMatchObject({
    ...settings,
    optimizer: { learningRate },
  });
});

// The same words for a flag and for the setting in a file; only there can some be null.
it.each<[string, string, keyof RecipeOverrides, unknown, string]>([
  ['--epochs', '0', 'epochs', 0, 'a whole number from 1 to 1000000, but 0 was given'],
  ['--epochs', '1e1', 'epochs', '1e1', 'a whole number from 1 to 1000000, but "1e1" was given'],
  ['--epochs', '0x10', 'epochs', '0x10', 'a whole number from 1 to 1000000, but "0x10" was given'],
  ['--epochs', '', 'epochs', '', 'a whole number from 1 to 1000000, but "" was given'],
  ['--learning-rate', '0', 'learningRate', 0, 'a number above 0, but 0 was given'],
  ['--learning-rate', '1e999', 'learningRate', Infinity, 'a number above 0, but Infinity was given'],
  ['--learning-rate', 'fast', 'learningRate', 'fast', 'a number above 0, but "fast" was given'],
  ['--batch-size', '1.5', 'batchSize', '1.5', 'a whole number from 1 to 65536, but "1.5" was given'],
  ['--image-size', '4097', 'imageSize', 4097, 'a whole number from 2 to 4096, but 4097 was given'],
  ['--seed', '-1', 'seed', -1, 'a whole number of at least 0, but -1 was given'],
  ['--threads', '1025', 'threads', 1025, 'a whole number from 1 to 1024( or null)?, but 1025 was given'],
  ['--device', 'gpu', 'device', 'gpu', 'cpu, webgpu or cuda, but "gpu" was given( \\(did you mean cpu\\?\\))'],
  ['--positive', '', 'positiveClass', '', 'a text that is not empty( or null)?, but "" was given'],
])('%s %j is refused as the setting is', async (flag, text, setting, value, sentence) => {
  const recipe = await loadRecipe('improved');
  const message = (name: string): unknown => expect.stringMatching(new RegExp(`${name} must be ${sentence}$`));
  await expect(parse(flag, text)).rejects.toMatchObject({ code: 'E_USAGE', message: message(`^${flag}`) });
  const path = setting === 'learningRate' ? 'optimizer.learningRate' : setting;
  expect(() => overrideRecipe(recipe, { [setting]: value })).toThrow(
    expect.objectContaining({ code: 'E_RECIPE', message: message(`: ${path}`) }),
  );
});

it('say in the help which recipes there are, and what each setting allows', async () => {
  let help = '';
  const program = new Command('program').exitOverride().configureOutput({ writeOut: (text) => (help += text) });
  const command = program.command('train').configureHelp({ helpWidth: 200 });
  addTrainingFlags(command, { isRecipeRequired: true, recipeNote: 'its rate does not matter', without: ['epochs'] });
  await expect(program.parseAsync(['train', '--help'], { from: 'user' })).rejects.toThrow('(outputHelp)');
  expect(help).toMatch(/--recipe <name> +baseline, compact, .* or a JSON file; its rate does not matter\n/);
  expect(help).toMatch(/--batch-size <images> +the number of images of a step: a whole number from 1 to 65536\n/);
  expect(help).toMatch(/--device <name> +where the network runs: cpu, webgpu or cuda\n/);
  expect(help).toMatch(/--positive <class> +the positive one of two classes\n/);
  expect(help).not.toContain('--epochs');
});
