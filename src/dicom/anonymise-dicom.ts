/** A DICOM file of one grey image -> one that says nothing of who is on it, with the same pixels: PS3.15 annex E, by an allow list. */
import { randomBytes } from 'node:crypto';
import { DicomError } from './dicom-error.ts';
import { readHeaderFacts } from './header-facts.ts';
import { keepAttributes } from './kept-attributes.ts';
import { readPatientAge } from './patient-age.ts';
import type { PixelDescription } from './pixel-description.ts';
import { replacePatientId, replaceUid } from './pseudonyms.ts';
import type { DicomFile } from './read-dicom.ts';
import { describeSopClass } from './sop-classes.ts';
import { tags } from './tags.ts';
import { encapsulateFragments, writeDicom, type WrittenElement } from './write-dicom.ts';

const explicitLittle = '1.2.840.10008.1.2.1';

/** De-identification Method Code Sequence: the Basic Profile, and the option to keep characteristics of patients (PS3.16 CID 7050). */
const methods = [
  ['113100', 'Basic Application Confidentiality Profile'],
  ['113108', 'Retain Patient Characteristics Option'],
] as const;
const methodWords = 'Pneumoscope: allow list, new UIDs, no dates';

/** Required, though they may be empty (type 2): dates, times, numbers and names are not told. */
const emptied: readonly (readonly [tag: number, vr: 'DA' | 'TM' | 'SH' | 'LO' | 'PN' | 'IS'])[] = [
  [tags.studyDate, 'DA'],
  [0x0008_0030, 'TM'],
  [0x0008_0050, 'SH'],
  [tags.manufacturer, 'LO'],
  [0x0008_0090, 'PN'],
  [0x0010_0010, 'PN'],
  [tags.patientBirthDate, 'DA'],
  [0x0020_0010, 'SH'],
  [0x0020_0011, 'IS'],
  [0x0020_0013, 'IS'],
];
const emptyIfMissing: readonly (readonly [tag: number, empty: WrittenElement])[] = [
  [0x0010_0040, { vr: 'CS', value: '' }],
  [tags.patientOrientation, { vr: 'CS', value: '' }],
];
/** Digital X-Ray, for presentation and for processing. */
const digital = '1.2.840.10008.5.1.4.1.1.1.1';
const emptyOfDigital: typeof emptyIfMissing = [
  [tags.anatomicRegionSequence, { vr: 'SQ', value: { items: [] } }],
  // Detector Type and Acquisition Context Sequence.
  [0x0018_7004, { vr: 'CS', value: '' }],
  [0x0040_0555, { vr: 'SQ', value: { items: [] } }],
];
const uids = { study: 0x0020_000d, series: 0x0020_000e, instance: 0x0008_0018 } as const;
const patientId = 0x0010_0020;

/**
 * Native pixels become explicit little endian; compressed ones stay byte for byte in their transfer syntax.
 *
 * @param key secret: files that are made with the same one belong together as before
 * @throws DicomError where the file has no grey image of one frame, or is a result of this program
 */
export function anonymiseDicom(file: DicomFile, key: Uint8Array): Buffer {
  const { dataSet, pixels, transferSyntax } = file;
  const facts = readHeaderFacts(file);
  if (facts.isOurs)
    throw new DicomError('unsupported', 'is a result of this program, not an X-ray; anonymise the X-ray');
  const { uid: sopClassUid } = describeSopClass(facts.sopClass);
  if (sopClassUid === null)
    throw new DicomError('unsupported', 'does not say which object of the standard it is, (0008,0016)');
  const grey = checkGrey(pixels);
  const elements = keepAttributes(dataSet, grey.isSigned);
  const text = (tag: number, vr: WrittenElement['vr'], value: string): void => void elements.set(tag, { vr, value });
  for (const [tag, vr] of emptied) text(tag, vr, '');
  for (const tag of Object.values(uids)) {
    const stated = dataSet.text(tag);
    text(tag, 'UI', replaceUid(stated ?? randomBytes(16).toString('hex'), key));
  }
  text(tags.specificCharacterSet, 'CS', 'ISO_IR 192');
  text(tags.sopClassUid, 'UI', sopClassUid);
  const id = dataSet.text(patientId);
  text(patientId, 'LO', id === undefined ? '' : replacePatientId(id, key));
  for (const [tag, empty] of sopClassUid.startsWith(digital)
    ? [...emptyIfMissing, ...emptyOfDigital]
    : emptyIfMissing) {
    if (!elements.has(tag)) elements.set(tag, empty);
  }
  const age = writeAge(file);
  if (age !== undefined) text(tags.patientAge, 'AS', age);
  // What it is called may be a name; that it is no human being must stay.
  if (facts.species !== null) text(tags.patientSpeciesDescription, 'LO', 'NOT HUMAN');
  text(0x0012_0062, 'CS', 'YES');
  text(0x0012_0063, 'LO', methodWords);
  elements.set(0x0012_0064, { vr: 'SQ', value: { items: methods.map(describeMethod) } });
  for (const [tag, value] of describeGrey(grey)) elements.set(tag, value);
  elements.set(tags.pixelData, writePixels(file, grey));
  return writeDicom({
    transferSyntaxUid: transferSyntax.codec === 'native' ? explicitLittle : transferSyntax.uid,
    sopClassUid,
    sopInstanceUid: elements.get(uids.instance)?.value as string,
    elements,
  });
}

function describeMethod([value, meaning]: (typeof methods)[number]): Map<number, WrittenElement> {
  return new Map([
    [0x0008_0100, { vr: 'SH', value }],
    [tags.codingSchemeDesignator, { vr: 'SH', value: 'DCM' }],
    [tags.codeMeaning, { vr: 'LO', value: meaning }],
  ]);
}

function checkGrey(pixels: PixelDescription | undefined): PixelDescription {
  if (pixels === undefined) throw new DicomError('unsupported', 'has no pixels, where an image is needed');
  const { samplesPerPixel, photometricInterpretation, bitsAllocated, frames } = pixels;
  const isGrey = samplesPerPixel === 1 && /^MONOCHROME[12]$/.test(photometricInterpretation);
  if (isGrey && bitsAllocated <= 16 && frames === 1) return pixels;
  throw new DicomError('unsupported', 'is not one grey image of 8 or 16 bits, and no other is anonymised');
}

function describeGrey(pixels: PixelDescription): readonly (readonly [number, WrittenElement])[] {
  const word = (tag: number, value: number): readonly [number, WrittenElement] => [tag, { vr: 'US', value: [value] }];
  return [
    word(tags.samplesPerPixel, 1),
    [tags.photometricInterpretation, { vr: 'CS', value: pixels.photometricInterpretation }],
    word(tags.rows, pixels.rows),
    word(tags.columns, pixels.columns),
    word(tags.bitsAllocated, pixels.bitsAllocated),
    word(tags.bitsStored, pixels.bitsStored),
    word(tags.highBit, pixels.highBit),
    word(tags.pixelRepresentation, pixels.isSigned ? 1 : 0),
  ];
}

function writePixels({ pixelData, transferSyntax }: DicomFile, { bitsAllocated }: PixelDescription): WrittenElement {
  if (pixelData === undefined) throw new DicomError('truncated', 'has no pixel data; replace it or leave it out');
  if (pixelData.kind === 'encapsulated') return encapsulateFragments(pixelData.fragments);
  if (bitsAllocated === 8) return { vr: 'OB', value: pixelData.bytes };
  const isBig = transferSyntax.encoding === 'explicit-big';
  return { vr: 'OW', value: isBig ? Buffer.from(pixelData.bytes).swap16() : pixelData.bytes };
}

/** Of the very old there are few: they share one age, as HIPAA asks (45 CFR 164.514). */
const oldest = 90;
/** Of years that were months. */
const rounding = 1e-6;

/** As the header has it, or from its dates, rounded down; an age that is not known stays so. */
function writeAge({ dataSet }: DicomFile): string | undefined {
  const age = readPatientAge(dataSet);
  if (typeof age === 'string') return undefined;
  const write = (count: number, unit: string): string => `${String(Math.floor(count)).padStart(3, '0')}${unit}`;
  if (age.years >= oldest) return write(oldest, 'Y');
  if (age.from === 'age' && /^\d{3}[DWMY]$/.test(dataSet.text(tags.patientAge) ?? ''))
    return dataSet.text(tags.patientAge);
  return age.years >= 2 ? write(age.years, 'Y') : write(age.years * 12 + rounding, 'M');
}
