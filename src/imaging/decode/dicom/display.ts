/**
 * Which grey a DICOM image has on a screen: stored values -> modality -> window or VOI LUT -> inverted once -> one byte. PS3.3 C.11 has the
 * formulas, PS3.4 N.2 their order.
 */
import { refuse } from '../../../base/errors.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import type { PixelDescription } from '../../../dicom/pixel-description.ts';
import type { DicomFile } from '../../../dicom/read-dicom.ts';
import { tags } from '../../../dicom/tags.ts';
import { applyModality, modalityRange, readModalityTransform, type ModalityTransform } from './modality-transform.ts';
import { storedRange, storedValue, viewSamples, type Range } from './stored-values.ts';
import { applyVoi, isUsable, listVois, type VoiTransform } from './voi-transform.ts';

/** A window goes before `voi`; with neither the first of the header that shows something is taken. */
export interface DisplayChoice {
  /** from 1: one of the VOI LUTs and windows of the header, in this order */
  readonly voi?: number;
  /** in values of the modality; the width is at least 1 */
  readonly window?: { readonly center: number; readonly width: number };
}

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

/**
 * @throws DicomError where the pixels are not grey, or take more than 16 bits, or the choice is none of the header's;
 * PneumoscopeError E_USAGE: a window that shows nothing
 */
export function describeDisplay(file: DicomFile, choice: DisplayChoice = {}): Display {
  const { dataSet } = file;
  const pixels = checkGrey(file.pixels);
  const modality = readModalityTransform(dataSet, pixels);
  const possible = modalityRange(modality, pixels);
  const padding = readPadding(file, pixels);
  const isInverted = pixels.photometricInterpretation === 'MONOCHROME1';
  return { modality, padding, isInverted, ...chooseVoi(file, pixels, modality, possible, padding, choice) };
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
function readPadding({ dataSet }: DicomFile, { isSigned }: PixelDescription): Range | undefined {
  const toSigned = (value: number): number => (isSigned && value > 0x7fff ? value - 0x1_0000 : value);
  const [value, limit = value] = [tags.pixelPaddingValue, tags.pixelPaddingRangeLimit].map((tag) => {
    const [found] = dataSet.numbers(tag);
    return found === undefined || Number.isNaN(found) ? undefined : toSigned(found);
  });
  if (value === undefined || limit === undefined) return undefined;
  return { least: Math.min(value, limit), greatest: Math.max(value, limit) };
}

function chooseVoi(
  { dataSet }: DicomFile,
  pixels: PixelDescription,
  modality: ModalityTransform,
  possible: Range,
  padding: Range | undefined,
  choice: DisplayChoice,
): Pick<Display, 'words' | 'voi'> {
  if (choice.window !== undefined) return giveWindow(choice.window);
  const offered = listVois(dataSet, possible);
  if (choice.voi !== undefined) {
    const chosen = offered[choice.voi - 1] ?? refuseVoi(choice.voi, offered.length);
    const voi = chosen.read();
    if (voi !== undefined) return { words: chosen.words, voi };
    throw new DicomError('unsupported', `has a ${chosen.words}, which shows nothing; choose another, or none`);
  }
  for (const { words, read } of offered) {
    const voi = read();
    if (voi !== undefined) return { words, voi };
  }
  const none = offered.length === 0 ? 'no window' : 'no window that shows something';
  const isAsStored = pixels.bitsStored <= 8 && !pixels.isSigned && isIdentity(modality);
  if (isAsStored) return { words: `${none}: as stored`, voi: { kind: 'range', range: storedRange(pixels) } };
  const words = `${none}: least to greatest value${padding === undefined ? '' : ', without padding'}`;
  return { words, voi: undefined };
}

function giveWindow({
  center,
  width,
}: {
  readonly center: number;
  readonly width: number;
}): ReturnType<typeof chooseVoi> {
  const window = { center, width, function: 'LINEAR' } as const;
  if (!isUsable(window)) refuse('E_USAGE', `a window needs a width of at least 1, where ${center}, ${width} was given`);
  return { words: `window given: ${center}, ${width}`, voi: { kind: 'window', window } };
}

function refuseVoi(voi: number, offered: number): never {
  const [found, advice] =
    offered === 0
      ? ['no VOI LUT or window', 'leave the choice out']
      : [`${offered} VOI LUTs and windows`, `choose from 1 to ${offered}`];
  throw new DicomError('unsupported', `has ${found}, so there is no number ${voi}; ${advice}`);
}

function isIdentity(modality: ModalityTransform): boolean {
  return modality.kind === 'rescale' && modality.slope === 1 && modality.intercept === 0;
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
