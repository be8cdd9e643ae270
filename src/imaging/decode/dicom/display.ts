/**
 * Which grey a DICOM image has on a screen: stored values -> modality -> window or VOI LUT -> inverted once -> one byte. PS3.3 C.11 has the
 * formulas, PS3.4 N.2 their order.
 */
import type { DataSet } from '../../../dicom/data-set.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import type { DicomFile } from '../../../dicom/read-dicom.ts';
import { tags } from '../../../dicom/tags.ts';
import { chooseVoi, type DisplayChoice } from './choose-voi.ts';
import {
  applyModality,
  isIdentity,
  modalityRange,
  readModalityTransform,
  type ModalityTransform,
} from './modality-transform.ts';
import { storedRange, storedValue, viewSamples, type Range } from './stored-values.ts';
import { applyVoi, type VoiTransform } from './voi-transform.ts';

export type { DisplayChoice } from './choose-voi.ts';

export interface Display {
  /** what was applied, such as `window 1 of 2: 2000, 4000 (LINEAR)` or `no window: least to greatest value` */
  readonly words: string;
  readonly modality: ModalityTransform;
  /** undefined: from the least to the greatest value of the image */
  readonly voi: VoiTransform | undefined;
  /** stored values that are no part of the picture; undefined: none are known */
  readonly padding: Range | undefined;
  readonly isInverted: boolean;
}

/** What is done where no window is known. */
export const leastToGreatest = 'least to greatest value';

/**
 * @throws DicomError where the pixels are not grey, or take more than 16 bits, or the choice is none of the header's;
 * PneumoscopeError E_USAGE: a window that shows nothing
 */
export function describeDisplay(file: DicomFile, choice: DisplayChoice = {}): Display {
  const { dataSet } = file;
  const pixels = checkGrey(file.pixels);
  const modality = readModalityTransform(dataSet, pixels);
  const padding = readPadding(dataSet, pixels);
  const isInverted = pixels.photometricInterpretation === 'MONOCHROME1';
  const chosen = chooseVoi(dataSet, modalityRange(modality, pixels), choice);
  if (chosen.voi !== undefined) return { modality, padding, isInverted, ...chosen };
  const isAsStored = pixels.bitsStored <= 8 && !pixels.isSigned && isIdentity(modality);
  if (isAsStored) {
    const voi: VoiTransform = { kind: 'range', range: storedRange(pixels) };
    return { modality, padding, isInverted, words: `${chosen.words}: as stored`, voi };
  }
  const words = `${chosen.words}: ${leastToGreatest}${padding === undefined ? '' : ', without padding'}`;
  return { modality, padding, isInverted, words, voi: undefined };
}

function checkGrey(pixels: PixelDescription | undefined): PixelDescription {
  if (pixels === undefined) throw new DicomError('unsupported', 'has no pixels, where an image is needed');
  const { samplesPerPixel, photometricInterpretation, bitsAllocated } = pixels;
  if (samplesPerPixel !== 1 || !/^MONOCHROME[12]$/.test(photometricInterpretation)) {
    const what = 'has colours, where MONOCHROME1 or MONOCHROME2 is needed; export it as a grey image';
    throw new DicomError('unsupported', what);
  }
  if (bitsAllocated <= 16) return pixels;
  const what = `has samples of ${bitsAllocated} bits, where 8 or 16 are needed; export it with 16 bits`;
  throw new DicomError('unsupported', what);
}

/** Pixel Padding Value, and the other end of a range of such values where there is one. */
function readPadding(dataSet: DataSet, { isSigned }: PixelDescription): Range | undefined {
  const toSigned = (value: number): number => (isSigned && value > 0x7fff ? value - 0x1_0000 : value);
  const [value, limit = value] = [tags.pixelPaddingValue, tags.pixelPaddingRangeLimit].map((tag) => {
    const [found] = dataSet.numbers(tag);
    return found === undefined || Number.isNaN(found) ? undefined : toSigned(found);
  });
  if (value === undefined || limit === undefined) return undefined;
  return { least: Math.min(value, limit), greatest: Math.max(value, limit) };
}

/** One stored value, not rounded: 0 black .. 255 white. @param display with a `voi`, see {@link fitDisplay} */
export function displayValue({ modality, voi, isInverted }: Display, stored: number): number {
  const shown = voi === undefined ? 0 : applyVoi(voi, applyModality(modality, stored));
  return isInverted ? 255 - shown : shown;
}

/** The same display, where that depends on the image's least and greatest value with these. @param values of samples that occur */
export function fitDisplay(display: Display, values: Iterable<number>): Display {
  if (display.voi !== undefined) return display;
  const { modality, padding } = display;
  let [least, greatest] = [Infinity, -Infinity];
  for (const stored of values) {
    if (padding !== undefined && stored >= padding.least && stored <= padding.greatest) continue;
    const value = applyModality(modality, stored);
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { ...display, voi: { kind: 'range', range: { least, greatest } } };
}

/**
 * Row by row, one byte a pixel. A table has the byte of every sample there can be, so each pixel costs one look.
 *
 * @param samples as an uncompressed frame of the description has them, 8 or 16 bits each
 */
export function displayFrame(
  samples: Uint8Array,
  description: PixelDescription,
  display: Display,
  isBigEndian: boolean,
): Uint8Array {
  const found = viewSamples(samples, description, isBigEndian);
  const table = new Uint8Array(2 ** description.bitsAllocated);
  const fitted = display.voi === undefined ? fitDisplay(display, findOccurring(found, description)) : display;
  for (let sample = 0; sample < table.length; sample++) {
    table[sample] = Math.round(displayValue(fitted, storedValue(sample, description)));
  }
  const shown = new Uint8Array(found.length);
  for (let i = 0; i < shown.length; i++) shown[i] = table[found[i] as number] as number;
  return shown;
}

/** The stored values of the samples that occur, each sample once. */
function findOccurring(found: Uint8Array | Uint16Array, description: PixelDescription): number[] {
  const occurs = new Uint8Array(2 ** description.bitsAllocated);
  for (let i = 0; i < found.length; i++) occurs[found[i] as number] = 1;
  const stored: number[] = [];
  occurs.forEach((is, sample) => {
    if (is === 1) stored.push(storedValue(sample, description));
  });
  return stored;
}
