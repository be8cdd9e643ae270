/**
 * Writes docs/recipe-settings.md, the tables of all settings of a recipe, from the recipe's schema: `npm run generate:settings`. A test generates it
 * anew and compares, so that it cannot fall behind.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSchemaNode } from '../src/base/schema-faults.ts';
import { alternativesOf, type SchemaNode } from '../src/base/schema-node.ts';
import { describeAllowed, findTag, splitDescription, tagOf } from '../src/base/schema-words.ts';
import { recipeSchema } from '../src/study/train/recipe-schema.ts';
import { formatText } from './format-text.ts';

export const settingsFile = join(import.meta.dirname, '../docs/recipe-settings.md');

const head = `# Settings of a recipe

Generated from the recipe's schema by \`npm run generate:settings\`; not to be changed by hand.

A recipe is a JSON object with these settings. The column "default" says which are required, and what holds where another one is absent or
null. [training.md](training.md) tells how to train with a recipe.
`;

/** The text of the page. */
export function generateSettings(): string {
  const root = toSchemaNode(recipeSchema);
  return formatText(`${head}\n${renderTable(root, '')}\n${renderParts(root, '')}`, 'recipe-settings.md');
}

/** A section for each setting that has settings of its own. */
function renderParts(node: SchemaNode, prefix: string): string {
  const sections = settingsOf(node).flatMap(([name, setting]) => {
    const objects = objectsOf(setting);
    if (objects.length === 0) return [];
    const tag = findTag(objects);
    const tables = objects.map((object) => {
      const kind = tag === undefined ? '' : `### ${tag}: ${tagOf(object, tag)}\n\n${meaningOf(object)}\n\n`;
      return `${kind}${renderTable(object, `${prefix}${name}.`, tag)}`;
    });
    const parts = objects.map((object) => renderParts(object, `${prefix}${name}.`));
    return [`## ${prefix}${name}\n\n${meaningOf(setting)}\n\n${tables.join('\n')}\n${parts.join('')}`];
  });
  return sections.join('\n');
}

function renderTable(node: SchemaNode, prefix: string, tag?: string): string {
  const rows = settingsOf(node)
    .filter(([name]) => name !== tag)
    .map(([name, setting]) => {
      const hasPart = objectsOf(setting).length > 0;
      const shown = hasPart ? `[\`${prefix}${name}\`](#${(prefix + name).toLowerCase()})` : `\`${prefix}${name}\``;
      return [shown, describeAllowed(setting), describeDefault(node, name, setting), meaningOf(setting)];
    });
  const lines = [['setting', 'allowed', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows];
  return `${lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`).join('\n')}\n`;
}

function describeDefault(parent: SchemaNode, name: string, setting: SchemaNode): string {
  const { otherwise } = splitDescription(setting);
  const isRequired = parent.required?.includes(name) === true;
  if (otherwise === undefined) return isRequired ? 'required' : '';
  return `${isRequired ? 'null' : 'absent'}: ${otherwise.replace(/\.$/, '')}`;
}

function meaningOf(node: SchemaNode): string {
  return splitDescription(node).meaning;
}

/** The kinds of objects with settings that a setting can be. */
function objectsOf(setting: SchemaNode): readonly SchemaNode[] {
  return alternativesOf(setting).filter(({ properties }) => properties !== undefined);
}

function settingsOf({ properties = {} }: SchemaNode): readonly (readonly [name: string, setting: SchemaNode])[] {
  return Object.entries(properties).flatMap(([name, setting]) =>
    typeof setting === 'boolean' ? [] : [[name, setting] as const],
  );
}

if (process.argv[1] === import.meta.filename) writeFileSync(settingsFile, generateSettings());
