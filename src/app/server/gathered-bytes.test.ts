import { expect, it } from 'vitest';
import { GatheredBytes } from './gathered-bytes.ts';

it.each([
  ['none', []],
  ['a few', [3, 5, 0, 7]],
  ['up to the change', [2 ** 20]],
  ['beyond it', [2 ** 19, 2 ** 19, 1]],
  ['one large piece', [9 * 2 ** 20]],
  ['many large pieces', Array<number>(40).fill(300_001)],
])('gives back what was added: %s', (_, lengths) => {
  const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1));
  const bytes = new GatheredBytes();
  for (const piece of pieces) bytes.add(piece);
  expect(bytes.take().equals(Buffer.concat(pieces))).toBe(true);
});

it('holds nothing once it is dropped', () => {
  const bytes = new GatheredBytes();
  bytes.add(Buffer.alloc(3 * 2 ** 20));
  bytes.drop();
  expect(bytes.take()).toHaveLength(0);
});
