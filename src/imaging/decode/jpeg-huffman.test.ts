import { expect, it } from 'vitest';
import { readHuffmanTable } from './jpeg-huffman.ts';

/** One code of one bit, for this symbol. */
const spec = (symbol: number): Buffer => Buffer.from([1, ...Array.from({ length: 15 }, () => 0), symbol]);

it('takes the memory of the tables that were not used for longest, never of those that a file has in use', () => {
  const first = readHuffmanTable(spec(0), 5);
  const seen = [...(first?.one ?? [])];
  for (let symbol = 1; symbol < 100; symbol++) {
    expect(readHuffmanTable(spec(0), 5)).toBe(first);
    expect(readHuffmanTable(spec(symbol), 5)).not.toBe(first);
    expect(first?.one[0]).toBe(seen[0]);
  }
  expect([...(first?.one ?? [])]).toEqual(seen);
});

it('leaves nothing of the table whose memory it takes', () => {
  const wide = Buffer.from([2, ...Array.from({ length: 15 }, () => 0), 1, 2]);
  for (let size = 0; size < 40; size++) readHuffmanTable(wide, size);
  for (let size = 0; size < 40; size++) {
    const table = readHuffmanTable(spec(1), size);
    expect([table?.one[0x7fff], table?.one[0x8000], table?.short[0x1ff], table?.several[0xfff]]).toEqual([
      expect.any(Number),
      0,
      0,
      0,
    ]);
  }
});

it('refuses more codes than fit', () => {
  expect(readHuffmanTable(Buffer.from([3, ...Array.from({ length: 15 }, () => 0), 1, 2, 3]), 5)).toBeUndefined();
});
