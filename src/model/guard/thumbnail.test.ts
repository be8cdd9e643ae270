import { describe, expect, it } from 'vitest';
import { areaMeans, computeThumbnail } from './thumbnail.ts';

describe('areaMeans', () => {
  it('is the mean of each cell where cells are whole pixels', () => {
    const pixels = Uint8Array.from([0, 10, 100, 110, 20, 30, 120, 130]);
    expect([...areaMeans({ pixels, width: 4, height: 2 }, 2, 1)]).toEqual([15, 115]);
  });

  it('counts a pixel on a border for both cells by its area, and enlarges by repeating', () => {
    const pixels = Uint8Array.from([0, 90, 240]);
    const means = areaMeans({ pixels, width: 3, height: 1 }, 2, 1);
    // (0 + 90/2) / 1.5 and (90/2 + 240) / 1.5
    expect(means[0]).toBeCloseTo(30, 12);
    expect(means[1]).toBeCloseTo(190, 12);
    const larger = areaMeans({ pixels: Uint8Array.from([7, 9]), width: 2, height: 1 }, 4, 3);
    for (const [at, value] of [7, 7, 9, 9, 7, 7, 9, 9, 7, 7, 9, 9].entries()) expect(larger[at]).toBeCloseTo(value, 12);
  });
});

describe('computeThumbnail', () => {
  it('does not depend on brightness and contrast', () => {
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 100);
    const other = pixels.map((value) => 2 * value + 30);
    const [a, b] = [pixels, other].map((each) => computeThumbnail(each, 8, 8, 4));
    a?.values.forEach((value, at) => expect(b?.values[at]).toBeCloseTo(value, 12));
    expect(b?.contrast).toBeCloseTo(2 * (a?.contrast ?? 0), 10);
    expect(a?.values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(16, 10);
  });

  it('tells coarse from fine contrast: 1 for halves, nothing for a checkerboard finer than its cells', () => {
    const halves = Uint8Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : 200));
    const fine = Uint8Array.from({ length: 64 }, (_, i) => ((i + (i >> 3)) % 2 === 0 ? 0 : 200));
    expect(computeThumbnail(halves, 8, 8, 4).coarseShare).toBeCloseTo(1, 12);
    expect(computeThumbnail(fine, 8, 8, 4)).toMatchObject({ contrast: 0, coarseShare: 0 });
  });
});
