/** Values of the modality -> 0 black .. 255 white, by a window or a VOI LUT: PS3.3 C.11.2. */
import type { DataSet } from '../../../dicom/data-set.ts';
import { tags } from '../../../dicom/tags.ts';
import { lookUp, readLookupTable, type LookupTable } from './lookup-table.ts';
import type { Range } from './stored-values.ts';

const windowFunctions = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const;

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly function: (typeof windowFunctions)[number];
}

export type VoiTransform =
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'lut'; readonly table: LookupTable }
  /** these values and all between them */
  | { readonly kind: 'range'; readonly range: Range };

/** One of those that a header offers. */
export interface OfferedVoi {
  /** such as `window 1 of 2: 2000, 4000 (LINEAR)` */
  readonly words: string;
  /** undefined: it would show nothing, for its width is 0, or its table empty */
  readonly read: () => VoiTransform | undefined;
}

const white = 255;
/** Grey levels between the least and the greatest value that is possible, below which a window shows nothing. */
const leastContrast = 2;

/** First the VOI LUTs, then the windows, each in the order of the header. @param possible values of the modality */
export function listVois(dataSet: DataSet, possible: Range): OfferedVoi[] {
  const items = dataSet.items(tags.voiLutSequence);
  const luts = items.map((item, index): OfferedVoi => {
    const read = (): VoiTransform | undefined => {
      const table = readLookupTable(item, possible.least < 0);
      return table === undefined ? undefined : { kind: 'lut', table };
    };
    return { words: `VOI LUT ${index + 1} of ${items.length}`, read };
  });
  return [...luts, ...listWindows(dataSet, possible)];
}

function listWindows(dataSet: DataSet, possible: Range): OfferedVoi[] {
  const centers = dataSet.numbers(tags.windowCenter);
  const widths = dataSet.numbers(tags.windowWidth);
  const stated = dataSet.text(tags.voiLutFunction)?.toUpperCase();
  const found = windowFunctions.find((name) => name === stated) ?? 'LINEAR';
  const count = Math.min(centers.length, widths.length);
  return Array.from({ length: count }, (_, index) => {
    const window = { center: centers[index] ?? NaN, width: widths[index] ?? NaN, function: found };
    const words = `window ${index + 1} of ${count}: ${window.center}, ${window.width} (${found})`;
    const transform: VoiTransform = { kind: 'window', window };
    return { words, read: () => (isUsable(window) && showsSomething(transform, possible) ? transform : undefined) };
  });
}

/** LINEAR needs a width of at least 1 (C.11.2.1.2.1), the others one above 0. */
export function isUsable({ center, width, function: name }: Window): boolean {
  return Number.isFinite(center) && Number.isFinite(width) && (name === 'LINEAR' ? width >= 1 : width > 0);
}

function showsSomething(transform: VoiTransform, { least, greatest }: Range): boolean {
  return applyVoi(transform, greatest) - applyVoi(transform, least) >= leastContrast;
}

/** @returns 0..255, not rounded */
export function applyVoi(transform: VoiTransform, value: number): number {
  if (transform.kind === 'lut') {
    const { table } = transform;
    return (lookUp(table, value) / (2 ** table.bits - 1)) * white;
  }
  if (transform.kind === 'window') return applyWindow(transform.window, value);
  const { least, greatest } = transform.range;
  return greatest > least ? clamp((value - least) / (greatest - least)) * white : 0;
}

function applyWindow({ center, width, function: name }: Window, value: number): number {
  if (name === 'SIGMOID') return white / (1 + Math.exp((-4 * (value - center)) / width));
  if (name === 'LINEAR_EXACT') return clamp((value - center) / width + 0.5) * white;
  // The centre of pixels and the width from the first to the last of them: of width 1 it is a step.
  const from = value - (center - 0.5);
  if (width === 1) return from <= 0 ? 0 : white;
  return clamp(from / (width - 1) + 0.5) * white;
}

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
