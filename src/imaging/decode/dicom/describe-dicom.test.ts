import { describe, expect, it } from 'vitest';
import { buildDicom, element, imageElements, pixelElement, type BuiltElement } from '../../../../test/dicom-builder.ts';
import { describeDicom } from './describe-dicom.ts';

const taken = element(0x0008_0060, 'CS', 'DX');
const windows = [element(0x0028_1050, 'DS', '0\\2000'), element(0x0028_1051, 'DS', '0\\3400')];
const describeFile = (elements: readonly BuiltElement[]): ReturnType<typeof describeDicom> =>
  describeDicom(buildDicom(elements), 'x.dcm');

describe('a DICOM file', () => {
  it('says what it offers, and which of it is used', () => {
    const found = describeFile([taken, ...imageElements(), ...windows, pixelElement([0, 1, 2, 3])]);
    expect(found).toMatchObject({
      transferSyntax: { name: 'explicit little endian' },
      isSyntaxGuessed: false,
      facts: { modality: 'DX' },
      pixels: { rows: 2, columns: 2, bitsStored: 12 },
      offered: [
        { words: 'window 1 of 2: 0, 0 (LINEAR)', isUsable: false },
        { words: 'window 2 of 2: 2000, 3400 (LINEAR)', isUsable: true },
      ],
      display: 'window 2 of 2: 2000, 3400 (LINEAR)',
      fault: null,
    });
  });

  it('without pixels, such as a report, is described all the same', () => {
    const found = describeFile([taken]);
    expect(found).toMatchObject({ pixels: null, offered: [], display: null });
    expect(found.fault).toMatch(/^has no pixels/);
  });

  it('in colours, with a depth or with frames that are not read says why it is not shown', () => {
    const colours = imageElements({ photometricInterpretation: 'PALETTE COLOR' });
    expect(describeFile([taken, ...colours, pixelElement([0, 1, 2, 3])])).toMatchObject({
      display: null,
      fault: expect.stringMatching(/^has colours/) as string,
    });
    const film = imageElements().toSpliced(2, 0, element(0x0028_0008, 'IS', '2'));
    expect(describeFile([taken, ...film, pixelElement([0, 1, 2, 3, 4, 5, 6, 7])])).toMatchObject({
      pixels: { frames: 2 },
      fault: expect.stringMatching(/^has 2 frames/) as string,
    });
  });

  it('that is none or is cut short is refused by its name', () => {
    expect(() => describeDicom(Buffer.from('\u0089PNG and more'), 'x.dcm')).toThrow(/^x\.dcm is not a DICOM file/);
    const whole = buildDicom([taken, ...imageElements(), pixelElement([0, 1, 2, 3])]);
    expect(() => describeDicom(whole.subarray(0, -3), 'x.dcm')).toThrow(/^x\.dcm is cut short/);
  });
});
