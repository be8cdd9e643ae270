import { describe, expect, it } from 'vitest';
import { computePerturbationCurves, countCurveRuns, orderPixels, type Ask } from './perturbation-curves.ts';

const size = { width: 16, height: 16 };
const grid = { width: 4, height: 4 };
/** The quarter that matters: rows 0..7, columns 0..7. */
const matters = Array.from({ length: 256 }, (_, at) => at % 16 < 8 && at < 128);
const pixels = Uint8Array.from(matters, (hot, at) => (hot ? 200 : 40 + (at % 7)));

/** A model that believes in the share of the quarter that is bright. */
const ask: Ask = (images) =>
  Promise.resolve(
    images.map((image) => image.filter((level, at) => matters[at] === true && level > 150).length / 64), // prettier-ignore
  );
const mapOf = (hot: (at: number) => number) => ({ ...size, values: Float32Array.from({ length: 256 }, (_, at) => hot(at)) }); // prettier-ignore
const perfect = mapOf((at) => Number(matters[at]));
const options = { steps: 8, fill: 'mean', randomMaps: 3, seed: 1 } as const;

describe('deletion and insertion', () => {
  it('of a perfect map fall and rise as early as they can', async () => {
    const curves = await computePerturbationCurves(pixels, perfect, grid, ask, options);
    // Two of eight parts are the quarter.
    expect(curves.deletion.probabilities).toEqual([1, 0.5, 0, 0, 0, 0, 0, 0, 0]);
    expect(curves.insertion.probabilities).toEqual([0, 0.5, 1, 1, 1, 1, 1, 1, 1]);
    expect(curves.deletion.area).toBeCloseTo(1 / 8, 12);
    expect(curves.insertion.area).toBeCloseTo(7 / 8, 12);
    expect(curves).toMatchObject({ informative: true, deletion: { betterThanRandom: true }, insertion: { betterThanRandom: true } }); // prettier-ignore
    for (const area of curves.deletion.randomAreas) expect(area).toBeGreaterThan(1 / 8);
  });

  it('of a map that is wrong everywhere are worse than those of random maps', async () => {
    const curves = await computePerturbationCurves(pixels, mapOf((at) => Number(!matters[at])), grid, ask, options); // prettier-ignore
    expect(curves.deletion.area).toBeCloseTo(7 / 8, 12);
    expect(curves).toMatchObject({ deletion: { betterThanRandom: false }, insertion: { betterThanRandom: false } });
  });

  it('say nothing where the map is flat, or the answer does not depend on detail', async () => {
    const flat = await computePerturbationCurves(pixels, mapOf(() => 0), grid, ask, options); // prettier-ignore
    expect(flat.deletion.betterThanRandom).toBeNull();
    const sure: Ask = (images) => Promise.resolve(images.map(() => 0.99));
    const certain = await computePerturbationCurves(pixels, perfect, grid, sure, options);
    expect(certain).toMatchObject({ informative: false, deletion: { betterThanRandom: null, area: 0.99 } });
    const alone = await computePerturbationCurves(pixels, perfect, grid, ask, { ...options, randomMaps: 0 });
    expect(alone.insertion).toMatchObject({ randomAreas: [], betterThanRandom: null });
  });

  it('depend on the seed alone, whatever the batches', async () => {
    const sizes: number[] = [];
    const counted: Ask = (images) => {
      sizes.push(images.length);
      return ask(images);
    };
    const one = await computePerturbationCurves(pixels, perfect, grid, counted, { ...options, batchSize: 5 });
    const other = await computePerturbationCurves(pixels, perfect, grid, counted, { ...options, batchSize: 64 });
    expect(one).toEqual(other);
    expect(sizes.reduce((sum, count) => sum + count, 0)).toBe(2 * countCurveRuns(options));
    const blurred = await computePerturbationCurves(pixels, perfect, grid, ask, { steps: 4 });
    expect(blurred).toMatchObject({ fill: 'blur', steps: 4 });
  });

  it('take pixels from hot to cold, and equal ones in no order that a place could have', () => {
    const order = [...orderPixels(Float32Array.of(0, 5, 0, 7, 0, 0, 0, 0), 3)];
    expect(order.slice(0, 2)).toEqual([3, 1]);
    expect(order.slice(2).toSorted((a, b) => a - b)).toEqual([0, 2, 4, 5, 6, 7]);
    expect(order.slice(2)).not.toEqual([0, 2, 4, 5, 6, 7]);
  });
});
