/**
 * A recipe: every setting of a training, as data. Nothing has a default outside the file, so that a recipe says all there
 * is to say (a preprocessing option that it does not name is not applied); what is missing, unknown or impossible is an
 * error that names the setting.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import { augmentationSpecSchema } from '../../imaging/augment/augmentation-spec.ts';
import {
  preprocessingOptionSchemas,
  resizeSchema,
  type PreprocessingSpec,
} from '../../imaging/prepare/preprocessing-spec.ts';
import { networkNames } from './networks.ts';
import { describeIssue, suggest } from './recipe-issues.ts';
import { scheduleSchema } from '../../engine/fit/schedule.ts';

const share = z.number().min(0).lt(1);
const learningRate = z.number().positive();
const epsilon = z.number().positive();

const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('sgd'), learningRate, momentum: share }),
  z.strictObject({
    name: z.literal('rmsprop'),
    learningRate,
    rho: share,
    epsilon,
    /** Outside the root as in Keras up to 2.10, or inside as later. */
    epsilonPlacement: z.enum(['outside', 'inside']),
  }),
  z.strictObject({
    name: z.literal('adam'),
    learningRate,
    beta1: share,
    beta2: share,
    epsilon,
    amsgrad: z.boolean(),
  }),
  z.strictObject({
    name: z.literal('adamw'),
    learningRate,
    beta1: share,
    beta2: share,
    epsilon,
    weightDecay: z.number().min(0).max(10),
  }),
]);

const progressiveResizingSchema = z.strictObject({
  /** Of the epochs, rounded down: those that see smaller images, the first ones. */
  share: z.number().gt(0).lt(1),
  /** The side of these images over imageSize, rounded to whole pixels. */
  scale: z.number().gt(0).lt(1),
});

export const recipeSchema = z.strictObject({
  version: z.literal(1),
  /** Shown wherever the training is. */
  name: z.string().min(1),
  network: z.enum(networkNames),
  /** Width and height of the network's input, pixels. */
  imageSize: z.int().min(2).max(4096),
  channels: z.literal(1),
  /**
   * Smaller images first, which cost less (Howard et al., 2018, DAWNBench; Tan and Le, 2021). Only for a network whose weights fit every size,
   * and without early stopping, which would compare losses on images of two sizes. Absent: all epochs see images of imageSize.
   */
  progressiveResizing: progressiveResizingSchema.exactOptional(),
  preprocessing: z.strictObject({
    resize: resizeSchema,
    /** What a grey level 0..255 is multiplied by. */
    rescale: z.number().positive(),
    // Absent: the article's way.
    ...preprocessingOptionSchemas,
  }),
  /** null: images as they are. */
  augmentation: augmentationSpecSchema.nullable(),
  /** From logits: binary for two classes (a sigmoid), categorical for more (a softmax). */
  loss: z.literal('crossentropy'),
  /** Share of each target that is spread over all classes. Absent: none. */
  labelSmoothing: share.exactOptional(),
  /** balanced: each class counts as much as any other, N / (classes n); or a number per class, by name. Absent: each image counts 1. */
  classWeights: z.union([z.literal('balanced'), z.record(z.string(), z.number().positive())]).exactOptional(),
  optimizer: optimizerSchema,
  /** How the learning rate changes from step to step. Absent: it stays. */
  schedule: scheduleSchema.exactOptional(),
  /** The largest norm of a step's gradient over all parameters; larger ones are scaled down. Absent: any. */
  clipNorm: z.number().positive().exactOptional(),
  /** Validation and model use an average of the weights over the steps, of which each keeps this share. Absent: the weights themselves. */
  averageDecay: share.exactOptional(),
  batchSize: z.int().min(1).max(65_536),
  /** At most. */
  epochs: z.int().min(1).max(1_000_000),
  /** null: all epochs are trained and the last weights are kept. */
  earlyStopping: z
    .strictObject({
      monitor: z.literal('val_loss'),
      /** Epochs without improvement. */
      patience: z.int().min(0),
      /** The model gets the weights of the best epoch, also where the last epoch is reached; else the last ones. */
      restoreBestWeights: z.boolean(),
    })
    .nullable(),
  /** Of two classes the one that is looked for; null: the last by name. */
  positiveClass: z.string().min(1).nullable(),
  seed: z.int().min(0),
  /** null: all cores. The last bits of the result depend on it. */
  threads: z.int().min(1).max(1024).nullable(),
  device: z.enum(['cpu', 'webgpu', 'cuda']),
});

export type Recipe = Readonly<z.infer<typeof recipeSchema>>;

/** What flags can change. */
export interface RecipeOverrides {
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly imageSize?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  readonly device?: Recipe['device'] | undefined;
  readonly positiveClass?: string | undefined;
}

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
      ? `The recipe file ${nameOrFile} ${what}.`
      : `There is no recipe ${nameOrFile}: ${known}${suggest(nameOrFile, names)}.`;
    throw new PneumoscopeError('E_RECIPE', sentence, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const sentence = `The recipe ${nameOrFile} is not JSON: ${(error as Error).message}.`;
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
  const result = recipeSchema.safeParse(withoutRun(value));
  if (result.success) {
    const { progressiveResizing, earlyStopping } = result.data;
    if (progressiveResizing === undefined || earlyStopping === null) return result.data;
    const sentence = `The recipe ${where} cannot be used: progressiveResizing needs earlyStopping to be null, since losses on images of two sizes cannot be compared.`;
    throw new PneumoscopeError('E_RECIPE', sentence);
  }
  const issues = result.error.issues.map((issue) => describeIssue(issue, value));
  throw new PneumoscopeError('E_RECIPE', `The recipe ${where} cannot be used: ${issues.join('; ')}.`);
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
