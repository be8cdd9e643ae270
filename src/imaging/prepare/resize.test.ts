import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/resize.json' with { type: 'json' };
import { nearestPositions, resizeNearest } from './resize.ts';

describe('nearestPositions', () => {
  it.skipIf(endianness() !== 'LE')("equals Pillow's NEAREST for random sizes", () => {
    for (const [source, target, digest] of golden as [number, number, string][]) {
      const positions = nearestPositions(source, target);
      const bytes = new Uint8Array(positions.buffer);
      expect([source, target, createHash('sha256').update(bytes).digest('hex').slice(0, 16)]).toEqual([
        source,
        target,
        digest,
      ]);
    }
  });

  it('is ((2i + 1) W) >> 9 for a target of 256', () => {
    for (const source of [399, 1072, 2890]) {
      const expected = Int32Array.from({ length: 256 }, (_, i) => ((2 * i + 1) * source) >> 9);
      expect(nearestPositions(source, 256)).toEqual(expected);
    }
    expect([...nearestPositions(1072, 256).subarray(0, 8)]).toEqual([2, 6, 10, 14, 18, 23, 27, 31]);
  });
});

describe('resizeNearest', () => {
  const image = { width: 5, height: 3, data: Uint8Array.from({ length: 15 }, (_, i) => i * 10) };

  it('picks rows and columns independently', () => {
    expect(resizeNearest(image, 2, 2)).toEqual({ width: 2, height: 2, data: Uint8Array.of(10, 30, 110, 130) });
    expect([...resizeNearest(image, 5, 6).data.subarray(0, 10)]).toEqual([0, 10, 20, 30, 40, 0, 10, 20, 30, 40]);
  });

  it('returns the same image for the same size', () => {
    expect(resizeNearest(image, 5, 3)).toBe(image);
  });
});
