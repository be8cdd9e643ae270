import { describe, expect, it } from 'vitest';
import golden from '../../test/fixtures/imaging/decode.json' with { type: 'json' };
import { buildDataSet, buildDicom, buildFileHeader, element, sequence, syntaxUids } from '../../test/dicom-builder.ts';
import { isDicom } from './is-dicom.ts';

const first = element(0x0008_0005, 'CS', 'ISO_IR 100');
const elements = [first, element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1')];

describe('a DICOM file', () => {
  it('has DICM behind a preamble', () => {
    expect(isDicom(buildDicom(elements))).toBe(true);
    expect(isDicom(buildDicom(elements).subarray(0, 132))).toBe(true);
  });

  it.each(['implicit-little', 'explicit-little', 'explicit-big'] as const)(
    'or begins with %s elements at once',
    (encoding) => {
      expect(isDicom(buildDataSet(elements, encoding))).toBe(true);
      expect(isDicom(buildDataSet([element(0x0008_0000, 'UL', [64]), ...elements], encoding))).toBe(true);
      expect(isDicom(Buffer.concat([Buffer.from('x'), buildDataSet(elements, encoding)]))).toBe(false);
    },
  );

  it('or has lost its preamble', () => {
    expect(isDicom(buildFileHeader(syntaxUids.explicit).subarray(132))).toBe(true);
  });

  it('may begin with a sequence whose length is not said', () => {
    expect(isDicom(buildDataSet([sequence(0x0008_1110, [[first]], true)], 'explicit-little'))).toBe(true);
  });
});

describe('no DICOM file', () => {
  it.each(golden.map(({ name, bytes }) => [name, bytes] as const))('is %s', (_, bytes) => {
    expect(isDicom(Buffer.from(bytes, 'base64'))).toBe(false);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(1024)],
    ['a backspace and zeros', Buffer.concat([Buffer.of(8), Buffer.alloc(300)])],
    ['a zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(300)])],
    ['text', Buffer.from('0008,0005 CS ISO_IR 100\n'.repeat(20))],
    [
      'the first element in implicit VR and then noise',
      Buffer.concat([buildDataSet([first], 'implicit-little'), Buffer.alloc(64, 0xff)]),
    ],
    ['an icon', Buffer.from('00000100010010100000010020006804000016000000', 'hex')],
    ['a QuickTime film', Buffer.from('00000008776964650000000866726565', 'hex')],
  ])('is %s', (_, bytes) => {
    expect(isDicom(bytes)).toBe(false);
  });
});
