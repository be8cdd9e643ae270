import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import golden from '../../../test/fixtures/imaging/preprocess.json' with { type: 'json' };
import { cropBorder } from './crop.ts';
import type { GrayImage } from '../gray-image.ts';
import { matchHistogram } from './histogram.ts';
import { placeLetterbox } from './letterbox.ts';
import { preprocess, preprocessDecoded } from './preprocess.ts';
import {
  createPreprocessingSpec,
  parsePreprocessingSpec,
  preprocessingSpecKey,
  type PreprocessingOptions,
} from './preprocessing-spec.ts';
import { recompress } from './recompress.ts';

/** The images of make_preprocess.py. */
function draw(width: number, height: number, kind: string): GrayImage {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const noise = ((Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663)) >>> 9) & 255;
    const smooth = (noise + 5 * x + 3 * y) % 256;
    if (kind === 'flat') return 91;
    return kind === 'dark' ? (smooth * smooth * smooth) >> 16 : noise;
  });
  return { width, height, data };
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const cases = (golden as [number, number, string, object, string][]).map(
  ([width, height, kind, spec, expected]) =>
    [parsePreprocessingSpec({ ...createPreprocessingSpec(1), ...spec }), draw(width, height, kind), expected] as const,
);

describe('the options of the preprocessing', () => {
  it('give the pixels of Pillow, numpy and SciPy, alone and together', async () => {
    for (const [spec, image, expected] of cases) {
      const before = digest(image.data);
      const pixels = await preprocessDecoded(image, spec);
      expect([preprocessingSpecKey(spec), image.width, image.height, digest(pixels)]).toEqual([
        preprocessingSpecKey(spec),
        image.width,
        image.height,
        expected,
      ]);
      // The image may be prepared again in another way.
      expect(digest(image.data)).toBe(before);
      expect(pixels.buffer).not.toBe(image.data.buffer);
    }
  });

  it('give the same from a file, of one channel and of three', async () => {
    const large = cases.filter(([, { width, height }]) => Math.min(width, height) >= 8);
    expect(large.length).toBeGreaterThan(100);
    for (const [spec, { width, height, data }, expected] of large) {
      const source = sharp(data, { raw: { width, height, channels: 1 } });
      const file = (colours: 'b-w' | 'srgb') => source.clone().toColourspace(colours).png().toBuffer();
      expect(digest(await preprocess(await file('b-w'), 'grey.png', spec))).toBe(expected);
      expect(digest(await preprocess(await file('srgb'), 'colour.png', spec))).toBe(expected);
    }
  });

  it('can be used on one image at once', async () => {
    const results = await Promise.all(
      cases.slice(0, 12).map(([spec]) => preprocessDecoded(draw(90, 70, 'dark'), spec)),
    );
    for (const [i, pixels] of results.entries()) {
      const spec = cases[i]?.[0] ?? createPreprocessingSpec(1);
      expect(digest(pixels)).toBe(digest(await preprocessDecoded(draw(90, 70, 'dark'), spec)));
    }
  });
});

describe('cropBorder', () => {
  it('cuts the same share from all four sides', () => {
    const image = draw(40, 20, 'noise');
    const { width, height, data } = cropBorder(image, 0.1);
    expect([width, height]).toEqual([32, 16]);
    expect(data[0]).toBe(image.data[2 * 40 + 4]);
    expect(data.at(-1)).toBe(image.data[17 * 40 + 35]);
  });

  it('leaves a pixel of the smallest image', () => {
    for (const side of [1, 2, 3]) {
      const { width, height } = cropBorder(draw(side, side, 'noise'), 0.3);
      expect([width, height]).toEqual(side === 2 ? [2, 2] : [1, 1]);
    }
  });
});

describe('placeLetterbox', () => {
  it.each([
    [1654, 1357, { left: 0, top: 20, width: 224, height: 184 }],
    [1357, 1654, { left: 20, top: 0, width: 184, height: 224 }],
    // 224 * 3 / 4 = 168
    [4, 3, { left: 0, top: 28, width: 224, height: 168 }],
    // An odd remainder: the wider bar is at the bottom.
    [224, 183, { left: 0, top: 20, width: 224, height: 183 }],
    // A half is rounded up: 224 * 1 / 64 = 3.5
    [64, 1, { left: 0, top: 110, width: 224, height: 4 }],
    [10_000, 1, { left: 0, top: 111, width: 224, height: 1 }],
    [500, 500, { left: 0, top: 0, width: 224, height: 224 }],
  ])('%i x %i in 224 x 224', (width, height, placement) => {
    expect(placeLetterbox({ width, height }, { width: 224, height: 224 })).toEqual(placement);
  });
});

describe('matchHistogram', () => {
  const match = (pixels: readonly number[], reference: 'uniform' | 'normal'): number[] => {
    const data = Uint8Array.from(pixels);
    matchHistogram(data, reference);
    return [...data];
  };
  const ramp = Array.from({ length: 256 }, (_, level) => level);

  it('takes the mid-rank of each level', () => {
    // u = 1/8, 4/8, 7/8; Phi^-1(7/8) = 1.15035, and 127.5 + 51 * 1.15035 = 186.17.
    expect(match([9, 50, 50, 200], 'uniform')).toEqual([32, 128, 128, 224]);
    expect(match([9, 50, 50, 200], 'normal')).toEqual([69, 128, 128, 186]);
  });

  it('makes one grey level 128', () => {
    for (const level of [0, 91, 255]) {
      expect(match([level, level, level], 'uniform')).toEqual([128, 128, 128]);
      expect(match([level, level, level], 'normal')).toEqual([128, 128, 128]);
    }
  });

  it('leaves a uniform image as it is', () => {
    expect(match(ramp, 'uniform')).toEqual(ramp);
  });

  it('reaches the mean and standard deviation of the reference, and both ends', () => {
    const pixels = match([...draw(400, 300, 'dark').data], 'normal');
    const many = match(Array.from({ length: 4 }, () => ramp).flat(), 'normal');
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(mean(many.map((value) => (value - mean(many)) ** 2)));
    expect(mean(many)).toBeCloseTo(127.5, 6);
    expect(deviation).toBeGreaterThan(50);
    expect(deviation).toBeLessThan(51);
    expect([Math.min(...many), Math.max(...many)]).toEqual([0, 255]);
    expect(Math.abs(mean(pixels) - 127.5)).toBeLessThan(2);
  });

  it('undoes any change that keeps the order of the levels', () => {
    const image = draw(64, 64, 'noise').data.map((level) => level >> 1);
    const brighter = image.map((level) => level + ((level * level) >> 7));
    for (const reference of ['uniform', 'normal'] as const) {
      expect(match([...brighter], reference)).toEqual(match([...image], reference));
    }
  });
});

describe('recompress', () => {
  const smooth = { width: 50, height: 30, data: Uint8Array.from({ length: 1500 }, (_, i) => (i % 50) * 3 + (i >> 5)) };

  it('is the nearer to the image the higher the quality', async () => {
    const { width, height, data } = smooth;
    const errors = await Promise.all(
      [5, 50, 90, 100].map(async (quality) => {
        const pixels = await recompress({ width, height, data }, quality);
        return pixels.reduce((sum, value, i) => sum + Math.abs(value - (data[i] as number)), 0) / data.length;
      }),
    );
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(new Set(errors).size).toBe(4);
    expect(errors[3]).toBeLessThan(0.5);
  });

  it('gives the same bytes again', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => recompress(smooth, 75)));
    expect(new Set(runs.map(digest)).size).toBe(1);
  });
});

describe('the spec with options', () => {
  const spec = createPreprocessingSpec(256);
  const options: PreprocessingOptions = { crop: 0.05, fit: 'letterbox', histogram: 'normal', jpegQuality: 75 };

  it('survives JSON, and has no field that was not given', () => {
    const full = { ...spec, resize: 'bilinear', ...options };
    expect(JSON.stringify(parsePreprocessingSpec(JSON.parse(JSON.stringify(full))))).toBe(JSON.stringify(full));
    expect(JSON.stringify(parsePreprocessingSpec(JSON.parse(JSON.stringify(spec))))).toBe(JSON.stringify(spec));
  });

  it.each([
    [{ resize: 'bicubic' }, 'resize must be nearest or bilinear, but "bicubic" was given'],
    [{ fit: 'crop' }, 'fit must be letterbox, but "crop" was given'],
    [{ crop: 0 }, 'crop must be a number above 0 and at most 0.3, but 0 was given'],
    [{ crop: 0.31 }, 'crop must be a number above 0 and at most 0.3, but 0.31 was given'],
    [{ crop: '0.1' }, 'crop must be a number above 0 and at most 0.3, but "0.1" was given'],
    [{ crop: Number.NaN }, 'crop must be a number above 0 and at most 0.3, but NaN was given'],
    [{ histogram: 'equal' }, 'histogram must be uniform or normal, but "equal" was given'],
    [{ jpegQuality: 0 }, 'jpegQuality must be a whole number from 1 to 100, but 0 was given'],
    [{ jpegQuality: 101 }, 'jpegQuality must be a whole number from 1 to 100, but 101 was given'],
    [{ jpegQuality: 74.5 }, 'jpegQuality must be a whole number from 1 to 100, but 74.5 was given'],
    [{ jpegQuality: null }, 'jpegQuality must be a whole number from 1 to 100, but null was given'],
    [
      { letterbox: true },
      'letterbox is not a field: known are version, width, height, channels, resize, rescale, crop, fit, histogram, jpegQuality',
    ],
  ])('refuses %j', (change, sentence) => {
    expect(() => parsePreprocessingSpec({ ...spec, ...change })).toThrow(
      `the preprocessing spec does not describe a preprocessing this version knows (${sentence})`,
    );
  });

  it('has a key of its own for every value, and the old one without options', () => {
    const plain = 'v1-256x256x1-nearest-0.003921568859368563';
    const variants: PreprocessingOptions[] = [
      {},
      { crop: 0.05 },
      { crop: 0.051 },
      { fit: 'letterbox' },
      { histogram: 'uniform' },
      { histogram: 'normal' },
      { jpegQuality: 75 },
      { jpegQuality: 7 },
      options,
    ];
    const keys = variants.map((variant) => preprocessingSpecKey({ ...spec, ...variant }));
    expect(new Set([...keys, preprocessingSpecKey({ ...spec, resize: 'bilinear' })]).size).toBe(variants.length + 1);
    expect(keys[0]).toBe(plain);
    expect(keys.at(-1)).toBe(`${plain}-crop0.05-letterbox-normal-jpeg75`);
    // A folder of the image cache is named so.
    for (const key of keys) expect(key).toMatch(/^[\w.-]+$/);
  });
});
