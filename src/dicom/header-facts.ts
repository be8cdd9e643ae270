/**
 * What a DICOM header says that decides whether a model may be asked, and nothing that names a person: no name, number or UID of a patient,
 * study or image is among it.
 */

import type { DataSet } from './data-set.ts';
import { readPatientAge, type StatedAge } from './patient-age.ts';
import type { DicomFile } from './read-dicom.ts';
import { tags } from './tags.ts';

export interface HeaderFacts {
  /** name of the transfer syntax */
  readonly transferSyntax: string;
  /** UID of the SOP class, a kind of object and not an object; null: missing */
  readonly sopClass: string | null;
  /** (0008,0060) */
  readonly modality: string | null;
  /** (0008,0068) `FOR PRESENTATION` or `FOR PROCESSING` */
  readonly presentationIntent: string | null;
  readonly age: StatedAge;
  /** Body Part Examined (0018,0015), else the meaning of the first item of Anatomic Region Sequence (0008,2218); upper case */
  readonly bodyPart: string | null;
  /** View Position (0018,5101), else the meaning of the first item of View Code Sequence (0054,0220); upper case */
  readonly view: string | null;
  /** Patient Orientation (0020,0020): directions of the rows and of the columns, such as `L\F` */
  readonly orientation: readonly string[];
  /** (0010,2201) or the first item of (0010,2202), or a breed (0010,2292): what is no human being; null: nothing says so */
  readonly species: string | null;
  /** (0008,0008), such as `ORIGINAL`, `PRIMARY` */
  readonly imageType: readonly string[];
  /** (0028,0300) YES: a phantom or another image for tests of the device */
  readonly isQualityControl: boolean;
  /** (0028,0301) YES: words stand in the pixels */
  readonly hasBurnedInWords: boolean;
  /** groups 60xx: drawings over the pixels, which are never drawn into them */
  readonly hasOverlays: boolean;
  /** lossy now or once: (0028,2110) 01, or a transfer syntax that is */
  readonly isLossy: boolean;
  /** (0028,2112), the product of several; null: not said */
  readonly compressionRatio: number | null;
  /** whether this program made it: Contributing Equipment (0018,A001), a coding scheme 99PNEUMOSCOPE, or its own Manufacturer's Model Name */
  readonly isOurs: boolean;
}

/** Never throws because of what a value is: one that cannot be read counts as not there. */
export function readHeaderFacts({ dataSet, transferSyntax }: DicomFile): HeaderFacts {
  const isYes = (tag: number): boolean => upperText(dataSet, tag) === 'YES';
  return {
    transferSyntax: transferSyntax.name,
    sopClass: dataSet.text(tags.sopClassUid) ?? null,
    modality: upperText(dataSet, tags.modality),
    presentationIntent: upperText(dataSet, tags.presentationIntentType),
    age: readPatientAge(dataSet),
    bodyPart: upperText(dataSet, tags.bodyPartExamined) ?? firstMeaning(dataSet, tags.anatomicRegionSequence),
    view: upperText(dataSet, tags.viewPosition) ?? firstMeaning(dataSet, tags.viewCodeSequence),
    orientation: dataSet.texts(tags.patientOrientation),
    species: readSpecies(dataSet),
    imageType: dataSet.texts(tags.imageType).map((value) => value.toUpperCase()),
    isQualityControl: isYes(tags.qualityControlImage),
    hasBurnedInWords: isYes(tags.burnedInAnnotation),
    hasOverlays: dataSet.tags().some(isOverlay),
    isLossy: transferSyntax.isLossy || dataSet.text(tags.lossyImageCompression) === '01',
    compressionRatio: readCompressionRatio(dataSet),
    isOurs: isOurs(dataSet),
  };
}

function upperText(dataSet: DataSet, tag: number): string | null {
  return dataSet.text(tag)?.toUpperCase() ?? null;
}

function firstMeaning(dataSet: DataSet, sequence: number): string | null {
  const [first] = dataSet.items(sequence);
  return first === undefined ? null : upperText(first, tags.codeMeaning);
}

const human = /^(HOMO SAPIENS|HUMAN( BEING)?|H\. SAPIENS)$/;

function readSpecies(dataSet: DataSet): string | null {
  const names = [
    upperText(dataSet, tags.patientSpeciesDescription),
    firstMeaning(dataSet, tags.patientSpeciesCodeSequence),
    upperText(dataSet, tags.patientBreedDescription),
  ];
  return names.find((name) => name !== null && !human.test(name)) ?? null;
}

/** The repeating groups 6000 to 601E. */
function isOverlay(tag: number): boolean {
  return ((tag >>> 16) & 0xffe1) === 0x6000;
}

/** Each value is one more time that the pixels were compressed. */
function readCompressionRatio(dataSet: DataSet): number | null {
  const ratios = dataSet.numbers(tags.lossyImageCompressionRatio).filter((ratio) => ratio > 0 && ratio < Infinity);
  return ratios.length === 0 ? null : ratios.reduce((product, ratio) => product * ratio, 1);
}

const ourName = /pneumoscope/i;
const ourScheme = '99PNEUMOSCOPE';
/** A Short String has 16 characters; what is far longer is not decoded, for there may be many of it. */
const longestScheme = 64;
/** More devices than ever had a part in one image. */
const mostMakers = 100;

function isOurs(dataSet: DataSet): boolean {
  const makers = [dataSet, ...dataSet.items(tags.contributingEquipmentSequence).slice(0, mostMakers)];
  const names = [tags.manufacturer, tags.manufacturerModelName];
  return makers.some((maker) => names.some((tag) => ourName.test(maker.text(tag) ?? ''))) || usesOurScheme(dataSet);
}

/** In an item of any sequence: `readDicom` has bounded how many there are. */
function usesOurScheme(dataSet: DataSet): boolean {
  const stated = dataSet.bytes(tags.codingSchemeDesignator);
  if (
    stated !== undefined &&
    stated.length <= longestScheme &&
    upperText(dataSet, tags.codingSchemeDesignator) === ourScheme
  )
    return true;
  return dataSet.tags().some((tag) => dataSet.items(tag).some(usesOurScheme));
}
