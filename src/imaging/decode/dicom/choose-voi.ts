/** Which window or VOI LUT is taken: the one that is asked for, or the first of the header that shows something. */
import { refuse } from '../../../base/errors.ts';
import type { DataSet } from '../../../dicom/data-set.ts';
import { DicomError } from '../../../dicom/dicom-error.ts';
import type { Range } from './stored-values.ts';
import { isUsable, listVois, type VoiTransform } from './voi-transform.ts';

/** A window goes before `voi`; with neither the first of the header that shows something is taken. */
export interface DisplayChoice {
  /** from 1: one of the VOI LUTs and windows of the header, in this order */
  readonly voi?: number;
  /** in values of the modality; the width is at least 1 */
  readonly window?: { readonly center: number; readonly width: number };
}

export interface ChosenVoi {
  readonly words: string;
  /** undefined: the header has none that shows something, and the words say so */
  readonly voi: VoiTransform | undefined;
}

/**
 * @param possible values of the modality
 * @throws DicomError where the choice is none of the header's, or shows nothing; PneumoscopeError E_USAGE: a given window that shows nothing
 */
export function chooseVoi(dataSet: DataSet, possible: Range, { voi: number, window }: DisplayChoice): ChosenVoi {
  if (window !== undefined) return takeWindow(window);
  const offered = listVois(dataSet, possible);
  if (number !== undefined) {
    const chosen = offered[number - 1] ?? refuseNumber(number, offered.length);
    const voi = chosen.read();
    if (voi !== undefined) return { words: chosen.words, voi };
    throw new DicomError('unsupported', `has a ${chosen.words}, which shows nothing; choose another, or none`);
  }
  for (const { words, read } of offered) {
    const voi = read();
    if (voi !== undefined) return { words, voi };
  }
  return { words: offered.length === 0 ? 'no window' : 'no usable window', voi: undefined };
}

/** @throws PneumoscopeError E_USAGE where it shows nothing */
export function takeWindow({ center, width }: NonNullable<DisplayChoice['window']>): ChosenVoi {
  const window = { center, width, function: 'LINEAR' } as const;
  if (!isUsable(window)) refuse('E_USAGE', `a window needs a width of at least 1, where ${center}, ${width} was given`);
  return { words: `window given: ${center}, ${width}`, voi: { kind: 'window', window } };
}

function refuseNumber(number: number, offered: number): never {
  const [found, advice] =
    offered > 1
      ? [`${offered} VOI LUTs and windows`, `choose from 1 to ${offered}`]
      : [offered === 1 ? 'one VOI LUT or window' : 'no VOI LUT or window', 'leave the choice out'];
  throw new DicomError('unsupported', `has ${found}, so there is no number ${number}; ${advice}`);
}
