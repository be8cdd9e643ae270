/** What a schema allows, as words that follow 'must be': 'a whole number from 1 to 4096', 'cpu, webgpu or cuda'. */
import { alternativesOf, fixedValues, type SchemaNode } from './schema-node.ts';
import { joinWords } from './text.ts';

/** @param node of a JSON Schema, such as zod makes it */
export function describeAllowed(node: SchemaNode): string {
  const all = alternativesOf(node);
  const nodes = all.filter(({ type }) => type !== 'null');
  const tag = findTag(nodes);
  const words = nodes.flatMap((one) => (tag !== undefined && one.type === 'object' ? [] : describeNode(one)));
  const text = joinWords([...(tag === undefined ? [] : [describeTagged(nodes, tag)]), ...words], 'or');
  if (nodes.length === all.length) return text;
  return text === '' ? 'null' : `${text}${/ (?:and|or) /.test(text) ? ',' : ''} or null`;
}

/** A description as our schemas write it: what the value means, and behind 'Absent:' or 'Null:' what holds without it. */
export function splitDescription({ description = '' }: SchemaNode): {
  readonly meaning: string;
  readonly otherwise: string | undefined;
} {
  const [, meaning = description, otherwise] = /^(.*) (?:Absent|Null): (.*)$/.exec(description) ?? [];
  return { meaning, otherwise };
}

/** Of a union of kinds of objects the property whose value tells the kind. */
export function findTag(nodes: readonly SchemaNode[]): string | undefined {
  const objects = nodes.filter(({ type }) => type === 'object');
  const [first, ...others] = objects;
  if (first === undefined || others.length === 0) return undefined;
  return Object.keys(first.properties ?? {}).find((name) => objects.every((node) => tagOf(node, name) !== undefined));
}

/** The kind that a node of such a union stands for. */
export function tagOf({ properties = {} }: SchemaNode, tag: string): string | undefined {
  const property = properties[tag];
  return typeof property === 'object' && typeof property.const === 'string' ? property.const : undefined;
}

function describeTagged(nodes: readonly SchemaNode[], tag: string): string {
  const kinds = nodes.map((node) => tagOf(node, tag)).filter((kind) => kind !== undefined);
  return `an object whose ${tag} is ${joinWords(kinds, 'or')}`;
}

function describeNode(node: SchemaNode): readonly string[] {
  const fixed = fixedValues(node);
  if (fixed.length > 0) return fixed.map((value) => renderFixed(value));
  switch (node.type) {
    case 'integer':
      return [`a whole number${describeRange(node)}`];
    case 'number':
      return [`a number${describeRange(node)}`];
    case 'string':
      return [describeText(node)];
    case 'boolean':
      return ['true', 'false'];
    case 'array':
      return [describeArray(node)];
    case 'object':
      return [describeObject(node)];
    default:
      return ['any value'];
  }
}

/** Plain where nobody can take the word for something else than a text. */
function renderFixed(value: string | number | boolean | null): string {
  const looksOtherwise = typeof value === 'string' && (/^(-?\d|true$|false$|null$)/.test(value) || value === '');
  return looksOtherwise ? JSON.stringify(value) : String(value);
}

function describeRange(node: SchemaNode): string {
  const { exclusiveMinimum: above, exclusiveMaximum: below } = node;
  const minimum = isLimit(node.minimum) ? node.minimum : undefined;
  const maximum = isLimit(node.maximum) ? node.maximum : undefined;
  if (minimum !== undefined) {
    if (maximum !== undefined) return ` from ${minimum} to ${maximum}`;
    return typeof below === 'number' ? ` from ${minimum} to less than ${below}` : ` of at least ${minimum}`;
  }
  const limits = [
    ...(typeof above === 'number' ? [`above ${above}`] : []),
    ...(maximum === undefined ? [] : [`${typeof above === 'number' ? 'at most' : 'of at most'} ${maximum}`]),
    ...(typeof below === 'number' ? [`below ${below}`] : []),
  ];
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`;
}

/** What every whole number keeps to is no limit of its own. */
function isLimit(limit: number | undefined): limit is number {
  return limit !== undefined && Math.abs(limit) !== Number.MAX_SAFE_INTEGER;
}

const formats: Readonly<Record<string, string>> = {
  'date-time': 'a date and time such as 2026-01-31T12:00:00Z',
  base64: 'a text in base64',
};

function describeText({ format, pattern, minLength = 0, maxLength }: SchemaNode): string {
  const known = format === undefined ? undefined : formats[format];
  if (known !== undefined) return known;
  if (pattern !== undefined) return `a text that matches ${pattern}`;
  if (maxLength !== undefined) return `a text of ${minLength} to ${maxLength} characters`;
  if (minLength === 1) return 'a text that is not empty';
  return minLength === 0 ? 'a text' : `a text of at least ${minLength} characters`;
}

function describeArray({ prefixItems = [], items, minItems = 0, maxItems }: SchemaNode): string {
  if (prefixItems.length > 0) return `[${prefixItems.map((item) => describeItem(item)).join(', ')}]`;
  const counts = minItems === 0 ? '' : ` of at least ${minItems}`;
  const size = maxItems === undefined ? counts : ` of ${minItems} to ${maxItems}`;
  return `an array${size}, each ${Array.isArray(items) ? 'any value' : describeItem(items)}`;
}

function describeObject({ properties, required = [], additionalProperties }: SchemaNode): string {
  if (properties === undefined) return `an object whose values are each ${describeItem(additionalProperties)}`;
  const names = required.length > 0 ? required : Object.keys(properties);
  return names.length === 0 ? 'an empty object' : `an object with ${joinWords(names, 'and')}`;
}

function describeItem(item: SchemaNode | boolean | undefined): string {
  return typeof item === 'object' ? describeAllowed(item) : 'any value';
}
