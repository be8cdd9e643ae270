/** A whole cross-validation in one call, curves and table included: the library's `crossValidate`. */
import { writeFileWhole } from './classifier/write-file.ts';
import { trainingCurves } from './report/charts.ts';
import { renderCrossValidationMarkdown } from './report/cross-validation-table.ts';
import {
  crossValidate as crossValidateOnly,
  type CrossValidateOptions,
  type CrossValidationResult,
} from './training/cross-validation.ts';
import { CrossValidationFolder } from './training/cross-validation-folder.ts';

export type {
  CrossValidateOptions,
  CrossValidationResult,
  FoldCallbacks,
  FoldStart,
} from './training/cross-validation.ts';

/**
 * Trains a network per fold, tests it on the fold's patients, and writes OUT/fold-K (run folders), predictions.csv, crossval.json and
 * crossval.md.
 *
 * @throws PneumoscopeError as training/cross-validation.ts says
 */
export async function crossValidate(options: Omit<CrossValidateOptions, 'drawCurves'>): Promise<CrossValidationResult> {
  const result = await crossValidateOnly({
    ...options,
    drawCurves: (history, title) => trainingCurves(history, { title }),
  });
  const { tableFile } = new CrossValidationFolder(options.out);
  await writeFileWhole(tableFile, [new TextEncoder().encode(renderCrossValidationMarkdown(result))]);
  return result;
}
