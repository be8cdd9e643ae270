import { describe, expect, it } from 'vitest';
import {
  buildDicom,
  element,
  imageElements,
  pixelElement,
  sequence,
  syntaxUids,
  type BuiltElement,
  type BuiltImage,
} from '../../../../test/dicom-builder.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import { readDicom } from '../../../dicom/read-dicom.ts';
import { describeDisplay, displayFrame, type DisplayChoice } from './display.ts';

const window = (center: string, width: string, name?: string): BuiltElement[] => [
  element(0x0028_1050, 'DS', center),
  element(0x0028_1051, 'DS', width),
  ...(name === undefined ? [] : [element(0x0028_1056, 'CS', name)]),
];
const rescale = (intercept: string, slope: string): BuiltElement[] => [
  element(0x0028_1052, 'DS', intercept),
  element(0x0028_1053, 'DS', slope),
];
const lut = (descriptor: readonly number[], entries: readonly number[] | Uint8Array): BuiltElement[] => [
  element(0x0028_3002, 'US', descriptor),
  element(0x0028_3006, 'OW', entries),
];
const modalityLut = (...item: BuiltElement[]): BuiltElement => sequence(0x0028_3000, [item]);
const voiLuts = (...items: BuiltElement[][]): BuiltElement => sequence(0x0028_3010, items);

interface Shown {
  readonly words: string;
  readonly pixels: number[];
}

/** One row of samples, shown. */
function show(
  samples: readonly number[],
  more: readonly BuiltElement[] = [],
  image: Partial<BuiltImage> = {},
  choice: DisplayChoice = {},
  uid: string = syntaxUids.explicit,
): Shown {
  const isBytes = image.bitsAllocated === 8;
  const description = imageElements({ rows: 1, columns: samples.length, ...image });
  const pixels = pixelElement(samples, isBytes ? 'OB' : 'OW');
  const file = readDicom(buildDicom([element(0x0008_0005, 'CS', ''), ...description, ...more, pixels], uid));
  if (file.pixelData?.kind !== 'native') throw new Error('not native');
  const display = describeDisplay(file, choice);
  const frame = displayFrame(file.pixelData.bytes, file.pixels as PixelDescription, display, uid === syntaxUids.big);
  return { words: display.words, pixels: [...frame] };
}

const eight = { bitsAllocated: 8, bitsStored: 8, highBit: 7 };
const signed = { isSigned: true };

describe('windows', () => {
  // PS3.3 C.11.2.1.2.1: centre 2048, width 4096 shows 12 bits as they are; centre 0, width 100 black to -50 and white from 49.
  it('LINEAR', () => {
    expect(show([0, 1024, 2048, 3072, 4095], window('2048', '4096'))).toEqual({
      words: 'window 1 of 1: 2048, 4096 (LINEAR)',
      pixels: [0, 64, 128, 191, 255],
    });
    const bits = { ...signed, bitsStored: 16, highBit: 15 };
    expect(show([-51, -50, -49, 48, 49, 50], window('0', '100', 'LINEAR'), bits).pixels).toEqual([
      0, 0, 3, 252, 255, 255,
    ]);
  });

  it('LINEAR of width 1 is a step', () => {
    expect(show([99, 100, 101], window('100', '1')).pixels).toEqual([0, 255, 255]);
  });

  it('LINEAR_EXACT', () => {
    const bits = { ...signed, bitsStored: 16, highBit: 15 };
    const { words, pixels } = show([-51, -50, 0, 49, 50, 51], window('0', '100', 'LINEAR_EXACT'), bits);
    expect(words).toBe('window 1 of 1: 0, 100 (LINEAR_EXACT)');
    expect(pixels).toEqual([0, 0, 128, 252, 255, 255]);
    expect(show([0, 1, 2], window('1', '0.5', 'LINEAR_EXACT')).pixels).toEqual([0, 128, 255]);
  });

  it('SIGMOID', () => {
    const { words, pixels } = show([0, 2000, 2500, 4000], window('2000', '1000', 'SIGMOID'));
    expect(words).toBe('window 1 of 1: 2000, 1000 (SIGMOID)');
    expect(pixels).toEqual([0, 128, 225, 255]);
  });

  it('of an unknown function are LINEAR', () => {
    expect(show([0], window('2000', '1000', 'CUBIC')).words).toContain('(LINEAR)');
  });

  it('may be several, of which the first is taken, or the one asked for', () => {
    const two = window('2000\\00500', '4000\\100');
    expect(show([500], two)).toEqual({ words: 'window 1 of 2: 2000, 4000 (LINEAR)', pixels: [32] });
    expect(show([500], two, {}, { voi: 2 })).toEqual({ words: 'window 2 of 2: 500, 100 (LINEAR)', pixels: [129] });
    expect(() => show([500], two, {}, { voi: 3 })).toThrow(
      /has 2 VOI LUTs and windows, so there is no number 3; choose from 1 to 2/,
    );
    expect(() => show([500], [], {}, { voi: 1 })).toThrow(/has no VOI LUT or window, so there is no number 1/);
    expect(() => show([500], two, {}, { voi: 0 })).toThrow(/no number 0/);
    const one = window('2000', '4000');
    expect(() => show([500], one, {}, { voi: 2 })).toThrow(
      /has one VOI LUT or window, so there is no number 2; leave the choice out/,
    );
  });

  it.each([
    ['0', '1', '0'],
    ['below 1', '2000', '0.5'],
    ['negative', '2000', '-400'],
    ['no number', '2000', 'wide'],
    ['beyond all values', '30000', '100'],
    ['far too wide', '2000', '9999999'],
  ])('of a width that is %s are passed over', (_, center, width) => {
    const words = 'no usable window: least to greatest value';
    expect(show([1000, 2000, 3000], window(center, width))).toEqual({ words, pixels: [0, 128, 255] });
    expect(show([500], window(`${center}\\500`, `${width}\\100`)).words).toBe('window 2 of 2: 500, 100 (LINEAR)');
    expect(() => show([500], window(center, width), {}, { voi: 1 })).toThrow(
      /has a window 1 of 1: .*, which shows nothing/,
    );
  });

  it('may be given', () => {
    const given = { window: { center: 50, width: 101 } };
    expect(show([0, 50, 100], window('2000', '4000'), {}, given)).toEqual({
      words: 'window given: 50, 101',
      pixels: [1, 129, 255],
    });
    expect(() => show([0], [], {}, { window: { center: 50, width: 0 } })).toThrow(/width of at least 1/);
  });

  it('are in values of the modality', () => {
    expect(show([0, 100], [...rescale('-1000', '10'), ...window('-500', '1001')]).pixels).toEqual([0, 255]);
  });
});

describe('MONOCHROME1', () => {
  it('is inverted once, whatever the shape of its presentation is called', () => {
    const image = { photometricInterpretation: 'MONOCHROME1' };
    const shape = element(0x2050_0020, 'CS', 'INVERSE');
    expect(show([0, 4095], window('2048', '4096'), image).pixels).toEqual([255, 0]);
    expect(show([0, 4095], [...window('2048', '4096'), shape], image).pixels).toEqual([255, 0]);
    expect(show([0, 4095], [...window('2048', '4096'), shape]).pixels).toEqual([0, 255]);
    const identity = element(0x2050_0020, 'CS', 'IDENTITY');
    expect(show([0, 4095], [...window('2048', '4096'), identity], image).pixels).toEqual([255, 0]);
  });
});

describe('stored values', () => {
  it('are what stands in their bits alone', () => {
    const wide = window('2048', '4096');
    expect(show([0xf000, 0xffff], wide).pixels).toEqual([0, 255]);
    expect(show([0x800f, 0xfff0], wide, { highBit: 15 }).pixels).toEqual([128, 255]);
    expect(show([0x0800, 0xf7ff], window('0', '4096'), signed).pixels).toEqual([0, 255]);
  });

  it('are the same in big endian', () => {
    expect(show([0, 1024, 4095], window('2048', '4096'), {}, {}, syntaxUids.big).pixels).toEqual([0, 64, 255]);
    expect(show([0, 100, 255, 0], [], eight, {}, syntaxUids.big).pixels).toEqual([0, 100, 255, 0]);
  });

  it('at an odd place are read too', () => {
    const file = readDicom(
      buildDicom([element(0x0008_0005, 'CS', ''), ...imageElements(), pixelElement([0, 1, 2, 4])]),
    );
    const odd = new Uint8Array(9).subarray(1);
    odd.set([0, 0, 1, 0, 2, 0, 4, 0]);
    expect([...displayFrame(odd, file.pixels as PixelDescription, describeDisplay(file), false)]).toEqual([
      0, 64, 128, 255,
    ]);
  });
});

describe('without a window', () => {
  it('8 bits are shown as stored', () => {
    expect(show([0, 7, 200, 255], [], eight)).toEqual({ words: 'no window: as stored', pixels: [0, 7, 200, 255] });
    expect(show([0, 15], [], { ...eight, bitsStored: 4, highBit: 3 }).pixels).toEqual([0, 255]);
  });

  it('8 bits that mean something else are shown from their least to their greatest value', () => {
    const words = 'no window: least to greatest value';
    expect(show([10, 20, 30], rescale('5', '2'), eight)).toEqual({ words, pixels: [0, 128, 255] });
    expect(show([246, 0, 10, 0], [], { ...eight, ...signed })).toEqual({ words, pixels: [0, 128, 255, 128] });
  });

  it('more are shown from their least to their greatest value', () => {
    expect(show([100, 150, 200], rescale('0', '-1')).pixels).toEqual([255, 128, 0]);
    expect(show([7, 7]).pixels).toEqual([0, 0]);
  });

  it('padding is left out', () => {
    const words = 'no window: least to greatest value, without padding';
    const value = element(0x0028_0120, 'US', [0]);
    expect(show([0, 100, 150, 200], [value])).toEqual({ words, pixels: [0, 0, 128, 255] });
    const range = [value, element(0x0028_0121, 'US', [10])];
    expect(show([0, 5, 10, 100, 200], range).pixels).toEqual([0, 0, 0, 0, 255]);
    const negative = element(0x0028_0120, 'US', [0xf830]);
    expect(show([-2000, -100, 100], [negative], signed).pixels).toEqual([0, 0, 255]);
    const white = element(0x0028_0120, 'US', [4095]);
    expect(show([4095, 100, 200], [white], { photometricInterpretation: 'MONOCHROME1' }).pixels).toEqual([0, 255, 0]);
    expect(show([0, 0], [value]).pixels).toEqual([0, 0]);
  });
});

describe('Modality LUT', () => {
  it('goes before slope and intercept', () => {
    const table = modalityLut(...lut([3, 10, 16], [1000, 3000, 2000]));
    expect(show([0, 10, 11, 12, 99], [...window('2000', '2001'), ...rescale('5', '5'), table]).pixels).toEqual([
      0, 0, 255, 128, 128,
    ]);
  });

  it('begins at a negative value where pixels are signed', () => {
    const table = modalityLut(...lut([3, 0xfffe, 16], [0, 50, 100]));
    expect(show([-3, -2, -1, 0, 1], [table], signed).pixels).toEqual([0, 0, 128, 255, 255]);
  });

  it('without entries is an error', () => {
    expect(() => show([0], [modalityLut(...lut([3, 0, 16], []))])).toThrow(/its Modality LUT has no entries/);
    expect(() => show([0], [modalityLut()])).toThrow(/its Modality LUT has no entries/);
  });

  it('a slope of 0 is none', () => {
    expect(show([0, 2048, 4095], [...rescale('7', '0'), ...window('2048', '4096')]).pixels).toEqual([0, 128, 255]);
  });
});

describe('VOI LUT', () => {
  it('has entries of as many bits as it says', () => {
    expect(show([0, 1, 2], [voiLuts(lut([3, 0, 12], [0, 2048, 4095]))])).toEqual({
      words: 'VOI LUT 1 of 1',
      pixels: [0, 128, 255],
    });
    expect(show([0, 1], [voiLuts(lut([2, 0, 16], [0, 0x8000]))]).pixels).toEqual([0, 128]);
    expect(show([0, 1], [voiLuts(lut([2, 0, 8], [0, 0x8000]))]).pixels).toEqual([0, 128]);
  });

  it('of 8 bits may have two entries in a word, or one', () => {
    const packed = voiLuts(lut([3, 0, 8], Uint8Array.of(10, 20, 30, 0)));
    const apart = voiLuts(lut([3, 0, 8], [10, 20, 30]));
    for (const table of [packed, apart]) expect(show([0, 1, 2, 3], [table]).pixels).toEqual([10, 20, 30, 30]);
    const swapped = voiLuts(lut([3, 0, 8], Uint8Array.of(20, 10, 0, 30)));
    expect(show([0, 1, 2, 3], [swapped], {}, {}, syntaxUids.big).pixels).toEqual([10, 20, 30, 30]);
  });

  it('of 0 entries has 65,536', () => {
    const entries = Array.from({ length: 65_536 }, (_, index) => index);
    const image = { bitsStored: 16, highBit: 15 };
    const { pixels } = show([0, 0x8000, 0xffff], [voiLuts(lut([0, 0, 16], entries))], image, {}, syntaxUids.implicit);
    expect(pixels).toEqual([0, 128, 255]);
  });

  it('begins at a negative value where values can be', () => {
    const table = voiLuts(lut([3, 0xffff, 8], [0, 100, 200]));
    expect(show([9, 10, 11], [...rescale('-10', '1'), table]).pixels).toEqual([0, 100, 200]);
    expect(show([0], [table]).pixels).toEqual([0]);
  });

  it('goes before windows, and all are counted together', () => {
    const all = [...window('2000', '4000'), voiLuts(lut([2, 0, 8], [0, 200]), lut([2, 0, 8], [9, 100]))];
    expect(show([1], all)).toEqual({ words: 'VOI LUT 1 of 2', pixels: [200] });
    expect(show([1], all, {}, { voi: 2 })).toEqual({ words: 'VOI LUT 2 of 2', pixels: [100] });
    expect(show([2000], all, {}, { voi: 3 }).words).toBe('window 1 of 1: 2000, 4000 (LINEAR)');
    expect(() => show([1], all, {}, { voi: 4 })).toThrow(/has 3 VOI LUTs and windows, so there is no number 4/);
  });

  it('without entries is passed over', () => {
    const all = [...window('2000', '4000'), voiLuts(lut([2, 0, 8], []))];
    expect(show([1], all).words).toBe('window 1 of 1: 2000, 4000 (LINEAR)');
    expect(() => show([1], all, {}, { voi: 1 })).toThrow(/has a VOI LUT 1 of 1, which shows nothing/);
  });
});

describe('what is not shown', () => {
  it('is an error that says why', () => {
    expect(() => show([1, 2], [], { photometricInterpretation: 'PALETTE COLOR' })).toThrow(/has colours/);
    const report = readDicom(buildDicom([element(0x0008_0060, 'CS', 'SR')]));
    expect(() => describeDisplay(report)).toThrow(/has no pixels/);
    const wide = [
      ...imageElements({ bitsAllocated: 32, bitsStored: 32, highBit: 31, rows: 1, columns: 1 }),
      pixelElement([1, 2]),
    ];
    expect(() => describeDisplay(readDicom(buildDicom([element(0x0008_0005, 'CS', ''), ...wide])))).toThrow(/32 bits/);
  });
});
