/** Stored values -> values of the modality, such as optical density: PS3.3 C.11.1. */
import type { DataSet } from '../../../dicom/data-set.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import { tags } from '../../../dicom/tags.ts';
import { lookUp, readLookupTable, type LookupTable } from './lookup-table.ts';
import { storedRange, type Range } from './stored-values.ts';

export type ModalityTransform =
  | { readonly kind: 'rescale'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'lut'; readonly table: LookupTable };

/** @throws DicomError where a Modality LUT has no entries: what its values mean is then not known */
export function readModalityTransform(dataSet: DataSet, pixels: PixelDescription): ModalityTransform {
  const [item] = dataSet.items(tags.modalityLutSequence);
  if (item !== undefined) {
    const table = readLookupTable(item, pixels.isSigned);
    if (table !== undefined) return { kind: 'lut', table };
    throw new DicomError('damaged', 'is damaged: its Modality LUT has no entries; replace it or leave it out');
  }
  const [slope = 1] = dataSet.numbers(tags.rescaleSlope);
  const [intercept = 0] = dataSet.numbers(tags.rescaleIntercept);
  // A slope of 0 would make one value of all; dcmtk passes over it too.
  const isUsable = Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept);
  return isUsable ? { kind: 'rescale', slope, intercept } : { kind: 'rescale', slope: 1, intercept: 0 };
}

export function applyModality(transform: ModalityTransform, stored: number): number {
  if (transform.kind === 'lut') return lookUp(transform.table, stored);
  return stored * transform.slope + transform.intercept;
}

export function isIdentity(transform: ModalityTransform): boolean {
  return transform.kind === 'rescale' && transform.slope === 1 && transform.intercept === 0;
}

/** What values there can be. */
export function modalityRange(transform: ModalityTransform, pixels: PixelDescription): Range {
  const { least, greatest } = storedRange(pixels);
  if (transform.kind === 'lut') return { least: 0, greatest: 2 ** transform.table.bits - 1 };
  const ends = [applyModality(transform, least), applyModality(transform, greatest)];
  return { least: Math.min(...ends), greatest: Math.max(...ends) };
}
