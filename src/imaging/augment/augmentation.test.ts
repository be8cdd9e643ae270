import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/augmentation.json' with { type: 'json' };
import { RandomGenerator } from '../../base/random.ts';
import { augment, augmentationMatrix, brightnessTable } from './augmentation.ts';
import {
  articleAugmentation,
  drawAugmentation,
  noAugmentation,
  parseAugmentationSpec,
  type AugmentationParameters,
} from './augmentation-spec.ts';

describe('augment equals SciPy and Pillow, float for float', () => {
  it.each(golden.map((entry, i) => ({ ...entry, i })))(
    'case $i',
    ({ width, height, pixels, parameters, ...expected }) => {
      const full = { brightness: undefined, ...parameters } as AugmentationParameters;
      const out = new Float32Array(width * height + 5).fill(-1);
      augment(Buffer.from(pixels, 'base64'), width, height, full, out, 3);
      const bytes = Buffer.from(expected.output, 'base64');
      const wanted = Array.from({ length: width * height }, (_, i) => bytes.readFloatLE(i * 4));
      expect([...out.subarray(3, -2)]).toEqual(wanted);
      expect([out[2], out.at(-2)]).toEqual([-1, -1]);
      const map = augmentationMatrix(full, width, height);
      if (map === undefined) return;
      map.matrix.forEach((value, i) => expect(value).toBeCloseTo(expected.matrix[i] as number, 12));
      map.offset.forEach((value, i) => expect(value).toBeCloseTo(expected.offset[i] as number, 10));
    },
  );
});

describe('augmentationMatrix', () => {
  const parameters = { ...noAugmentation, rotation: 10, shear: 3, zoomX: 1.1, zoomY: 0.9 };
  const close = (values: readonly number[] | undefined, expected: readonly number[]) => {
    expect(values).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(values?.[i]).toBeCloseTo(value, 9));
  };

  it('of Keras 2.9 turns about 127.5 and takes the column first', () => {
    const map = augmentationMatrix(parameters, 256, 256);
    close(map?.matrix, [0.8769330583, 0.1910129954, -0.2024559489, 1.0832885283]);
    close(map?.offset, [-8.6631218519, 15.193846126]);
  });

  it('of Keras 2.8 turns about 128.5 and takes the row first', () => {
    const map = augmentationMatrix({ ...parameters, kerasVersion: '2.8' }, 256, 256);
    close(map?.matrix, [1.0832885283, -0.2024559489, 0.1910129954, 0.8769330583]);
    close(map?.offset, [15.3130135466, -8.7310679056]);
  });

  it('is absent for the identity', () => {
    expect(augmentationMatrix(noAugmentation, 256, 256)).toBeUndefined();
  });
});

describe('brightness', () => {
  it.each([
    [0.9, [0, 0, 9, 90, 114, 180, 216, 229]],
    [0.95, [0, 0, 9, 95, 120, 190, 228, 242]],
    [1.05, [0, 1, 10, 104, 133, 209, 251, 255]],
    [1.1, [0, 1, 11, 110, 139, 220, 255, 255]],
    [1, [0, 1, 10, 100, 127, 200, 240, 255]],
    [0, [0, 0, 0, 0, 0, 0, 0, 0]],
  ])('%f cuts off as Pillow does', (factor, expected) => {
    const table = brightnessTable(factor);
    expect([0, 1, 10, 100, 127, 200, 240, 255].map((value) => table[value])).toEqual(expected);
  });

  it('stretches to the full range first in Keras 2.8', () => {
    const out = new Float32Array(4);
    augment(Uint8Array.of(50, 60, 70, 100), 2, 2, { ...noAugmentation, brightness: 1, kerasVersion: '2.8' }, out, 0, 1);
    expect([...out]).toEqual([0, 51, 102, 255]);
    augment(Uint8Array.of(50, 60, 70, 100), 2, 2, { ...noAugmentation, brightness: 1 }, out, 0, 1);
    expect([...out]).toEqual([50, 60, 70, 100]);
  });
});

describe('augment', () => {
  it('leaves a constant image constant, whatever the map', () => {
    const random = new RandomGenerator(4);
    const out = new Float32Array(64);
    for (let i = 0; i < 20; i++) {
      const parameters = drawAugmentation({ ...articleAugmentation, brightness: null }, random);
      augment(new Uint8Array(64).fill(201), 8, 8, parameters, out, 0);
      expect(new Set(out)).toEqual(new Set([Math.fround(201 * Math.fround(1 / 255))]));
    }
  });

  it('flips columns and rows', () => {
    const out = new Float32Array(6);
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6);
    augment(pixels, 3, 2, { ...noAugmentation, flipHorizontal: true }, out, 0, 1);
    expect([...out]).toEqual([3, 2, 1, 6, 5, 4]);
    augment(pixels, 3, 2, { ...noAugmentation, flipVertical: true }, out, 0, 1);
    expect([...out]).toEqual([4, 5, 6, 1, 2, 3]);
  });
});

describe('drawAugmentation', () => {
  it("draws in Keras's order: rotation, shear, two zooms, two flips, brightness", () => {
    const random = new RandomGenerator(11, 2);
    const u = Array.from({ length: 7 }, () => random.next()) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const drawn = drawAugmentation(articleAugmentation, new RandomGenerator(11, 2));
    expect(drawn).toEqual({
      rotation: -15 + 30 * u[0],
      shear: -5 + 10 * u[1],
      zoomX: 0.8 + (1.2 - 0.8) * u[2],
      zoomY: 0.8 + (1.2 - 0.8) * u[3],
      flipHorizontal: false,
      flipVertical: false,
      brightness: 0.9 + (1.1 - 0.9) * u[6],
      kerasVersion: '2.9',
    });
  });

  it('skips the draws of empty ranges, but never those of the flips', () => {
    const random = new RandomGenerator(3);
    const u = [random.next(), random.next()] as const;
    const spec = {
      ...articleAugmentation,
      rotation: 0,
      shear: 0,
      zoom: 0,
      brightness: null,
      horizontalFlip: true,
      verticalFlip: true,
    };
    const again = new RandomGenerator(3);
    expect(drawAugmentation(spec, again)).toEqual({
      ...noAugmentation,
      flipHorizontal: u[0] < 0.5,
      flipVertical: u[1] < 0.5,
    });
    expect(again.next()).toBe(random.next());
  });
});

describe('what Keras has not', () => {
  const spec = {
    ...articleAugmentation,
    translation: 0.1,
    gamma: [0.5, 2] as const,
    contrast: [0.8, 1.2] as const,
    blur: 2,
    noise: 10,
    jpegQuality: [30, 90] as const,
  };

  it('is drawn after what Keras has, which stays as it was', () => {
    const plain = drawAugmentation(articleAugmentation, new RandomGenerator(11, 2));
    expect(drawAugmentation(spec, new RandomGenerator(11, 2))).toMatchObject(plain);
  });

  it('stays within its ranges, and leaves half of the images without blur, noise and JPEG', () => {
    const random = new RandomGenerator(8);
    const drawn = Array.from({ length: 2000 }, () => drawAugmentation(spec, random));
    const within = (values: readonly (number | undefined)[], low: number, high: number): number => {
      const given = values.filter((value) => value !== undefined);
      expect(Math.min(...given)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...given)).toBeLessThanOrEqual(high);
      // The whole range is used.
      expect(Math.min(...given) - low + high - Math.max(...given)).toBeLessThan(0.05 * (high - low));
      return given.length / values.length;
    };
    expect(
      within(
        drawn.map(({ translationX }) => translationX),
        -0.1,
        0.1,
      ),
    ).toBe(1);
    expect(
      within(
        drawn.map(({ translationY }) => translationY),
        -0.1,
        0.1,
      ),
    ).toBe(1);
    expect(
      within(
        drawn.map(({ gamma }) => gamma),
        0.5,
        2,
      ),
    ).toBe(1);
    expect(
      within(
        drawn.map(({ contrast }) => contrast),
        0.8,
        1.2,
      ),
    ).toBe(1);
    expect(
      within(
        drawn.map(({ blur }) => blur),
        0,
        2,
      ),
    ).toBeCloseTo(0.5, 1);
    expect(
      within(
        drawn.map(({ noise }) => noise?.deviation),
        0,
        10,
      ),
    ).toBeCloseTo(0.5, 1);
    expect(
      within(
        drawn.map(({ jpegQuality }) => jpegQuality),
        30,
        90,
      ),
    ).toBeCloseTo(0.5, 1);
    // Uniform in its logarithm: as often below 1 as above.
    expect(drawn.filter(({ gamma = 1 }) => gamma < 1).length / drawn.length).toBeCloseTo(0.5, 1);
  });

  it('leaves the appearance of the other share of the images alone, but not their geometry', () => {
    const random = new RandomGenerator(9);
    const some = Array.from({ length: 2000 }, () => drawAugmentation({ ...spec, appearanceShare: 0.3 }, random));
    const changed = some.filter(({ gamma }) => gamma !== undefined);
    expect(changed.length / some.length).toBeCloseTo(0.3, 1);
    const untouched = some.filter(({ gamma }) => gamma === undefined);
    for (const field of ['contrast', 'blur', 'noise', 'jpegQuality'] as const) {
      expect(untouched.every((drawn) => drawn[field] === undefined)).toBe(true);
    }
    expect(some.every(({ translationX }) => translationX !== undefined)).toBe(true);
    expect(drawAugmentation({ ...spec, appearanceShare: 1 }, random).gamma).toBeDefined();
    expect(drawAugmentation({ ...spec, appearanceShare: 0 }, random).gamma).toBeUndefined();
  });

  it.each(['2.8', '2.9'] as const)(
    'moves the image by whole pixels where the share says so, Keras %s',
    (kerasVersion) => {
      const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      const out = new Float32Array(8);
      augment(pixels, 4, 2, { ...noAugmentation, kerasVersion, translationX: 0.25, translationY: 0.5 }, out, 0, 1);
      // What stood one to the right and one below; the edge is continued.
      expect([...out]).toEqual([6, 7, 8, 8, 6, 7, 8, 8]);
    },
  );
});

describe('parseAugmentationSpec', () => {
  it('takes the article setting and a pair of zooms', () => {
    expect(parseAugmentationSpec(articleAugmentation)).toEqual(articleAugmentation);
    expect(parseAugmentationSpec({ ...articleAugmentation, zoom: [0.7, 1] }).zoom).toEqual([0.7, 1]);
  });

  it.each([
    [{ ...articleAugmentation, rotaton: 3 }, 'rotaton is not a setting (did you mean rotation?)'],
    [
      { ...articleAugmentation, zoom: [1.2, 0.8] },
      'zoom cannot be [1.2,0.8]: the first number must not be above the second',
    ],
    [{ ...articleAugmentation, kerasVersion: '3' }, 'kerasVersion must be "2.8" or "2.9", but "3" was given'],
    [{ ...articleAugmentation, brightness: [-1, 1] }, 'brightness[0] must be a number of at least 0, but -1 was given'],
  ])('refuses %j', (value, sentence) => {
    expect(() => parseAugmentationSpec(value, 'recipe.json')).toThrow(
      `recipe.json has settings that cannot be used (${sentence})`,
    );
  });
});
