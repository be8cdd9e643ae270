import { describe, expect, it } from 'vitest';
import { buildFeatureMatrix, computeMedian, encodeCategory, encodeNumber } from './feature-columns.ts';

describe('encodeNumber', () => {
  it('gives the number and its distance from the median', () => {
    expect(encodeNumber([1, 5, 2, 10]).map((column) => Array.from(column))).toEqual([
      [1, 5, 2, 10],
      [2.5, 1.5, 1.5, 6.5],
    ]);
  });
});

describe('encodeCategory', () => {
  it('gives frequent categories a column each and the rare ones one together', () => {
    const columns = encodeCategory(['a', 'b', 'a', 'c', 'a', 'b', 'b', 'b', 'd']);
    expect(columns.map((column) => Array.from(column).join(''))).toEqual(['010001110', '101010000', '000100001']);
  });

  it('has no column for what there is not', () => {
    expect(encodeCategory(['x', 'x', 'x'])).toHaveLength(1);
  });

  it('has thirty at most, and one for the rest', () => {
    expect(encodeCategory(Array.from({ length: 300 }, (_, image) => `tables ${image % 60}`))).toHaveLength(31);
  });
});

describe('buildFeatureMatrix', () => {
  it('leaves out what never varies', () => {
    const matrix = buildFeatureMatrix([[1, 1, 1], [1, 2, 1], new Float32Array(3)], 3);
    expect(matrix).toEqual({ count: 3, columns: 1, values: Float64Array.of(1, 2, 1) });
  });
});

describe('computeMedian', () => {
  it('is the middle, or the mean of the two there', () => {
    expect([computeMedian([3, 1, 2]), computeMedian([4, 1, 3, 2]), computeMedian([7])]).toEqual([2, 2.5, 7]);
  });
});
