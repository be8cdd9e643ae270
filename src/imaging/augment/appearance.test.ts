import { describe, expect, it } from 'vitest';
import recorded from '../../../test/fixtures/training/training.json' with { type: 'json' };
import { RandomGenerator } from '../../base/random.ts';
import { changeAppearance } from './appearance.ts';
import { noAugmentation, type AugmentationParameters } from './augmentation-spec.ts';
import { quantizeAsJpeg } from './jpeg-quantization.ts';
import { recompress } from '../prepare/recompress.ts';

function change(pixels: readonly number[], width: number, parameters: Partial<AugmentationParameters>): number[] {
  const target = Float32Array.from(pixels);
  changeAppearance(target, width, pixels.length / width, { ...noAugmentation, ...parameters });
  return [...target];
}

/** A smooth slope with an edge and some grain. */
function scene(width: number, height: number): Uint8Array {
  const random = new RandomGenerator(4);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.max(0, Math.min(255, 60 + x + y / 2 + (x > width / 2 ? 70 : 0) + 6 * random.normal()));
  });
}

describe('changeAppearance', () => {
  it('leaves pixels alone where nothing is wanted', () => {
    expect(change([0, 12.5, 255], 3, {})).toEqual([0, 12.5, 255]);
  });

  it('gamma: 255 (v/255)^g, black and white stay', () => {
    const [black, dark, middle, white] = change([0, 64, 128, 255], 4, { gamma: 2 });
    expect([black, white]).toEqual([0, 255]);
    expect(dark).toBeCloseTo(255 * (64 / 255) ** 2, 4);
    expect(middle).toBeCloseTo(255 * (128 / 255) ** 2, 4);
  });

  it('contrast: about the mean, within black and white', () => {
    expect(change([100, 120, 140], 3, { contrast: 0.5 })).toEqual([110, 120, 130]);
    expect(change([0, 100, 200], 3, { contrast: 2 })).toEqual([0, 100, 255]);
  });

  it.each(recorded.blur.results)('blur of $deviation pixels, as SciPy’s gaussian_filter', ({ deviation, pixels }) => {
    const { image, width } = recorded.blur;
    const actual = change(image, width, { blur: deviation });
    expect(pixels).toHaveLength(image.length);
    pixels.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, 3));
  });

  it('noise: of the deviation wanted, the same for the same seed', () => {
    const gray = Array.from({ length: 10_000 }, () => 128);
    const noisy = change(gray, 100, { noise: { deviation: 5, seed: 7 } });
    expect(noisy).toEqual(change(gray, 100, { noise: { deviation: 5, seed: 7 } }));
    expect(noisy).not.toEqual(change(gray, 100, { noise: { deviation: 5, seed: 8 } }));
    const differences = noisy.map((value) => value - 128);
    const mean = differences.reduce((sum, value) => sum + value, 0) / gray.length;
    const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / gray.length);
    // Four standard errors.
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(Math.abs(deviation - 5)).toBeLessThan(0.15);
  });

  it('stays within 0..255', () => {
    for (const value of change([0, 0, 255, 255], 2, { noise: { deviation: 100, seed: 1 }, contrast: 3 })) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(255);
    }
  });
});

describe('quantizeAsJpeg', () => {
  it.each([
    [64, 64, 30],
    [61, 53, 50],
    [64, 40, 75],
    [64, 64, 90],
    [30, 21, 80],
  ])('does to %i x %i pixels what a JPEG of quality %i does', async (width, height, quality) => {
    const data = scene(width, height);
    const target = Float32Array.from(data);
    quantizeAsJpeg(target, width, height, quality);
    const encoded = await recompress({ width, height, data }, quality);
    const meanDistance = (other: ArrayLike<number>): number =>
      encoded.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? NaN)), 0) / encoded.length;
    expect(encoded).toHaveLength(target.length);
    // A coefficient on the edge between two multiples may fall either way and move its block by a level or two.
    expect(meanDistance(target)).toBeLessThan(0.4);
    expect(meanDistance(target)).toBeLessThan(meanDistance(data) / 3);
  });
});
