import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { computePixelFeatures, pixelFeatureCount, pixelLayout, type PixelGroup } from './pixel-features.ts';

type Paint = (x: number, y: number) => number;

function measure(paint: Paint, width = 64, height = width): (group: PixelGroup) => number[] {
  const data = Uint8Array.from({ length: width * height }, (_, i) => paint(i % width, Math.floor(i / width)));
  const target = new Float64Array(pixelFeatureCount);
  computePixelFeatures(data, width, height, target);
  return (group) => {
    const { start, length } = pixelLayout[group];
    return [...target.subarray(start, start + length)];
  };
}

describe('computePixelFeatures', () => {
  it('has one place for each number', () => {
    const taken = Object.values(pixelLayout).flatMap(({ start, length }) =>
      Array.from({ length }, (_, index) => start + index),
    );
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: pixelFeatureCount }, (_, index) => index));
  });

  it('measures an image of one grey level', () => {
    const of = measure(() => 100);
    expect([of('laplacian'), of('gradient'), of('highFrequency'), of('contrast'), of('black')]).toEqual(
      Array.from({ length: 5 }, () => [0]),
    );
    expect([of('brightness'), of('percentile1'), of('percentile99'), of('stretch')]).toEqual([
      [100],
      [100],
      [100],
      [1],
    ]);
    expect(
      of('histogram')
        .map((share, bin) => [bin, share])
        .filter(([, share]) => share !== 0),
    ).toEqual([[12, 1]]);
    expect(new Set([...of('border'), ...of('corners')])).toEqual(new Set([100]));
  });

  it('measures a chequerboard: every second difference is full, every diagonal none', () => {
    const of = measure((x, y) => ((x + y) % 2 === 0 ? 200 : 40));
    expect(of('laplacian')).toEqual([4 * 160]);
    expect(of('gradient')[0]).toBeCloseTo(Math.SQRT2 * 160, 9);
    expect(of('brightness')).toEqual([120]);
    expect(of('contrast')).toEqual([80]);
    // The binomial filter takes the highest frequency away entirely.
    expect(of('highFrequency')[0]).toBeCloseTo(1, 9);
    expect(of('stretch')).toEqual([1]);
  });

  it('takes a ramp for smooth', () => {
    const of = measure((x) => 2 * x);
    expect(of('laplacian')).toEqual([0]);
    expect(of('gradient')).toEqual([2]);
    expect(of('highFrequency')[0]).toBeCloseTo(0, 9);
    expect(of('black')).toEqual([1 / 64]);
  });

  it('finds percentiles where numpy does for whole levels', () => {
    const of = measure((x, y) => (y === 0 && x < 30 ? 3 : y === 1 && x < 50 ? 250 : 90));
    // 30 of 4096 are below 1 %, 30 + the rest reach it; 50 above 99 %.
    expect([of('percentile1'), of('percentile99')]).toEqual([[90], [250]]);
  });

  it('tells a chest squeezed from the sides from one that was not, bars or no bars', () => {
    const wave = (period: number, value: number): number => 100 + 50 * Math.sin((2 * Math.PI * value) / period);
    const paint =
      (across: number): Paint =>
      (x, y) =>
        Math.round((wave(across, x) + wave(32, y)) / 2);
    const even = measure(paint(32))('stretch')[0] as number;
    const squeezed = measure(paint(16))('stretch')[0] as number;
    const bars = measure((x, y) => (y < 16 || y >= 48 ? 0 : paint(32)(x, y)))('stretch')[0] as number;
    expect(even).toBeCloseTo(1, 1);
    expect(squeezed).toBeGreaterThan(1.7);
    expect(bars).toBeCloseTo(1, 1);
  });

  it('puts a bright corner into the cells of that corner, and into the border where it touches it', () => {
    const of = measure((x, y) => (x >= 248 && y < 8 ? 255 : 20), 256);
    const bright = (values: readonly number[]): number[] => values.flatMap((value, i) => (value > 100 ? [i] : []));
    // upper right patch: cells 16..31, its upper right cell is 16 + 3
    expect(bright(of('corners'))).toEqual([19]);
    // last of the upper segments, first of the right ones: each half covered
    expect(bright(of('border'))).toEqual([15, 48]);
  });

  it('sees the same in other sizes', () => {
    const random = new RandomGenerator(5);
    const noise = Array.from({ length: 16 }, () => random.integer(256));
    const paint =
      (side: number): Paint =>
      (x, y) => {
        return noise[Math.floor((4 * y) / side) * 4 + Math.floor((4 * x) / side)] as number;
      };
    const [small, large] = [measure(paint(64)), measure(paint(256), 256)];
    for (const group of ['brightness', 'contrast', 'histogram', 'border', 'corners'] as const) {
      small(group).forEach((value, index) => expect(large(group)[index]).toBeCloseTo(value, 6));
    }
  });
});
