import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { generateSettings, settingsFile } from '../scripts/generate-settings.ts';
import { toSchemaNode } from '../src/base/schema-faults.ts';
import { alternativesOf, type SchemaNode } from '../src/base/schema-node.ts';
import { describeAllowed, findTag, splitDescription } from '../src/base/schema-words.ts';
import { augmentationSpecSchema } from '../src/imaging/augment/augmentation-spec.ts';
import { preprocessingSpecSchema } from '../src/imaging/prepare/preprocessing-spec.ts';
import { recipeSchema } from '../src/study/train/recipe-schema.ts';

it('docs/recipe-settings.md is what the schema says: npm run generate:settings', () => {
  expect(readFileSync(settingsFile, 'utf8')).toBe(generateSettings());
});

/** Every setting at every depth, with the object that it stands in. */
function listSettings(node: SchemaNode, prefix = ''): { path: string; parent: SchemaNode; setting: SchemaNode }[] {
  return alternativesOf(node).flatMap((parent) =>
    Object.entries(parent.properties ?? {}).flatMap(([name, setting]) => {
      if (typeof setting === 'boolean' || name === findTag(alternativesOf(node))) return [];
      const path = `${prefix}${name}`;
      return [{ path, parent, setting }, ...listSettings(setting, `${path}.`)];
    }),
  );
}

it('every setting says what it means, and what holds without it', () => {
  const settings = listSettings(toSchemaNode(recipeSchema));
  expect(settings.length).toBeGreaterThan(60);
  for (const { path, parent, setting } of settings) {
    const { meaning, otherwise } = splitDescription(setting);
    const canBeLeftOut = parent.required?.includes(path.split('.').at(-1) as string) !== true;
    const canBeNull = alternativesOf(setting).some(({ type }) => type === 'null');
    expect([path, meaning], path).toEqual([path, expect.stringMatching(/^[A-Z].*\.$/)]);
    expect([path, otherwise !== undefined], path).toEqual([path, canBeLeftOut || canBeNull]);
  }
});

describe('a doc comment of the public types is the description of the schema, with or without what is allowed', () => {
  it.each<[string, z.ZodType]>([
    ['src/imaging/augment/augmentation-spec.ts', augmentationSpecSchema],
    ['src/imaging/prepare/preprocessing-spec.ts', preprocessingSpecSchema],
  ])('%s', (file, schema) => {
    const source = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    for (const [name, setting] of Object.entries(toSchemaNode(schema).properties ?? {})) {
      const { description, ...node } = setting as SchemaNode;
      const allowed = describeAllowed(node);
      const sentence = `${allowed.charAt(0).toUpperCase()}${allowed.slice(1)}.`;
      const comments = [description, `${description} ${sentence}`].map((text) => `/** ${text} */\n  readonly ${name}`);
      expect(
        comments.filter((comment) => source.includes(comment)),
        name,
      ).toHaveLength(1);
    }
  });
});
