import { describe, expect, it } from 'vitest';
import golden from '../../test/fixtures/imaging/augmentation.json' with { type: 'json' };
import { RandomGenerator } from '../random.ts';
import { augment, augmentationMatrix, brightnessTable } from './augmentation.ts';
import {
  articleAugmentation,
  drawAugmentation,
  parseAugmentationSpec,
  type AugmentationParameters,
} from './augmentation-spec.ts';

const still: AugmentationParameters = {
  rotation: 0,
  shear: 0,
  zoomX: 1,
  zoomY: 1,
  flipHorizontal: false,
  flipVertical: false,
  brightness: undefined,
  kerasVersion: '2.9',
};

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
  const parameters = { ...still, rotation: 10, shear: 3, zoomX: 1.1, zoomY: 0.9 };
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
    expect(augmentationMatrix(still, 256, 256)).toBeUndefined();
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
    augment(Uint8Array.of(50, 60, 70, 100), 2, 2, { ...still, brightness: 1, kerasVersion: '2.8' }, out, 0, 1);
    expect([...out]).toEqual([0, 51, 102, 255]);
    augment(Uint8Array.of(50, 60, 70, 100), 2, 2, { ...still, brightness: 1 }, out, 0, 1);
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
    augment(pixels, 3, 2, { ...still, flipHorizontal: true }, out, 0, 1);
    expect([...out]).toEqual([3, 2, 1, 6, 5, 4]);
    augment(pixels, 3, 2, { ...still, flipVertical: true }, out, 0, 1);
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
    expect(drawAugmentation(spec, again)).toEqual({ ...still, flipHorizontal: u[0] < 0.5, flipVertical: u[1] < 0.5 });
    expect(again.next()).toBe(random.next());
  });
});

describe('parseAugmentationSpec', () => {
  it('takes the article setting and a pair of zooms', () => {
    expect(parseAugmentationSpec(articleAugmentation)).toEqual(articleAugmentation);
    expect(parseAugmentationSpec({ ...articleAugmentation, zoom: [0.7, 1] }).zoom).toEqual([0.7, 1]);
  });

  it.each([
    [{ ...articleAugmentation, rotaton: 3 }, /rotaton/],
    [{ ...articleAugmentation, zoom: [1.2, 0.8] }, /zoom/],
    [{ ...articleAugmentation, kerasVersion: '3' }, /kerasVersion/],
    [{ ...articleAugmentation, brightness: [-1, 1] }, /brightness/],
  ])('refuses %j', (value, sentence) => {
    expect(() => parseAugmentationSpec(value, 'recipe.json')).toThrow(sentence);
  });
});
