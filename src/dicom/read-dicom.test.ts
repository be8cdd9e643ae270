import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  buildDataSet,
  buildDicom,
  buildFileHeader,
  element,
  encapsulate,
  imageElements,
  pixelElement,
  sequence,
  syntaxUids,
  type BuiltElement,
} from '../../test/dicom-builder.ts';
import { budgets } from '../base/budgets.ts';
import { DicomError, type DicomFault } from './dicom-error.ts';
import { readDicom, type DicomFile } from './read-dicom.ts';

const first = element(0x0008_0005, 'CS', 'ISO_IR 100');
const modality = element(0x0008_0060, 'CS', 'DX');
const image = [first, modality, ...imageElements(), pixelElement([1, 2, 3, 4095])];
const modalityOf = (bytes: Uint8Array): string | undefined => readDicom(bytes).dataSet.text(0x0008_0060);

function expectFault(bytes: Uint8Array, kind: DicomFault, words: RegExp): void {
  let found: unknown;
  try {
    readDicom(bytes);
  } catch (error) {
    found = error;
  }
  expect(found).toBeInstanceOf(DicomError);
  expect(found).toMatchObject({ kind, what: expect.stringMatching(words) });
}

function faultOf(bytes: Uint8Array): DicomFault | 'no pixels' | 'an image' {
  try {
    return readDicom(bytes).pixelData === undefined ? 'no pixels' : 'an image';
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    return error.kind;
  }
}

describe('transfer syntaxes', () => {
  const expected = {
    rows: 2,
    columns: 2,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    bitsAllocated: 16,
    bitsStored: 12,
    highBit: 11,
    isSigned: false,
    frames: 1,
  };

  it.each([
    [syntaxUids.explicit, 'explicit little endian', '010002000300ff0f'],
    [syntaxUids.implicit, 'implicit little endian', '010002000300ff0f'],
    [syntaxUids.big, 'explicit big endian', '0001000200030fff'],
  ])('%s', (uid, name, hex) => {
    const file = readDicom(buildDicom(image, uid));
    expect(file.pixels).toEqual(expected);
    expect(file.transferSyntax.name).toBe(name);
    expect(file.isSyntaxGuessed).toBe(false);
    expect(file.pixelData).toEqual({ kind: 'native', bytes: Buffer.from(hex, 'hex') });
  });

  const deflate = (elements: readonly BuiltElement[]): Buffer =>
    deflateRawSync(buildDataSet(elements, 'explicit-little'));

  it('deflated', () => {
    const { pixels, pixelData } = readDicom(Buffer.concat([buildFileHeader(syntaxUids.deflated), deflate(image)]));
    expect(pixels).toEqual(expected);
    expect(pixelData).toMatchObject({ kind: 'native', bytes: Buffer.from('010002000300ff0f', 'hex') });
  });

  it('deflated, but not whole, damaged or far too large', () => {
    const header = buildFileHeader(syntaxUids.deflated);
    expectFault(Buffer.concat([header, deflate(image).subarray(0, -8)]), 'truncated', /deflated/);
    expectFault(Buffer.concat([header, Buffer.alloc(64, 0xff)]), 'damaged', /deflated/);
    const size = 2 ** 24;
    const part = deflateRawSync(Buffer.alloc(size), { finishFlush: constants.Z_SYNC_FLUSH });
    const parts = Buffer.alloc(part.length * (1 + budgets.dicomInflatedBytes.limit / size), part);
    expectFault(Buffer.concat([header, parts]), 'too-large', /^has more than 256 MiB when it is unpacked/);
  });

  it('that are not read are named', () => {
    const file = Buffer.concat([buildFileHeader('1.2.840.10008.1.2.4.100'), buildDataSet(image, 'explicit-little')]);
    expectFault(file, 'unsupported', /^has the transfer syntax 1\.2\.840\.10008\.1\.2\.4\.100, which is not read/);
    const elements = buildDataSet(image, 'explicit-little');
    expectFault(Buffer.concat([buildFileHeader('<script>'), elements]), 'damaged', /is no UID/);
  });
});

describe('a file without its header', () => {
  it.each([
    ['implicit-little', 'implicit little endian'],
    ['explicit-little', 'explicit little endian'],
    ['explicit-big', 'explicit big endian'],
  ] as const)('%s is told by its first element', (encoding, name) => {
    const file = readDicom(buildDataSet(image, encoding));
    expect([file.transferSyntax.name, file.isSyntaxGuessed, file.pixels?.bitsStored]).toEqual([name, true, 12]);
  });

  it('or with one that does not say the transfer syntax', () => {
    const header = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
    const unusual = buildDataSet([element(0x0010_1010, 'AS', '003Y')], 'implicit-little');
    expect(readDicom(Buffer.concat([header, unusual])).dataSet.text(0x0010_1010)).toBe('003Y');
    const { transferSyntax, isSyntaxGuessed } = readDicom(
      Buffer.concat([header, buildDataSet(image, 'implicit-little')]),
    );
    expect([transferSyntax.encoding, isSyntaxGuessed]).toEqual(['implicit-little', true]);
  });

  it('or without the preamble alone', () => {
    expect(readDicom(buildDicom(image, syntaxUids.big).subarray(132)).transferSyntax.encoding).toBe('explicit-big');
  });

  it('of compressed pixels does not say how', () => {
    const elements = [first, ...imageElements(), encapsulate([Buffer.of(1, 2)])];
    expectFault(buildDataSet(elements, 'explicit-little'), 'damaged', /its pixels are compressed, but/);
  });

  it('that is none', () => {
    expectFault(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]), 'truncated', /ends behind its preamble/);
    const spaces = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(64, 0x20)]);
    expectFault(spaces, 'truncated', /it ends within \(2020,2020\)/);
    expectFault(buildFileHeader(syntaxUids.explicit), 'truncated', /before its data set/);
    expectFault(Buffer.from('no more than text'), 'damaged', /no (data set|element)/);
  });
});

describe('a file that breaks a rule', () => {
  it('with a wrong length of its header is read, or with none', () => {
    const file = buildDicom(image);
    file.writeUInt32LE(4, 140);
    expect(modalityOf(file)).toBe('DX');
    expect(modalityOf(Buffer.concat([file.subarray(0, 132), file.subarray(144)]))).toBe('DX');
  });

  it('with group lengths, right or wrong, is read', () => {
    expect(modalityOf(buildDicom([element(0x0008_0000, 'UL', [9999]), ...image]))).toBe('DX');
  });

  it('that calls explicit VR implicit, or the other way round, is read as it is', () => {
    const explicit = Buffer.concat([buildFileHeader(syntaxUids.implicit), buildDataSet(image, 'explicit-little')]);
    const implicit = Buffer.concat([buildFileHeader(syntaxUids.explicit), buildDataSet(image, 'implicit-little')]);
    expect([modalityOf(explicit), modalityOf(implicit)]).toEqual(['DX', 'DX']);
  });

  it('with anything behind its pixels is read', () => {
    for (const end of [Buffer.alloc(513), Buffer.alloc(2000, 0xff), Buffer.from('fffcfcff4f42000000010000', 'hex')]) {
      expect(modalityOf(Buffer.concat([buildDicom(image), end]))).toBe('DX');
    }
  });

  it('with a private value in fragments is read', () => {
    const thumbnail = { ...encapsulate([Buffer.from('thumb')]), tag: 0x0009_1010 };
    expect(readDicom(buildDicom([first, thumbnail, modality, ...image.slice(2)])).pixels?.rows).toBe(2);
  });

  it('with what looks like elements behind its pixels is read without them', () => {
    const rows = buildDataSet([element(0x0028_0010, 'US', [9])], 'explicit-little');
    expect(readDicom(Buffer.concat([buildDicom(image), rows])).pixels?.rows).toBe(2);
    expect(modalityOf(Buffer.concat([buildDicom(image), Buffer.alloc(2 ** 20)]))).toBe('DX');
  });

  it('that ends within an element names it; between elements it has no pixels', () => {
    const file = buildDicom(image);
    const ends = new Set(image.map((_, index) => buildDicom(image.slice(0, index)).length));
    const start = buildDicom([]).length;
    for (let length = 132; length < file.length; length++) {
      const cut = file.subarray(0, length);
      const expected = ends.has(length) && length > start ? 'no pixels' : 'truncated';
      expect([length, faultOf(cut)]).toEqual([length, expected]);
    }
    expectFault(file.subarray(0, -12), 'truncated', /^is cut short: it ends within \(7FE0,0010\)/);
    expectFault(file.subarray(0, -1), 'truncated', /^is cut short: its pixels take 8 bytes, and 7 are there/);
  });

  it.each([syntaxUids.explicit, syntaxUids.implicit, syntaxUids.big])(
    'that ends within a sequence says so, in %s',
    (uid) => {
      for (const isUndefinedLength of [true, false]) {
        const inner = sequence(0x0040_a730, [[modality]], isUndefinedLength);
        const file = buildDicom([first, sequence(0x0040_a730, [[modality, inner, modality]], isUndefinedLength)], uid);
        const start = buildDicom([first], uid).length;
        for (let length = start + 12; length < file.length; length++) {
          expectFault(file.subarray(0, length), 'truncated', /it ends within \(0040,A730\)/);
        }
      }
    },
  );

  it('whose elements are none is damaged', () => {
    const broken = element(0x0008_1140, 'SQ', Buffer.alloc(16, 0x41));
    expectFault(buildDicom([first, broken, ...image]), 'damaged', /\(0008,1140\) is no element of DICOM/);
  });
});

describe('budgets', () => {
  it('sequences within sequences', () => {
    const nest = (depth: number): BuiltElement =>
      sequence(0x0040_a730, [depth === 1 ? [modality] : [nest(depth - 1)]], true);
    expect(modalityOf(buildDicom([first, modality, nest(budgets.dicomDepth.limit)]))).toBe('DX');
    expectFault(buildDicom([first, nest(budgets.dicomDepth.limit + 1)]), 'too-large', /more than 32 sequences within/);
    const opening = Buffer.from('4000 30a7 5351 0000 ffffffff feff 00e0 ffffffff'.replaceAll(' ', ''), 'hex');
    const deep = Buffer.concat([buildDicom([first]), Buffer.alloc(opening.length * 90_000, opening)]);
    expectFault(deep, 'too-large', /more than/);
  });

  it('elements, items and fragments', () => {
    const { limit } = budgets.dicomElements;
    const empty = Buffer.from('1000 0000 4c4f 0000'.replaceAll(' ', ''), 'hex');
    const elements = (count: number): Buffer => Buffer.concat([buildDicom([first]), Buffer.alloc(count * 8, empty)]);
    expect(readDicom(elements(limit - 100)).dataSet.text(0x0008_0005)).toBe('ISO_IR 100');
    expectFault(elements(limit), 'too-large', /^has more than 100,000 elements, items and fragments/);
    const items = element(0x0040_a730, 'SQ', Buffer.alloc(8 * limit, Buffer.from('feff00e000000000', 'hex')));
    expectFault(buildDicom([first, items]), 'too-large', /more than 100,000/);
    const fragments = encapsulate(Array.from({ length: limit }, () => new Uint8Array()));
    expectFault(buildDicom([first, ...imageElements(), fragments], syntaxUids.jpegLossless), 'too-large', /more than/);
  });
});

describe('pixels', () => {
  const withPixels = (pixels: readonly BuiltElement[], uid?: string): DicomFile =>
    readDicom(buildDicom([first, ...pixels], uid));

  it('may be padded', () => {
    const { pixelData } = withPixels([...imageElements(), pixelElement([1, 2, 3, 4, 0, 0, 0])]);
    expect(pixelData).toMatchObject({ bytes: Buffer.from('0100020003000400', 'hex') });
  });

  it('may be missing: then the file is no image', () => {
    expect(withPixels(imageElements())).toMatchObject({ pixels: undefined, pixelData: undefined });
  });

  it.each(['0', '', '1A', '-3'])('of "%s" frames are one', (count) => {
    const frames = element(0x0028_0008, 'IS', count);
    expect(withPixels([frames, ...imageElements(), pixelElement([1, 2, 3, 4])]).pixels?.frames).toBe(1);
  });

  it('of several frames are described, and the first is given', () => {
    const frames = element(0x0028_0008, 'IS', '2');
    const { pixels, pixelData } = withPixels([frames, ...imageElements(), pixelElement([1, 2, 3, 4, 5, 6, 7, 8])]);
    expect(pixels?.frames).toBe(2);
    expect(pixelData).toMatchObject({ bytes: Buffer.from('0100020003000400', 'hex') });
  });

  it('of 8 bits in big endian words are put in their order', () => {
    const image = imageElements({ bitsAllocated: 8, bitsStored: 8, highBit: 7, rows: 1, columns: 3 });
    const words = withPixels([...image, element(0x7fe0_0010, 'OW', Uint8Array.of(2, 1, 0, 3))], syntaxUids.big);
    expect(words.pixelData).toMatchObject({ bytes: Uint8Array.of(1, 2, 3) });
    const bytes = withPixels([...image, pixelElement([1, 2, 3, 0], 'OB')], syntaxUids.big);
    expect(bytes.pixelData).toMatchObject({ bytes: Buffer.of(1, 2, 3) });
  });

  it('that begin like a sequence are pixels in implicit VR too', () => {
    const { pixelData } = withPixels([...imageElements(), pixelElement([0xfffe, 0xe000, 2, 3])], syntaxUids.implicit);
    expect(pixelData).toMatchObject({ bytes: Buffer.from('feff00e002000300', 'hex') });
  });

  it.each([
    [{ rows: 0 }, 'damaged', /2 x 0 pixels/],
    [{ bitsAllocated: 12 }, 'unsupported', /12 bits, where 8, 16 or 32/],
    [{ bitsStored: 17 }, 'damaged', /17 bits stored/],
    [{ bitsStored: 0 }, 'damaged', /0 bits stored/],
    [{ highBit: 10 }, 'damaged', /high bit 10/],
    [{ highBit: 16 }, 'damaged', /high bit 16/],
  ] as const)('%o are refused', (change, kind, words) => {
    expectFault(buildDicom([first, ...imageElements(change), pixelElement([1, 2, 3, 4])]), kind, words);
  });

  it('whose description lacks what cannot be guessed are refused', () => {
    for (const missing of [0x0028_0004, 0x0028_0010, 0x0028_0011, 0x0028_0100]) {
      const rest = imageElements().filter(({ tag }) => tag !== missing);
      expectFault(buildDicom([first, ...rest, pixelElement([1, 2, 3, 4])]), 'damaged', /it has pixels, but \(0028,/);
    }
    const few = imageElements().filter(({ tag }) => ![0x0028_0002, 0x0028_0102, 0x0028_0103].includes(tag));
    expect(withPixels([...few, pixelElement([1, 2, 3, 4])]).pixels).toMatchObject({
      samplesPerPixel: 1,
      highBit: 11,
      isSigned: false,
    });
  });
});

describe('compressed pixels', () => {
  const [a, b, c] = [Buffer.from('aaaa'), Buffer.from('bb'), Buffer.from('cccccc')];
  const fragmentsOf = (pixels: BuiltElement, frames = 1, more: readonly BuiltElement[] = []): string[] => {
    const count = element(0x0028_0008, 'IS', String(frames));
    const file = readDicom(buildDicom([first, count, ...imageElements(), ...more, pixels], syntaxUids.jpegLossless));
    const { pixelData } = file;
    if (pixelData?.kind !== 'encapsulated') throw new Error('not encapsulated');
    return pixelData.fragments.map((fragment) => Buffer.from(fragment).toString());
  };

  it('of one frame are all fragments', () => {
    expect(fragmentsOf(encapsulate([a]))).toEqual(['aaaa']);
    expect(fragmentsOf(encapsulate([a, b, c], [0]))).toEqual(['aaaa', 'bb', 'cccccc']);
  });

  it('of several frames are those of the first by the basic offset table', () => {
    expect(fragmentsOf(encapsulate([a, b, c], [0, 22]), 2)).toEqual(['aaaa', 'bb']);
  });

  it('or by the extended one', () => {
    const table = Buffer.alloc(16);
    table.writeBigUInt64LE(22n, 8);
    expect(fragmentsOf(encapsulate([a, b, c]), 2, [element(0x7fe0_0001, 'OV', table)])).toEqual(['aaaa', 'bb']);
  });

  it('or the first, where each frame has one', () => {
    expect(fragmentsOf(encapsulate([a, b, c]), 3)).toEqual(['aaaa']);
  });

  const fileOf = (pixels: BuiltElement, frames = 1): Buffer =>
    buildDicom(
      [first, element(0x0028_0008, 'IS', String(frames)), ...imageElements(), pixels],
      syntaxUids.jpegLossless,
    );

  it('whose first frame cannot be told are refused', () => {
    expectFault(fileOf(encapsulate([a, b, c]), 2), 'unsupported', /has 2 frames in 3 fragments/);
    expectFault(fileOf(encapsulate([a, b, c], [0, 13]), 2), 'damaged', /leads to no fragment/);
  });

  it('that end early are refused, but not for the delimiter at the end', () => {
    const file = fileOf(encapsulate([a, b, c]));
    expect(readDicom(file.subarray(0, -8)).pixelData).toMatchObject({ fragments: [a, b, c] });
    expectFault(file.subarray(0, -9), 'truncated', /a fragment of its pixels ends beyond the file/);
  });

  it('without a fragment, or with something else between them, are refused', () => {
    expectFault(fileOf(encapsulate([])), 'damaged', /have no fragment/);
    const file = fileOf(encapsulate([a, b, c]));
    file[file.indexOf(b) - 8] = 0;
    expectFault(file, 'damaged', /something else stands between/);
  });

  it('in a syntax of uncompressed pixels are refused, and the other way round', () => {
    expectFault(buildDicom([first, ...imageElements(), encapsulate([a])]), 'damaged', /its pixels are compressed, but/);
    const native = [first, ...imageElements(), pixelElement([1, 2, 3, 4])];
    expectFault(buildDicom(native, syntaxUids.jpegLossless), 'damaged', /its pixels are not compressed, but/);
  });
});

it('no word of an error tells what the header says of a person', () => {
  const named = [first, element(0x0010_0010, 'PN', 'SECRET^NAME'), element(0x0010_0020, 'LO', 'SECRET-ID')];
  const file = buildDicom([...named, ...image.slice(2)]);
  const words: string[] = [];
  for (let length = 0; length < file.length; length++) {
    try {
      readDicom(file.subarray(0, length));
    } catch (error) {
      words.push(String(error));
    }
  }
  expect(words.length).toBeGreaterThan(100);
  expect(words.join()).not.toContain('SECRET');
});
