import { describe, expect, it } from 'vitest';
import { fromFloat16, largestFloat16, toFloat16 } from './float16.ts';

const finite = (half: number): boolean => ((half >> 10) & 0x1f) !== 31;

describe('float16', () => {
  it('keeps every one of its numbers, signs of zero and infinities among them', () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, index) => index).filter(
      (half) => finite(half) || (half & 0x3ff) === 0,
    );
    expect(toFloat16(fromFloat16(halves))).toEqual(halves);
    expect(fromFloat16(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x3555))).toEqual(
      Float32Array.of(1, -2, largestFloat16, 2 ** -24, 2 ** -14, 0.333251953125),
    );
    expect(fromFloat16(toFloat16(Float32Array.of(NaN)))[0]).toBeNaN();
  });

  it('rounds to the nearest, and what lies midway to the even one', () => {
    // Between each two neighbours: midway, and a hair to either side.
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = fromFloat16(Uint16Array.of(half, half + 1)) as unknown as [number, number];
      const middle = (low + high) / 2;
      const hair = (high - low) / 1024;
      const even = half % 2 === 0 ? half : half + 1;
      const rounded = toFloat16(Float32Array.of(middle - hair, middle, middle + hair, -middle));
      expect([...rounded]).toEqual([half, even, half + 1, even | 0x8000]);
    }
  });

  it('becomes infinite from halfway beyond its largest number, and zero up to halfway to its smallest', () => {
    const values = Float32Array.of(65_519.99, 65_520, -65_520, 1e30, 2 ** -25, 2 ** -25 * 1.001, 1e-30, -1e-30);
    expect([...toFloat16(values)]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0, 1, 0, 0x8000]);
  });
});
