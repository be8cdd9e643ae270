/** The flags of commands that ask a model about single images: how DICOM files are shown, and what keeps an image from the model. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Command } from 'commander';
import type { DisplayChoice } from '../../imaging/decode/dicom/display.ts';
import type { AskOptions } from '../../model/use/classify-files.ts';
import { wholeNumber } from './values.ts';

export interface ImageFlags {
  readonly ignoreGuard?: boolean;
  readonly ignoreHeader?: boolean;
  readonly allowUnknownAge?: boolean;
  readonly voi?: number;
  readonly window?: NonNullable<DisplayChoice['window']>;
}

export function addImageFlags(command: Command): Command {
  return addDisplayFlags(command)
    .option('--allow-unknown-age', 'ask the model also about DICOM files that do not say the age')
    .option('--ignore-header', 'ask the model whatever the DICOM header says; the result says so')
    .option('--ignore-guard', 'ask the model also about images that the input guard refuses');
}

export function addDisplayFlags(command: Command): Command {
  return command
    .option(
      '--voi <number>',
      'which of the VOI LUTs and windows of a DICOM file to use, from 1; default: the first that shows something',
      wholeNumber('--voi', { min: 1, max: 1000 }),
    )
    .option('--window <center,width>', 'the window for images of more than 8 bits, such as 2000,4000', readWindow);
}

/** What the flags mean, for the help of a command. */
export const imageFlagWords = `DICOM files are read like any image, whatever their name. The header is asked first: modality, age, body part, view. A model
that knows children of 1 to 5 years says nothing about a patient of 81. Of ordinary images nothing of this is known.`;

export function readImageFlags({ ignoreGuard, ignoreHeader, allowUnknownAge, ...flags }: ImageFlags): AskOptions & {
  readonly display: DisplayChoice;
} {
  return { ignoreGuard, ignoreHeader, allowUnknownAge, display: readDisplayFlags(flags) };
}

export function readDisplayFlags({ voi, window }: Pick<ImageFlags, 'voi' | 'window'>): DisplayChoice {
  if (voi !== undefined && window !== undefined) {
    throw new PneumoscopeError('E_USAGE', 'Only one of --voi and --window can be used');
  }
  return { ...(voi === undefined ? {} : { voi }), ...(window === undefined ? {} : { window }) };
}

function readWindow(text: string): NonNullable<DisplayChoice['window']> {
  const numbers = text.split(',').map((part) => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : NaN));
  const [center = NaN, width = NaN] = numbers;
  if (numbers.length === 2 && Number.isFinite(center) && width >= 1) return { center, width };
  const expected = 'a center and a width of at least 1 with a comma between them, such as 2000,4000';
  throw new PneumoscopeError('E_USAGE', `--window must be ${expected}, but '${text}' was given`);
}
