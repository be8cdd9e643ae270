import { describe, expect, it } from 'vitest';
import { buildDicom, element, sequence, syntaxUids, type BuiltElement } from '../../test/dicom-builder.ts';
import { readHeaderFacts, type HeaderFacts } from './header-facts.ts';
import { readDicom } from './read-dicom.ts';

const factsOf = (elements: readonly BuiltElement[], uid?: string): HeaderFacts =>
  readHeaderFacts(readDicom(buildDicom([element(0x0008_0005, 'CS', '\\ISO 2022 IR 87'), ...elements], uid)));
const meaning = (text: string): BuiltElement => element(0x0008_0104, 'LO', text);

it('a header that says nothing is facts that say so', () => {
  expect(factsOf([])).toEqual({
    transferSyntax: 'explicit little endian',
    sopClass: null,
    modality: null,
    presentationIntent: null,
    age: 'missing',
    bodyPart: null,
    view: null,
    orientation: [],
    species: null,
    imageType: [],
    isQualityControl: false,
    hasBurnedInWords: false,
    hasOverlays: false,
    isLossy: false,
    compressionRatio: null,
    isOurs: false,
  });
});

it.each([syntaxUids.explicit, syntaxUids.implicit, syntaxUids.big])('a full header in transfer syntax %s', (uid) => {
  const elements = [
    element(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY'),
    element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1.1'),
    element(0x0008_0060, 'CS', 'DX'),
    element(0x0008_0068, 'CS', 'FOR PRESENTATION'),
    element(0x0010_1010, 'AS', '003Y'),
    element(0x0018_0015, 'CS', 'chest'),
    element(0x0018_5101, 'CS', 'AP'),
    element(0x0020_0020, 'CS', 'L\\F'),
    element(0x0028_0300, 'CS', 'YES'),
    element(0x0028_0301, 'CS', 'YES'),
    element(0x0028_2110, 'CS', '01'),
    element(0x0028_2112, 'DS', '10\\2.5\\x'),
    element(0x6002_3000, 'OW', Buffer.alloc(2)),
  ];
  expect(factsOf(elements, uid)).toMatchObject({
    sopClass: '1.2.840.10008.5.1.4.1.1.1.1',
    modality: 'DX',
    presentationIntent: 'FOR PRESENTATION',
    age: { years: 3, from: 'age' },
    bodyPart: 'CHEST',
    view: 'AP',
    orientation: ['L', 'F'],
    imageType: ['ORIGINAL', 'PRIMARY'],
    isQualityControl: true,
    hasBurnedInWords: true,
    hasOverlays: true,
    isLossy: true,
    compressionRatio: 25,
  });
});

it('part and view come from their codes where the plain words are missing', () => {
  const codes = [sequence(0x0008_2218, [[meaning('Thorax')]]), sequence(0x0054_0220, [[meaning('antero-posterior')]])];
  expect(factsOf(codes)).toMatchObject({ bodyPart: 'THORAX', view: 'ANTERO-POSTERIOR' });
});

describe('the species', () => {
  it.each([
    ['description', [element(0x0010_2201, 'LO', 'Canine')], 'CANINE'],
    ['code', [sequence(0x0010_2202, [[meaning('Domestic dog')]])], 'DOMESTIC DOG'],
    ['breed', [element(0x0010_2292, 'LO', 'Beagle')], 'BEAGLE'],
    ['human', [element(0x0010_2201, 'LO', 'Homo sapiens')], null],
    [
      'human in words and a breed',
      [element(0x0010_2201, 'LO', 'human'), element(0x0010_2292, 'LO', 'Beagle')],
      'BEAGLE',
    ],
  ] as const)('by %s', (_, elements, expected) => {
    expect(factsOf(elements).species).toBe(expected);
  });
});

describe('this program made it', () => {
  it.each([
    ['by its own maker', [element(0x0008_1090, 'LO', 'Pneumoscope')]],
    [
      'by equipment that contributed',
      [sequence(0x0018_a001, [[], [element(0x0008_0070, 'LO', 'pneumoscope maintainers')]])],
    ],
    [
      'by a coding scheme, deep inside',
      [sequence(0x0040_a730, [[sequence(0x0040_a043, [[element(0x0008_0102, 'SH', '99PNEUMOSCOPE')]])]])],
    ],
  ])('%s', (_, elements) => {
    expect(factsOf(elements).isOurs).toBe(true);
  });

  it('or another did', () => {
    expect(factsOf([element(0x0008_0070, 'LO', 'Phantom Works')]).isOurs).toBe(false);
  });
});

it('many long texts are not decoded for it', () => {
  const long = Buffer.alloc(60_000, Buffer.from('1b24423b331b2842', 'hex'));
  const codes = Array.from({ length: 300 }, () => [element(0x0008_0102, 'LO', long)]);
  const makers = Array.from({ length: 2000 }, () => [element(0x0008_0070, 'LO', long.subarray(0, 6000))]);
  const many = [sequence(0x0018_a001, makers), sequence(0x0040_a043, codes)];
  const file = readDicom(buildDicom([element(0x0008_0005, 'CS', '\\ISO 2022 IR 87'), ...many]));
  const start = performance.now();
  expect(readHeaderFacts(file).isOurs).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});

it('a lossy transfer syntax is lossy, whatever the header says', () => {
  expect(factsOf([element(0x0028_2110, 'CS', '00')], '1.2.840.10008.1.2.4.81')).toMatchObject({ isLossy: true });
});

it('no name, number or UID of a person, study or image is among the facts', () => {
  const secrets = [
    [0x0008_0018, 'UI', '1.2.3.4711'],
    [0x0008_0050, 'SH', 'SECRET-1'],
    [0x0010_0010, 'PN', 'SECRET^2'],
    [0x0010_0020, 'LO', 'SECRET-3'],
    [0x0010_0030, 'DA', '19470811'],
    [0x0020_000d, 'UI', '1.2.3.4712'],
  ] as const;
  const facts = JSON.stringify(factsOf(secrets.map(([tag, vr, value]) => element(tag, vr, value))));
  for (const [, , value] of secrets) expect(facts).not.toContain(value);
});
