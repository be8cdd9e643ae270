/** The small parts of maps and checks, against recorded numbers of numpy and SciPy and by hand. */
import { describe, expect, it } from 'vitest';
import { golden } from '../../../test/fixtures/explain/golden.ts';
import { blur } from './blur.ts';
import { enlarge, toHeat } from './heat-map.ts';
import { measureRegions } from './heat-regions.ts';
import { encodeNpy } from '../../base/files/npy.ts';
import { blendHeat } from './overlay.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { describeHeat } from './words.ts';

describe('encodeNpy', () => {
  it.each(golden.npy)('writes the bytes that numpy writes for shape $shape', ({ shape, values, hex }) => {
    expect(Buffer.from(encodeNpy(Float32Array.from(values), shape)).toString('hex')).toBe(hex);
  });
});

describe('rankCorrelation', () => {
  it('is that of SciPy, ties included', () => {
    const { a, b, correlation } = golden.spearman;
    expect(rankCorrelation(Float32Array.from(a), Float32Array.from(b))).toBeCloseTo(correlation, 12);
  });

  it('knows order alone, and has no answer for what ranks nothing', () => {
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(1, 10, 1000))).toBeCloseTo(1, 12);
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1))).toBeCloseTo(-1, 12);
    expect(rankCorrelation(Float32Array.of(1, 2, 3), Float32Array.of(5, 5, 5))).toBeNull();
  });
});

describe('blur', () => {
  it('is the Gaussian of SciPy', () => {
    const { width, height, pixels, blurred } = golden.blur;
    expect([...blur(Uint8Array.from(pixels), { width, height })]).toEqual(blurred);
  });
});

describe('heat', () => {
  it('is 1 at the peak and 0 where nothing speaks for the class', () => {
    expect([...toHeat({ values: Float32Array.of(-3, 0, 1, 4) })]).toEqual([0, 0, 0.25, 1]);
    expect([...toHeat({ values: Float32Array.of(-3, 0) })]).toEqual([0, 0]);
  });

  it('is spread over a larger image, also from a single cell', () => {
    const one = enlarge(Float32Array.of(7), { width: 1, height: 1 }, { width: 3, height: 2 });
    expect([...one]).toEqual([7, 7, 7, 7, 7, 7]);
    const row = enlarge(Float32Array.of(0, 1), { width: 2, height: 1 }, { width: 4, height: 1 });
    expect([...row]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('colours the image where it is, and nowhere else', () => {
    const blended = blendHeat(Uint8Array.of(100, 100), Float32Array.of(0, 1));
    expect([...blended.subarray(0, 3)]).toEqual([100, 100, 100]);
    // 0.35 of the grey and 0.65 of viridis' yellow (253, 231, 37)
    expect([...blended.subarray(3)]).toEqual([199, 185, 59]);
  });
});

describe('measureRegions', () => {
  const side = 64;
  const mapWith = (isHot: (x: number, y: number) => boolean) => ({
    width: side,
    height: side,
    values: Float32Array.from({ length: side * side }, (_, at) => Number(isHot(at % side, Math.floor(at / side)))),
  });

  it('gives 1 for heat that lies evenly, and shares that add up', () => {
    const measured = measureRegions(mapWith(() => true), {}); // prettier-ignore
    for (const { concentration } of measured) expect(concentration).toBeCloseTo(1, 12);
    expect(measured.reduce((sum, { heat }) => sum + (heat ?? 0), 0)).toBeCloseTo(1, 12);
    expect(measured.map(({ area }) => area * 1024)).toEqual([272, 102, 410, 240]);
  });

  it('finds heat in the corner to be in the border, unless the border was cut away', () => {
    const corner = mapWith((x, y) => x < 2 && y < 2);
    const border = (crop?: number) =>
      measureRegions(corner, crop === undefined ? {} : { crop }).find(({ region }) => region === 'border');
    expect(border()).toMatchObject({ heat: 1, concentration: 1024 / 240 });
    expect(border(0.1)).toMatchObject({ heat: 0, area: 0, concentration: null });
  });

  it('has no shares for a map of zeros, and says so', () => {
    const regions = measureRegions(mapWith(() => false), {}); // prettier-ignore
    expect(regions.every(({ heat, concentration }) => heat === null && concentration === null)).toBe(true);
    expect(describeHeat('grad-cam', 'NORMAL', { peak: 0, regions })).toMatch(/nothing to show.*NORMAL.*0 everywhere/);
  });

  it('takes images of fewer pixels than there are cells', () => {
    const measured = measureRegions({ width: 8, height: 4, values: new Float32Array(32).fill(1) }, {});
    expect(measured.reduce((sum, { area }) => sum + area, 0)).toBeCloseTo(1, 12);
  });
});
