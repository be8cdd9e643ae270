/** Words for what is wrong with a recipe, with the setting that was probably meant. */
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { augmentationSettings } from '../../imaging/augment/augmentation-spec.ts';
import { preprocessingOptionSchemas } from '../../imaging/prepare/preprocessing-spec.ts';

const optimizerSettings: Readonly<Record<string, readonly string[]>> = {
  sgd: ['name', 'learningRate', 'momentum'],
  rmsprop: ['name', 'learningRate', 'rho', 'epsilon', 'epsilonPlacement'],
  adam: ['name', 'learningRate', 'beta1', 'beta2', 'epsilon', 'amsgrad'],
  adamw: ['name', 'learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay'],
};

/** The settings of each part; '' is the recipe itself. */
const settings: Readonly<Record<string, readonly string[]>> = {
  '': [
    'version',
    'name',
    'network',
    'imageSize',
    'channels',
    'progressiveResizing',
    'preprocessing',
    'augmentation',
    'loss',
    'labelSmoothing',
    'classWeights',
    'optimizer',
    'schedule',
    'clipNorm',
    'averageDecay',
    'batchSize',
    'epochs',
    'earlyStopping',
    'positiveClass',
    'seed',
    'threads',
    'device',
  ],
  preprocessing: ['resize', 'rescale', ...Object.keys(preprocessingOptionSchemas)],
  progressiveResizing: ['share', 'scale'],
  augmentation: augmentationSettings,
  earlyStopping: ['monitor', 'patience', 'restoreBestWeights'],
};

/** One clause that names the setting by its path. */
export function describeIssue(issue: z.core.$ZodIssue, recipe: unknown): string {
  const path = issue.path.join('.');
  const received = valueAt(recipe, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownSettings(path, recipe);
    const prefix = path === '' ? '' : `${path}.`;
    return issue.keys
      .map(
        (key) => `${prefix}${key} is not a setting${suggest(key, known, prefix) || `: known are ${known.join(', ')}`}`,
      )
      .join('; ');
  }
  if (received === undefined) return `the setting ${path || 'version'} is missing`;
  const name = path || 'the recipe';
  const shown = JSON.stringify(received);
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const hint = typeof received === 'string' ? suggest(received, values) : '';
    return `${name} is ${shown}, but ${values.join(' or ')} was expected${hint}`;
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue) {
    const values = Object.keys(optimizerSettings);
    const hint = typeof received === 'string' ? suggest(received, values) : '';
    return `${name} is ${shown}, but ${values.join(' or ')} was expected${hint}`;
  }
  return `${name} is ${shown}, which is impossible (${issue.message})`;
}

/** ' Did you mean ...?' when a known word is near, else nothing. */
export function suggest(word: string, known: readonly string[], prefix = ''): string {
  if (known.length === 0) return '';
  const nearest = known.find((name) => name.toLowerCase() === word.toLowerCase()) ?? closest(word, known);
  const near = distance(word.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, nearest.length / 3);
  return near ? ` (did you mean ${prefix}${nearest}?)` : '';
}

function knownSettings(path: string, recipe: unknown): readonly string[] {
  if (path !== 'optimizer') return settings[path] ?? [];
  return optimizerSettings[String(valueAt(recipe, ['optimizer', 'name']))] ?? [];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return current;
}
