import { describe, expect, it } from 'vitest';
import { applyLookup, buildLookup, dragLevels, limitLevels, plainLevels, toGrey } from './levels.ts';

describe('buildLookup', () => {
  it('changes nothing by itself', () => {
    expect([...buildLookup(plainLevels)]).toEqual(Array.from({ length: 256 }, (_, value) => value));
  });

  it('spreads the window from black to white', () => {
    const lookup = buildLookup({ window: 100, level: 100, inverted: false });
    expect([lookup[50], lookup[75], lookup[100], lookup[150], lookup[255]]).toEqual([0, 64, 128, 255, 255]);
  });

  it('inverts', () => {
    const lookup = buildLookup({ ...plainLevels, inverted: true });
    expect([lookup[0], lookup[10], lookup[255]]).toEqual([255, 245, 0]);
  });
});

it('keeps window and level where they mean something', () => {
  expect(limitLevels({ window: -3, level: 900, inverted: false })).toEqual({ window: 1, level: 255, inverted: false });
});

it('widens the window to the right and brightens upwards', () => {
  expect(dragLevels(plainLevels, 20, 0).window).toBe(275);
  expect(dragLevels(plainLevels, 0, -20).level).toBeLessThan(plainLevels.level);
});

it('keeps grey pixels exactly, and paints what the lookup says', () => {
  const values = [0, 1, 127, 254, 255];
  const grey = toGrey(Uint8ClampedArray.from(values.flatMap((value) => [value, value, value, 255])));
  expect([...grey]).toEqual(values);
  const target = new Uint8ClampedArray(values.length * 4);
  applyLookup(grey, buildLookup({ ...plainLevels, inverted: true }), target);
  expect([...target.subarray(0, 8)]).toEqual([255, 255, 255, 255, 254, 254, 254, 255]);
});
