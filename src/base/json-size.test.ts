import { describe, expect, it } from 'vitest';
import { findJsonExcess } from './json-size.ts';

const limits = { depth: 4, lists: 10, names: 5, values: 20 };
const find = (text: string): string | undefined => findJsonExcess(Buffer.from(text), limits);

describe('findJsonExcess', () => {
  it.each([
    ['[[[[1]]]]', undefined],
    ['[[[[[1]]]]]', 'depth'],
    ['[' + '[],'.repeat(8) + '[]]', undefined],
    ['[' + '[],'.repeat(9) + '[]]', 'lists'],
    ['{"a":1,"b":1,"c":1,"d":1,"e":1}', undefined],
    ['{"a":1,"b":1,"c":1,"d":1,"e":{"f":1}}', 'names'],
    [`[${Array(20).fill(0).join()}]`, undefined],
    [`[${Array(21).fill(0).join()}]`, 'values'],
    ['['.repeat(100_000), 'depth'],
    ['', undefined],
    ['no JSON ] } ]', undefined],
  ])('of %.40s is %s', (text, excess) => {
    expect(find(text)).toBe(excess);
  });

  it('counts nothing within a string', () => {
    const inside = String.raw`[[[[[{:,\"\\`.repeat(50);
    expect(find(`["${inside}",1]`)).toBeUndefined();
    expect(find(`["${inside}",[[[[1]]]]]`)).toBe('depth');
    expect(find(String.raw`["\\",[[[[1]]]]]`)).toBe('depth');
    expect(find('["no end [[[[[[')).toBeUndefined();
  });
});
