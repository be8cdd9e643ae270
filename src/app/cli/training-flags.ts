/** The flags that all commands share that train: the recipe, and what overrides settings of it. */
import { Option, type Command } from 'commander';
import type { RecipeOverrides } from '../../study/train/recipe.ts';

/** What the flags of {@link addTrainingFlags} give. */
export interface TrainingFlags extends Omit<RecipeOverrides, 'positiveClass'> {
  readonly recipe?: string;
  readonly positive?: RecipeOverrides['positiveClass'];
}

export interface TrainingFlagOptions {
  readonly isRecipeRequired: boolean;
  /** Behind the names of the recipes in the help. */
  readonly recipeNote: string;
  /** Settings that the command has no flag for. */
  readonly without?: readonly (keyof RecipeOverrides)[];
  /** In place of the setting's own words in the help. */
  readonly meanings?: Readonly<Partial<Record<keyof RecipeOverrides, string>>>;
}

const settingFlags: Readonly<Record<keyof RecipeOverrides, string>> = {
  epochs: '--epochs <number>',
  learningRate: '--learning-rate <number>',
  batchSize: '--batch-size <images>',
  imageSize: '--image-size <pixels>',
  seed: '--seed <number>',
  threads: '--threads <number>',
  device: '--device <name>',
  positiveClass: '--positive <class>',
};

const group = 'The recipe, and what overrides its settings:';

/**
 * Adds --recipe and a flag for each setting that can be overridden. What a flag allows and says is in the recipe's schema. To load that takes a
 * while, so it is done when the command is called, and the help of other commands stays quick.
 */
export function addTrainingFlags(command: Command, options: TrainingFlagOptions): Command {
  const { isRecipeRequired, recipeNote, without = [], meanings = {} } = options;
  const recipe = new Option('--recipe <name>', '').makeOptionMandatory(isRecipeRequired).helpGroup(group);
  const settings = (Object.keys(settingFlags) as (keyof RecipeOverrides)[])
    .filter((setting) => !without.includes(setting))
    .map((setting) => ({ setting, option: new Option(settingFlags[setting], '').helpGroup(group) }));
  for (const option of [recipe, ...settings.map((each) => each.option)]) command.addOption(option);
  command.parent?.hook('preSubcommand', async (_program, called) => {
    if (called !== command) return;
    const { describeRecipes, readAsSetting } = await import('./setting-flags.ts');
    recipe.description = `${await describeRecipes()}; ${recipeNote}`;
    for (const { setting, option } of settings) readAsSetting(option, setting, meanings[setting]);
  });
  return command;
}

export function toOverrides({ positive: positiveClass, ...flags }: TrainingFlags): RecipeOverrides {
  const { epochs, batchSize, imageSize, learningRate, seed, threads, device } = flags;
  return { epochs, batchSize, imageSize, learningRate, seed, threads, device, positiveClass };
}
