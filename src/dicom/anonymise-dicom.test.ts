import { describe, expect, it } from 'vitest';
import {
  buildDicom,
  element,
  encapsulate,
  imageElements,
  pixelElement,
  sequence,
  syntaxUids,
  type BuiltElement,
} from '../../test/dicom-builder.ts';
import { anonymiseDicom } from './anonymise-dicom.ts';
import { readHeaderFacts } from './header-facts.ts';
import { readDicom, type DicomFile } from './read-dicom.ts';

const key = Buffer.alloc(32, 7);
/** Each stands in a place where it is not looked for as well. */
const secret = 'SECRET';
const dates = ['20240203', '20190101'];
const code = (meaning: string, scheme = 'SCT'): BuiltElement[] => [
  element(0x0008_0100, 'SH', '51185008'),
  element(0x0008_0102, 'SH', scheme),
  element(0x0008_0104, 'LO', meaning),
  element(0x0010_0010, 'PN', secret),
];
const header = [
  element(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY'),
  element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1.1'),
  element(0x0008_0018, 'UI', '1.2.3.3'),
  element(0x0008_0020, 'DA', '20240203'),
  element(0x0008_0050, 'SH', secret),
  element(0x0008_0060, 'CS', 'DX'),
  element(0x0008_0068, 'CS', 'FOR PRESENTATION'),
  element(0x0008_0080, 'LO', `${secret} hospital`),
  sequence(0x0008_2218, [code('Thoracic structure')]),
  element(0x0009_0010, 'LO', secret),
  element(0x0009_1001, 'LO', secret),
  element(0x0010_0010, 'PN', `${secret}^ADA`),
  element(0x0010_0020, 'LO', `${secret}-4711`),
  element(0x0010_0030, 'DA', '20190101'),
  element(0x0010_0040, 'CS', 'F'),
  element(0x0010_4000, 'LT', secret),
  element(0x0018_0015, 'CS', 'CHEST'),
  element(0x0018_1030, 'LO', secret),
  element(0x0018_5101, 'CS', 'AP'),
  element(0x0020_000d, 'UI', '1.2.3.1'),
  element(0x0020_000e, 'UI', '1.2.3.2'),
  element(0x0020_0020, 'CS', 'L\\F'),
  element(0x0020_4000, 'LT', secret),
];
const window = [element(0x0028_1050, 'DS', '2'), element(0x0028_1051, 'DS', '4'), element(0x0028_1055, 'LO', secret)];
const more = [
  sequence(0x0040_0275, [[element(0x0040_0007, 'LO', secret), element(0x0010_0010, 'PN', secret)]]),
  element(0x6000_0022, 'LO', secret),
];
const child = [...header, ...imageElements(), ...window, ...more, pixelElement([0, 1, 2, 3])];
const read = (elements: readonly BuiltElement[], uid?: string): DicomFile => readDicom(buildDicom(elements, uid));
const replace = (tag: number, value?: BuiltElement): BuiltElement[] =>
  child.flatMap((one) => (one.tag === tag ? (value ?? []) : one));
const anonymise = (elements: readonly BuiltElement[], uid?: string): DicomFile =>
  readDicom(anonymiseDicom(read(elements, uid), key));

describe('an anonymous file', () => {
  it('has nothing of names, dates, numbers, free text, private groups or nested items', () => {
    const written = anonymiseDicom(read(child), key);
    for (const word of [secret, ...dates, '1.2.3.', '4711']) expect(written.includes(word), word).toBe(false);
    const { dataSet } = readDicom(written);
    const tags = dataSet.tags();
    expect(tags.filter((tag) => ((tag >>> 16) & 1) === 1 || tag >>> 16 === 0x6000)).toEqual([]);
    expect(dataSet.text(0x0012_0062)).toBe('YES');
    expect(dataSet.items(0x0012_0064).map((item) => item.text(0x0008_0100))).toEqual(['113100', '113108']);
    expect(tags).toEqual(tags.toSorted((one, other) => one - other));
  });

  it('keeps what the gate and the screen need', () => {
    const { dataSet, pixels, pixelData, transferSyntax } = anonymise(child);
    const before = read(child);
    expect(readHeaderFacts(anonymise(child))).toEqual({
      ...readHeaderFacts(before),
      hasOverlays: false,
      // Of the dates of birth and study an age is left, in whole years.
      age: { years: 5, from: 'age' },
    });
    expect(pixels).toEqual(before.pixels);
    expect(pixelData).toEqual(before.pixelData);
    expect(transferSyntax.name).toBe('explicit little endian');
    expect([dataSet.numbers(0x0028_1050), dataSet.numbers(0x0028_1051)]).toEqual([[2], [4]]);
    expect(dataSet.text(0x0010_0040)).toBe('F');
    const [region] = dataSet.items(0x0008_2218);
    expect(region?.text(0x0008_0104)).toBe('Thoracic structure');
  });

  it('keeps together what belonged together, with the same key alone', () => {
    const uids = (file: DicomFile): (string | undefined)[] =>
      [0x0008_0018, 0x0020_000d, 0x0020_000e, 0x0010_0020].map((tag) => file.dataSet.text(tag));
    const first = uids(anonymise(child));
    expect(uids(anonymise(child))).toEqual(first);
    expect(new Set(first).size).toBe(4);
    for (const uid of first.slice(0, 3)) expect(uid).toMatch(/^2\.25\.[1-9]\d{35,38}$/);
    expect(first[3]).toMatch(/^[0-9a-f]{16}$/);
    const other = uids(anonymise(replace(0x0008_0018, element(0x0008_0018, 'UI', '1.2.3.4'))));
    expect([other[0] === first[0], other.slice(1)]).toEqual([false, first.slice(1)]);
    const foreign = uids(readDicom(anonymiseDicom(read(child), Buffer.alloc(32, 8))));
    expect(foreign.some((uid) => first.includes(uid))).toBe(false);
  });

  it.each([syntaxUids.implicit, syntaxUids.big])('is explicit little endian, with the same values: %s', (uid) => {
    const { pixelData, transferSyntax } = anonymise(child, uid);
    expect(transferSyntax.uid).toBe(syntaxUids.explicit);
    expect(pixelData).toEqual(read(child).pixelData);
  });

  it('keeps compressed pixels byte for byte', () => {
    const fragments = [Uint8Array.of(0xff, 0xd8, 1, 2), Uint8Array.of(3, 4, 0xff, 0xd9)];
    const compressed = [...child.slice(0, -1), encapsulate(fragments)];
    const { pixelData, transferSyntax } = anonymise(compressed, syntaxUids.jpegLossless);
    expect(transferSyntax.uid).toBe(syntaxUids.jpegLossless);
    expect(pixelData).toEqual(read(compressed, syntaxUids.jpegLossless).pixelData);
  });

  it('keeps LUTs', () => {
    const lut = [element(0x0028_3002, 'US', [4, 0, 16]), element(0x0028_3006, 'OW', [0, 9, 99, 65_535])];
    const elements = [...child.slice(0, -1), sequence(0x0028_3010, [lut]), ...child.slice(-1)];
    const { dataSet } = anonymise(elements.toSorted((one, other) => one.tag - other.tag));
    const [item] = dataSet.items(0x0028_3010);
    expect(item?.numbers(0x0028_3002)).toEqual([4, 0, 16]);
    expect([...(item?.words(0x0028_3006, 4) ?? [])]).toEqual([0, 9, 99, 65_535]);
  });

  it.each([
    [element(0x0018_0015, 'CS', `chest of ${secret.toLowerCase()} Ö`), 0x0018_0015],
    [element(0x0008_2218, 'LO', secret), 0x0008_2218],
    [sequence(0x0008_2218, [code(`Room 7 of ${secret}`)]), 0x0008_2218],
    [sequence(0x0008_2218, [code('Thorax', '99HOSPITAL')]), 0x0008_2218],
    [element(0x0010_0040, 'CS', secret), 0x0010_0040],
    [element(0x0028_1050, 'DS', Array.from({ length: 101 }, () => '1').join('\\')), 0x0028_1050],
    [element(0x0028_1050, 'DS', '12345678901234567'), 0x0028_1050],
  ])('drops a value that may be free text: %o', (value, tag) => {
    const { dataSet } = anonymise(replace(tag, value));
    expect([dataSet.text(tag), dataSet.items(tag)]).toEqual([undefined, []]);
  });

  it.each([
    ['099Y', '090Y'],
    ['018M', '018M'],
    ['3Y', '003Y'],
    ['19M', '019M'],
    ['62', undefined],
  ])('age %s becomes %s', (stated, expected) => {
    const born = replace(0x0010_0030, element(0x0010_1010, 'AS', stated));
    expect(anonymise(born).dataSet.text(0x0010_1010)).toBe(expected);
  });

  it('of an animal stays one of an animal', () => {
    const dog = [...child, element(0x0010_2201, 'LO', `${secret} the dog`)];
    expect(readHeaderFacts(anonymise(dog.toSorted((one, other) => one.tag - other.tag))).species).toBe('NOT HUMAN');
  });
});

it.each([
  [replace(0x7fe0_0010).filter(({ tag }) => tag >>> 16 !== 0x0028), /has no pixels/],
  [replace(0x0008_0016, element(0x0008_0016, 'UI', '1.2.3.4')), /does not say which object/],
  [replace(0x0028_0004, element(0x0028_0004, 'CS', 'RGB')), /is not one grey image/],
  [replace(0x0008_0080, element(0x0008_0070, 'LO', 'Pneumoscope')), /is a result of this program/],
])('no other file is made anonymous', (elements, message) => {
  const file = read(elements.toSorted((one, other) => one.tag - other.tag));
  expect(() => anonymiseDicom(file, key)).toThrow(message);
});
