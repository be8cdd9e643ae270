/** Queries about how an image is shown: which window, and how large. */
import { z } from 'zod';
import { budgets } from '../../base/budgets.ts';
import type { DisplayChoice } from '../../imaging/decode/dicom/display.ts';
import { Problem } from './problems.ts';

export const displayQuery = {
  voi: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .optional()
    .describe(
      'Which of the VOI LUTs and windows of a DICOM file to use, from 1; the first that shows something unless given.',
    ),
  window: z
    .string()
    .regex(/^[+-]?\d{1,9}(\.\d{1,9})?,\d{1,9}(\.\d{1,9})?$/)
    .optional()
    .describe('Centre and width of the window for images of more than 8 bits, such as 2000,4000.'),
};

export const sideQuery = {
  maximumSide: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .optional()
    .describe(
      `Pixels of the longer side at most: a larger image is scaled down. ${budgets.displaySide.limit} unless given; more is refused.`,
    ),
};

/** @throws Problem bad-request: both are given, or the window shows nothing */
export function readDisplayChoice(query: {
  readonly voi?: string | undefined;
  readonly window?: string | undefined;
}): DisplayChoice {
  const { voi, window } = query;
  if (voi !== undefined && window !== undefined) {
    throw new Problem('bad-request', 'Only one of voi and window can be used');
  }
  if (voi !== undefined) return { voi: Number(voi) };
  if (window === undefined) return {};
  const [center = NaN, width = NaN] = window.split(',').map(Number);
  if (width >= 1) return { window: { center, width } };
  throw new Problem('bad-request', `A window needs a width of at least 1, but ${window} was given`);
}

/** Pixels. @throws Problem bad-request: more than is shown */
export function readMaximumSide({ maximumSide }: { readonly maximumSide?: string | undefined }): number {
  const { limit } = budgets.displaySide;
  const side = Number(maximumSide ?? limit);
  if (side > limit) throw new Problem('bad-request', `maximumSide can be ${limit} at most, but ${side} was given`);
  return side;
}
