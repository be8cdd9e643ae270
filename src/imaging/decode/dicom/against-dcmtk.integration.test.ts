/** The displayed greys of another program, dcm2pnm of DCMTK: on Debian, `apt-get install dcmtk`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { describeDisplay, displayFrame } from './display.ts';

const isThere = spawnSync('dcm2pnm', ['--version']).status === 0;
if (!isThere) console.warn('SKIPPED: no comparison with DCMTK, because dcm2pnm is not there');

const side = 64;
/** All values of 12 bits, each once. */
const ramp = Array.from({ length: side * side }, (_, index) => index);
const window = (center: number, width: number): BuiltElement[] => [
  element(0x0028_1050, 'DS', String(center)),
  element(0x0028_1051, 'DS', String(width)),
];
const sigmoid = element(0x0028_1056, 'CS', 'SIGMOID');
const rescale = (intercept: number, slope: number): BuiltElement[] => [
  element(0x0028_1052, 'DS', String(intercept)),
  element(0x0028_1053, 'DS', String(slope)),
];
const lut = (first: number, bits: number, map: (value: number) => number): BuiltElement[] => [
  element(0x0028_3002, 'US', [ramp.length, first, bits]),
  element(
    0x0028_3006,
    'OW',
    ramp.map((value) => Math.round(map(value))),
  ),
];
const bend =
  (bits: number) =>
  (value: number): number =>
    (2 ** bits - 1) * (value / 4095) ** 1.5;

interface Case {
  readonly samples?: readonly number[];
  readonly image?: Partial<BuiltImage>;
  readonly more?: readonly BuiltElement[];
}

const bytes = { bitsAllocated: 8, bitsStored: 8, highBit: 7 };
const inverse = element(0x2050_0020, 'CS', 'INVERSE');
const cases: Readonly<Record<string, Case>> = {
  'a window': { more: window(2000, 3400) },
  'a window of width 1': { more: window(2000, 1) },
  'a sigmoid window': { more: [...window(2000, 1700), sigmoid] },
  'slope and intercept': { more: [...rescale(-1024, 0.5), ...window(-20, 1700)] },
  'a negative slope': { more: [...rescale(4095, -1), ...window(2000, 1700)] },
  'signed pixels': { image: { isSigned: true }, more: window(-48, 3400) },
  'signed pixels of 16 bits': {
    image: { isSigned: true, bitsStored: 16, highBit: 15 },
    samples: ramp.map((value) => (value - 2048) * 16),
    more: window(-700, 40_000),
  },
  'pixels in the upper bits': {
    image: { highBit: 15 },
    samples: ramp.map((value) => value << 4),
    more: window(2000, 3400),
  },
  'other bits above the pixels': { samples: ramp.map((value) => value | 0xa000), more: window(2000, 3400) },
  MONOCHROME1: { image: { photometricInterpretation: 'MONOCHROME1' }, more: window(2000, 3400) },
  'MONOCHROME1 that is called inverse': {
    image: { photometricInterpretation: 'MONOCHROME1' },
    more: [...window(2000, 3400), inverse],
  },
  'bytes with a window': { image: bytes, samples: ramp.map((value) => value >> 4), more: window(128, 200) },
  'a VOI LUT': { more: [sequence(0x0028_3010, [lut(0, 12, bend(12))])] },
  'a VOI LUT of 16 bits from a value above 0': { more: [sequence(0x0028_3010, [lut(500, 16, bend(16))])] },
  'a VOI LUT of 8 bits from a negative value': {
    more: [...rescale(-2048, 1), sequence(0x0028_3010, [lut(0x1_0000 - 2048, 8, bend(8))])],
  },
  'a Modality LUT and a window': { more: [sequence(0x0028_3000, [lut(0, 16, bend(16))]), ...window(20_000, 40_000)] },
  'a Modality LUT alone': { more: [sequence(0x0028_3000, [lut(0, 12, (value) => 4095 - value)])] },
  'no window': {},
};

/** A PGM of one byte a pixel. */
function readPgm(file: string): Buffer {
  const content = readFileSync(file);
  return content.subarray(content.length - side * side);
}

describe.skipIf(!isThere)('dcm2pnm shows the same grey, within one level', () => {
  const syntaxes = [syntaxUids.explicit, syntaxUids.implicit, syntaxUids.big];
  it.each(Object.entries(cases))('for %s', (_, { samples = ramp, image = {}, more = [] }) => {
    const pixels = pixelElement(samples, image.bitsAllocated === 8 ? 'OB' : 'OW');
    const description = imageElements({ rows: side, columns: side, ...image });
    const elements = [element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1'), ...description, ...more, pixels];
    const folder = mkdtempSync(join(tmpdir(), 'pneumoscope-dcmtk-'));
    try {
      for (const uid of syntaxes) {
        const content = buildDicom(
          elements.toSorted((a, b) => a.tag - b.tag),
          uid,
        );
        const [source, shown] = [join(folder, 'x.dcm'), join(folder, 'x.pgm')];
        writeFileSync(source, content);
        const file = readDicom(content);
        const display = describeDisplay(file);
        const flag = ['window', 'VOI LUT', 'no window'].findIndex((name) => display.words.startsWith(name));
        const flags = [['+Wi', '1'], ['+Wl', '1'], ['+Wm']][flag] ?? [];
        expect(spawnSync('dcm2pnm', ['+op', ...flags, source, shown], { encoding: 'utf8' })).toMatchObject({
          status: 0,
        });
        if (file.pixelData?.kind !== 'native') throw new Error('not native');
        const frame = displayFrame(
          file.pixelData.bytes,
          file.pixels as PixelDescription,
          display,
          uid === syntaxUids.big,
        );
        const theirs = readPgm(shown);
        expect(new Set(theirs).size).toBeGreaterThan(1);
        expect(
          frame.reduce((most, grey, at) => Math.max(most, Math.abs(grey - (theirs[at] as number))), 0),
        ).toBeLessThanOrEqual(1);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
