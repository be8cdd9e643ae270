/** Flags that are settings of a recipe: each is read, refused and described by the recipe's own schema. */
import type { Option } from 'commander';
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import { describeFaults, toSchemaNode } from '../../base/schema-faults.ts';
import type { SchemaNode } from '../../base/schema-node.ts';
import { describeAllowed, splitDescription } from '../../base/schema-words.ts';
import { joinWords } from '../../base/text.ts';
import { overrideSchemas, type RecipeOverrides } from '../../study/train/recipe-schema.ts';
import { recipeNames } from '../../study/train/recipe.ts';

/** What --recipe can be. */
export async function describeRecipes(): Promise<string> {
  return joinWords([...(await recipeNames()), 'a JSON file'], 'or');
}

/**
 * Makes a flag that setting. A value that cannot be is refused with E_USAGE, in the sentence that a recipe with that value gets, with the flag in
 * place of the path.
 *
 * @param meaning for the help; the first sentence of the setting's description unless given
 */
export function readAsSetting(option: Option, setting: keyof RecipeOverrides, meaning?: string): void {
  const described = overrideSchemas[setting];
  // On a command line null is the flag that is not given.
  const schema = described instanceof z.ZodNullable ? described.unwrap() : described;
  const node = toSchemaNode(schema);
  const words = meaning ?? splitDescription(toSchemaNode(described)).meaning.replace(/\.( .*)?$/, '');
  const isAnyText = node.type === 'string' && node.enum === undefined;
  const sentence = isAnyText ? words : `${words}: ${describeAllowed(node)}`;
  option.description = sentence.charAt(0).toLowerCase() + sentence.slice(1);
  const flag = option.long ?? option.flags;
  option.argParser((text) => {
    const value = readValue(text, node);
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const faults = describeFaults(schema, value, result.error.issues, { whole: flag, part: 'setting' });
    throw new PneumoscopeError('E_USAGE', faults);
  });
}

/** A number where one is asked for and nothing else is written; a whole one by its digits alone. */
function readValue(text: string, { type }: SchemaNode): string | number {
  if (type === 'integer') return /^[+-]?\d+$/.test(text) ? Number(text) : text;
  if (type === 'number') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
  return text;
}
