import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFaults } from './schema-faults.ts';

const schema = z.strictObject({
  title: z.string().min(1),
  count: z.int().min(1).max(64),
  share: z.number().gt(0).max(1),
  weight: z.number().min(0).lt(10).exactOptional(),
  seed: z.int().nullable().exactOptional(),
  colour: z.enum(['red', 'green', 'blue']).exactOptional(),
  edition: z.enum(['2.8', '2.9']).exactOptional(),
  on: z.boolean().exactOptional(),
  made: z.iso.datetime().exactOptional(),
  range: z
    .tuple([z.number().min(0), z.number()])
    .refine(([low, high]) => low <= high, { error: 'the first number must not be above the second' })
    .exactOptional(),
  sizes: z.array(z.int().min(1)).min(1).exactOptional(),
  weights: z.union([z.literal('balanced'), z.record(z.string(), z.number().positive())]).exactOptional(),
  zoom: z.union([z.number().max(1), z.tuple([z.number().min(1), z.number()])]).exactOptional(),
  rule: z
    .union([z.literal('best'), z.strictObject({ cost: z.number() }), z.strictObject({ sensitivity: z.number() })])
    .exactOptional(),
  animal: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('bird'), wings: z.int(), song: z.string() }),
      z.strictObject({ kind: z.literal('fish'), fins: z.int() }),
      z.strictObject({ kind: z.literal('snake') }),
    ])
    .nullable()
    .exactOptional(),
  part: z.strictObject({ part: z.strictObject({ depth: z.int() }) }).exactOptional(),
  open: z.record(z.string(), z.json()).exactOptional(),
});
const names = Object.keys(schema.shape).join(', ');
const good = { title: 'x', count: 2, share: 1 };

function faultsOf(value: unknown): string {
  const { error } = schema.safeParse(value);
  return describeFaults(schema, value, error?.issues ?? [], { whole: 'the note', part: 'setting' });
}

it.each<[unknown, string]>([
  // Values.
  [{ ...good, title: '' }, 'title must be a text that is not empty, but "" was given'],
  [{ ...good, title: 7 }, 'title must be a text that is not empty, but 7 was given'],
  [{ ...good, count: 0 }, 'count must be a whole number from 1 to 64, but 0 was given'],
  [{ ...good, count: 1.5 }, 'count must be a whole number from 1 to 64, but 1.5 was given'],
  [{ ...good, count: '2' }, 'count must be a whole number from 1 to 64, but "2" was given'],
  [{ ...good, count: Number.NaN }, 'count must be a whole number from 1 to 64, but NaN was given'],
  [{ ...good, share: 0 }, 'share must be a number above 0 and at most 1, but 0 was given'],
  [{ ...good, weight: 10 }, 'weight must be a number from 0 to less than 10, but 10 was given'],
  [{ ...good, weight: undefined }, 'weight must be a number from 0 to less than 10, but undefined was given'],
  [{ ...good, seed: 0.5 }, 'seed must be a whole number or null, but 0.5 was given'],
  [{ ...good, on: 'yes' }, 'on must be true or false, but "yes" was given'],
  [{ ...good, made: 'May' }, 'made must be a date and time such as 2026-01-31T12:00:00Z, but "May" was given'],
  [{ ...good, colour: 'gren' }, 'colour must be red, green or blue, but "gren" was given (did you mean green?)'],
  [{ ...good, colour: 'violet' }, 'colour must be red, green or blue, but "violet" was given'],
  [{ ...good, edition: 2.8 }, 'edition must be "2.8" or "2.9", but 2.8 was given'],
  [
    { ...good, title: ['a'.repeat(200)] },
    `title must be a text that is not empty, but ["${'a'.repeat(78)}... was given`,
  ],
  // Arrays and pairs.
  [{ ...good, range: [1, 2, 3] }, 'range must be [a number of at least 0, a number], but [1,2,3] was given'],
  [{ ...good, range: [-1, 2] }, 'range[0] must be a number of at least 0, but -1 was given'],
  [{ ...good, range: [2, 1] }, 'range cannot be [2,1]: the first number must not be above the second'],
  [{ ...good, sizes: [] }, 'sizes must be an array of at least 1, each a whole number of at least 1, but [] was given'],
  [{ ...good, sizes: [1, 0] }, 'sizes[1] must be a whole number of at least 1, but 0 was given'],
  // Unions.
  [
    { ...good, weights: 'balancd' },
    'weights must be balanced or an object whose values are each a number above 0, but "balancd" was given (did you mean balanced?)',
  ],
  [{ ...good, weights: { 'a b': 0 } }, 'weights["a b"] must be a number above 0, but 0 was given'],
  [{ ...good, zoom: 2 }, 'zoom must be a number of at most 1 or [a number of at least 1, a number], but 2 was given'],
  [{ ...good, zoom: [0, 2] }, 'zoom[0] must be a number of at least 1, but 0 was given'],
  [{ ...good, rule: { cost: '5' } }, 'rule.cost must be a number, but "5" was given'],
  [
    { ...good, rule: { costs: 5 } },
    'rule must be best, an object with cost or an object with sensitivity, but {"costs":5} was given',
  ],
  [
    { ...good, animal: 'bird' },
    'animal must be an object whose kind is bird, fish or snake, or null, but "bird" was given',
  ],
  [
    { ...good, animal: { kind: 'brid', wings: 2, song: 'tu' } },
    'animal.kind must be bird, fish or snake, but "brid" was given (did you mean bird?)',
  ],
  [
    { ...good, animal: { kind: 'brid', wigns: 2, song: 'tu' } },
    'animal.kind must be bird, fish or snake, but "brid" was given (did you mean bird?); animal.wigns is not a setting (did you mean animal.wings?)',
  ],
  [{ ...good, animal: { fins: 1 } }, 'the setting animal.kind is missing: it must be bird, fish or snake'],
  [
    { ...good, animal: { kind: 'fish', wings: 1, fins: 2 } },
    'animal.wings is not a setting (did you mean animal.fins?)',
  ],
  [{ ...good, animal: { kind: 'snake', tongue: 1 } }, 'animal.tongue is not a setting: known are kind'],
  // Names.
  [{ ...good, shape: 1 }, 'shape is not a setting (did you mean share?)'],
  [{ ...good, COUNT: 1 }, 'COUNT is not a setting (did you mean count?)'],
  [{ title: 'x', share: 1, cuont: 2 }, 'cuont is not a setting (did you mean count?)'],
  [{ title: 'x', count: 2 }, 'the setting share is missing: it must be a number above 0 and at most 1'],
  [{ ...good, part: { part: { depth: 1, width: 2 } } }, 'part.part.width is not a setting: known are depth'],
  [{ ...good, part: { part: { dpeth: 1 } } }, 'part.part.dpeth is not a setting (did you mean part.part.depth?)'],
  [{ ...good, part: {} }, 'the setting part.part is missing: it must be an object with depth'],
  [
    JSON.parse('{"title":"x","count":2,"share":1,"__proto__":1,"part":{"part":{"depth":1,"toString":2}}}'),
    `part.part.toString is not a setting: known are depth; __proto__ is not a setting: known are ${names}`,
  ],
  [{ ...good, '\u009b2J': 1 }, '["\\x9b2J"] is not a setting: known are ' + names],
  // All of it.
  [[], 'the note must be an object with title, count and share, but [] was given'],
  [null, 'the note must be an object with title, count and share, but null was given'],
  [
    { ...good, count: 0, shar: 1 },
    'count must be a whole number from 1 to 64, but 0 was given; shar is not a setting (did you mean share?)',
  ],
])('%j', (value, sentence) => {
  expect(faultsOf(value)).toBe(sentence);
});

describe('many faults', () => {
  it('are listed up to the tenth', () => {
    const names = Array.from({ length: 12 }, (_, index) => `unknown${index}`);
    const faults = faultsOf({
      ...good,
      part: { part: { depth: 1, ...Object.fromEntries(names.map((name) => [name, 1])) } },
    });
    const clauses = names.map((name) => `part.part.${name} is not a setting: known are depth`);
    expect(faults).toBe([...clauses.slice(0, 10), 'and 2 more'].join('; '));
  });
});

it('follows a schema that refers to itself', () => {
  interface Tree {
    readonly name: string;
    readonly children?: readonly Tree[] | undefined;
  }
  const tree: z.ZodType<Tree> = z.strictObject({ name: z.string(), children: z.lazy(() => z.array(tree)).optional() });
  const value = { name: 'a', children: [{ name: 'b', children: [{ nmae: 'c' }] }] };
  const { error } = tree.safeParse(value);
  expect(describeFaults(tree, value, error?.issues ?? [])).toBe(
    'children[0].children[0].nmae is not a field (did you mean children[0].children[0].name?)',
  );
});
