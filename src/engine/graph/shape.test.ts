import { describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import {
  broadcastAxes,
  broadcastShapes,
  divideDimensions,
  elementCount,
  formatShape,
  knownDimension,
  multiplyDimensions,
  normaliseAxis,
  sameShape,
} from './shape.ts';
import type { Dimension, Shape } from './types.ts';

describe('products of dimensions', () => {
  it.each<[Shape, Dimension]>([
    [[], 1],
    [[2, 3, 4], 24],
    [['N', 3], '3*N'],
    [['3*N', 4], '12*N'],
    [['N', 1], 'N'],
    [['N', 0], '0*N'],
    [['N', 'M', 2], '2*M*N'],
  ])('elementCount %j is %j', (shape, count) => {
    expect(elementCount(shape)).toBe(count);
  });

  it('are the same whatever the order', () => {
    expect(multiplyDimensions('2*N', 3)).toBe(multiplyDimensions('N', 6));
    expect(multiplyDimensions('N', 'M')).toBe(multiplyDimensions('M', 'N'));
  });

  it.each<[Dimension, Dimension, Dimension | undefined]>([
    [24, 6, 4],
    [24, 5, undefined],
    ['12*N', 4, '3*N'],
    ['12*N', 'N', 12],
    ['12*N', '3*N', 4],
    ['N', 2, undefined],
    [12, 'N', undefined],
    [12, 0, undefined],
    ['M*N', 'N', 'M'],
  ])('%j / %j is %j', (total, part, expected) => {
    expect(divideDimensions(total, part)).toBe(expected);
  });
});

describe('broadcasting', () => {
  it.each<[Shape, Shape, Shape | undefined]>([
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3], [2, 3]],
    [[], [2, 3], [2, 3]],
    [
      [2, 1, 4],
      [3, 1],
      [2, 3, 4],
    ],
    [
      ['N', 3],
      [1, 1],
      ['N', 3],
    ],
    [[1], ['N'], ['N']],
    [
      ['N', 3],
      ['N', 1],
      ['N', 3],
    ],
    [['N'], ['M'], undefined],
    [['N'], [2], undefined],
    [[2], [3], undefined],
    [[0], [1], [0]],
  ])('%j with %j gives %j, either way round', (a, b, expected) => {
    expect(broadcastShapes(a, b)).toEqual(expected);
    expect(broadcastShapes(b, a)).toEqual(expected);
  });

  it.each<[Shape, Shape, number[]]>([
    [[3], [2, 3], [0]],
    [[1, 3], [2, 3], [0]],
    [[], [2, 3], [0, 1]],
    [[2, 3], [2, 3], []],
    [[1, 1], [1, 1], []],
    [
      [1, 3, 1],
      ['N', 2, 3, 4],
      [0, 1, 3],
    ],
  ])('%j came to %j over the axes %j', (source, shape, axes) => {
    expect(broadcastAxes(source, shape)).toEqual(axes);
  });
});

describe('small questions', () => {
  it('compares shapes with their symbols', () => {
    expect(sameShape(['N', 3], ['N', 3])).toBe(true);
    expect(sameShape(['N', 3], ['M', 3])).toBe(false);
    expect(sameShape([3], [3, 1])).toBe(false);
  });

  it('reads a known size from either end, and says which it needs', () => {
    expect(knownDimension(['N', 3], -1, 'A layer')).toBe(3);
    expect(() => knownDimension(['N', 3], 0, 'A layer')).toThrow(
      new PneumoscopeError('E_SHAPE_MISMATCH', 'A layer needs a known size on axis 0 of [N, 3]'),
    );
    expect(() => knownDimension([3], 4, 'A layer')).toThrow('axis 4 of [3]');
  });

  it('formats shapes and counts axes from the end', () => {
    expect(formatShape(['N', 1, 2])).toBe('[N, 1, 2]');
    expect(formatShape([])).toBe('[]');
    expect([normaliseAxis(-1, 4), normaliseAxis(2, 4)]).toEqual([3, 2]);
  });
});
