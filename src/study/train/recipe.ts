/** Reads recipes, the ones that come with the package and those of users, and changes single settings of them. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../base/files/parse-json.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { suggest } from '../../base/nearest.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { recipeSchema, type Recipe, type RecipeOverrides } from './recipe-schema.ts';

export type { Recipe, RecipeOverrides } from './recipe-schema.ts';

/** Beside src/ in a checkout, beside dist/ in the published package. */
const recipeFolder = new URL('../../../recipes/', import.meta.url);

/**
 * @param nameOrFile a recipe of this package, or a JSON file; the `recipe.json` of a run is one as well
 * @throws PneumoscopeError E_RECIPE naming the file and the setting
 */
export async function loadRecipe(nameOrFile: string): Promise<Recipe> {
  const names = await recipeNames();
  const own = names.includes(nameOrFile);
  const file = own ? new URL(`${nameOrFile}.json`, recipeFolder) : nameOrFile;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const known = `the recipes here are ${names.join(', ')}; anything else is the path of a JSON file`;
    const code = (error as NodeJS.ErrnoException).code;
    const looksLikeFile = /[\\/]|\.json$/.test(nameOrFile);
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    const sentence = looksLikeFile
      ? `The recipe file ${nameOrFile} ${what}`
      : `There is no recipe ${nameOrFile}: ${known}${suggest(nameOrFile, names)}`;
    throw new PneumoscopeError('E_RECIPE', sentence, { cause: error });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const sentence = `The recipe ${nameOrFile} is not JSON: ${(error as Error).message}`;
    throw new PneumoscopeError('E_RECIPE', sentence, { cause: error });
  }
  return parseRecipe(value, nameOrFile);
}

/** The recipes that come with this package. */
export async function recipeNames(): Promise<readonly string[]> {
  const files = await readdir(recipeFolder);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .toSorted();
}

/**
 * @param where named in the error, such as the file
 * @throws PneumoscopeError E_RECIPE listing all that is missing, unknown or impossible
 */
export function parseRecipe(value: unknown, where = 'given'): Recipe {
  const settings = withoutRun(value);
  const result = recipeSchema.safeParse(settings);
  if (!result.success) {
    const faults = describeFaults(recipeSchema, settings, result.error.issues, {
      whole: 'the recipe',
      part: 'setting',
    });
    throw new PneumoscopeError('E_RECIPE', `The recipe ${where} cannot be used: ${faults}`);
  }
  const { progressiveResizing, earlyStopping } = result.data;
  if (progressiveResizing === undefined || earlyStopping === null) return result.data;
  const sentence = `The recipe ${where} cannot be used: progressiveResizing needs earlyStopping to be null, since losses on images of two sizes cannot be compared`;
  throw new PneumoscopeError('E_RECIPE', sentence);
}

/** @throws PneumoscopeError E_RECIPE when a value is impossible */
export function overrideRecipe(recipe: Recipe, overrides: RecipeOverrides): Recipe {
  const { learningRate: rate, ...rest } = overrides;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const optimizer = rate === undefined ? recipe.optimizer : { ...recipe.optimizer, learningRate: rate };
  return parseRecipe({ ...recipe, ...given, optimizer }, recipe.name);
}

export function recipePreprocessing({ imageSize, channels, preprocessing }: Recipe): PreprocessingSpec {
  return { version: 1, width: imageSize, height: imageSize, channels, ...preprocessing };
}

/** A run's own file says beside the settings what they were used on. */
function withoutRun(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('run' in value)) return value;
  const { run: _run, ...settings } = value;
  return settings;
}
