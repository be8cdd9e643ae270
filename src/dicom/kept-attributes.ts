/**
 * What an anonymous file keeps: an allow list by the Basic Profile of PS3.15 annex E, with the option to keep characteristics of the
 * patient. What is not here is dropped, private groups and sequences with all that is in them among it. A value that breaks the rule of its
 * attribute may be free text, and is dropped too.
 */
import type { DataSet } from './data-set.ts';
import { tags } from './tags.ts';
import type { WrittenElement, WrittenElements } from './write-dicom.ts';

/** Codes of the standard and of devices: capitals, digits, a blank, an underscore. */
const code = /^[A-Z0-9_ ]{0,16}$/;
const decimal = /^[+-]?[\d.]{1,16}(E[+-]?\d{1,3})?$/i;
const wholeNumber = /^[+-]?\d{1,10}$/;

type TextVr = Extract<WrittenElement['vr'], 'CS' | 'DS' | 'IS' | 'LO'>;

/** Image, modality LUT, VOI and presentation; how the image was taken; sex. Age and UIDs are made anew elsewhere. */
const keptTexts: readonly (readonly [tag: number, vr: TextVr, rule: RegExp])[] = [
  [tags.imageType, 'CS', code],
  [tags.modality, 'CS', code],
  [0x0008_0064, 'CS', code], // Conversion Type
  [tags.presentationIntentType, 'CS', code],
  [0x0010_0040, 'CS', /^[MFO]?$/], // Patient's Sex
  [tags.bodyPartExamined, 'CS', code],
  [0x0018_1164, 'DS', decimal], // Imager Pixel Spacing
  [0x0018_1508, 'CS', code], // Positioner Type
  [tags.viewPosition, 'CS', code],
  [0x0018_7004, 'CS', code], // Detector Type
  [tags.patientOrientation, 'CS', /^[APRLHF]{0,3}$/],
  [0x0020_0060, 'CS', /^[RLUB]?$/], // Laterality
  [0x0020_0062, 'CS', /^[RLUB]?$/], // Image Laterality
  [0x0028_0030, 'DS', decimal], // Pixel Spacing
  [0x0028_0034, 'IS', wholeNumber], // Pixel Aspect Ratio
  [tags.qualityControlImage, 'CS', /^(YES|NO|BOTH)$/],
  [tags.burnedInAnnotation, 'CS', /^(YES|NO)$/],
  [0x0028_1040, 'CS', code], // Pixel Intensity Relationship
  [tags.windowCenter, 'DS', decimal],
  [tags.windowWidth, 'DS', decimal],
  [tags.rescaleIntercept, 'DS', decimal],
  [tags.rescaleSlope, 'DS', decimal],
  [0x0028_1054, 'LO', code], // Rescale Type
  [tags.voiLutFunction, 'CS', code],
  [tags.lossyImageCompression, 'CS', code],
  [tags.lossyImageCompressionRatio, 'DS', decimal],
  [0x0028_2114, 'CS', code], // Lossy Image Compression Method
  [0x2050_0020, 'CS', code], // Presentation LUT Shape
];

/** With one value. */
const keptWords: readonly (readonly [tag: number, vr: 'US' | 'SS' | 'as the pixels'])[] = [
  [tags.pixelPaddingValue, 'as the pixels'],
  [tags.pixelPaddingRangeLimit, 'as the pixels'],
  [0x0028_1041, 'SS'], // Pixel Intensity Relationship Sign
];

const lutSequences = [tags.modalityLutSequence, tags.voiLutSequence];
const codeSequences = [tags.anatomicRegionSequence, tags.viewCodeSequence];
const viewModifiers = 0x0054_0222;
/** As many entries as a table can have, and more tables than a file needs. */
const mostLutWords = 65_536;
const mostItems = 20;
/** Windows, or parts of the image type. */
const mostValues = 100;

export function keepAttributes(dataSet: DataSet, isSigned: boolean): Map<number, WrittenElement> {
  const kept = new Map<number, WrittenElement>();
  const wordVr = isSigned ? 'SS' : 'US';
  for (const [tag, vr, rule] of keptTexts) keepTexts(kept, dataSet, tag, vr, rule);
  for (const [tag, vr] of keptWords) {
    const [word] = dataSet.words(tag, 1) ?? [];
    if (word !== undefined) kept.set(tag, { vr: vr === 'as the pixels' ? wordVr : vr, value: [word] });
  }
  for (const tag of lutSequences) {
    const items = dataSet
      .items(tag)
      .slice(0, mostItems)
      .map((item) => keepLut(item, wordVr));
    if (items.length > 0) kept.set(tag, { vr: 'SQ', value: { items } });
  }
  for (const tag of codeSequences) {
    const [first] = dataSet.items(tag).map((item) => keepCode(item));
    if (first === undefined || first.size === 0) continue;
    // The modifiers are of type 2: an empty sequence says that there are none.
    if (tag === tags.viewCodeSequence) first.set(viewModifiers, { vr: 'SQ', value: { items: [] } });
    kept.set(tag, { vr: 'SQ', value: { items: [first] } });
  }
  return kept;
}

function keepTexts(kept: Map<number, WrittenElement>, dataSet: DataSet, tag: number, vr: TextVr, rule: RegExp): void {
  const stated = dataSet.texts(tag);
  const values = vr === 'CS' ? stated.map((value) => value.toUpperCase()) : stated;
  if (values.length === 0 || values.length > mostValues || !values.every((value) => rule.test(value))) return;
  kept.set(tag, { vr, value: values.join('\\') });
}

function keepLut(item: DataSet, wordVr: 'US' | 'SS'): WrittenElements {
  const kept = new Map<number, WrittenElement>();
  const descriptor = item.words(tags.lutDescriptor, 3);
  const data = item.words(tags.lutData, mostLutWords);
  if (descriptor !== undefined) kept.set(tags.lutDescriptor, { vr: wordVr, value: [...descriptor] });
  keepTexts(kept, item, 0x0028_3004, 'LO', code); // Modality LUT Type
  if (data !== undefined) kept.set(tags.lutData, { vr: 'OW', value: [...data] });
  return kept;
}

/** Of the public schemes alone: what a hospital calls a region may name it. */
const publicSchemes = /^(SCT|SRT|SNM3|99SDM|DCM|FMA|RADLEX)$/;

function keepCode(item: DataSet): Map<number, WrittenElement> {
  const kept = new Map<number, WrittenElement>();
  const value = item.text(0x0008_0100);
  const scheme = item.text(tags.codingSchemeDesignator);
  const meaning = item.text(tags.codeMeaning);
  if (value === undefined || scheme === undefined || meaning === undefined) return kept;
  if (!publicSchemes.test(scheme) || !/^[\w-]{1,16}$/.test(value) || !/^[A-Za-z ,()-]{1,64}$/.test(meaning))
    return kept;
  kept.set(0x0008_0100, { vr: 'SH', value });
  kept.set(tags.codingSchemeDesignator, { vr: 'SH', value: scheme });
  kept.set(tags.codeMeaning, { vr: 'LO', value: meaning });
  return kept;
}
