/** From an evaluation to the whole study: figures with intervals, subgroups, a comparison with another model's evaluation. */
import path from 'node:path';
import type { TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { stepThroughComparison, type Comparison } from '../../statistics/study/compare.ts';
import type { DrawOptions } from '../../statistics/prediction/draw-options.ts';
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import { runSteps } from '../../statistics/prediction/steps.ts';
import { stepThroughStudy, type Study } from '../../statistics/study/study.ts';
import { stepThroughSubgroups, type SubgroupAnalysis, type SubgroupColumn } from '../../statistics/study/subgroups.ts';
import { germColumn } from '../../data/kermany/germ-column.ts';
import type { BinaryEvaluation } from './evaluate.ts';
import { matchGroups, type GroupsTable } from './groups-table.ts';

/** More are no groups but names: an identifier, a date. */
const maxGroups = 50;

export interface StudyEvaluationOptions extends DrawOptions, TaskOptions {
  /** As in `computeStudy`. */
  readonly prevalence?: number | undefined;
  /** Of `readGroups`: its columns make subgroups; a column `patient` tells whose the images are. */
  readonly groups?: GroupsTable | undefined;
  /** Columns of the table, or `germ`, which file names of the Kermany X-rays tell; default: all of the table. */
  readonly by?: readonly string[] | undefined;
  /** Of another model on the same folder. */
  readonly compareWith?: BinaryEvaluation | undefined;
}

export interface EvaluationStudy {
  /** Those of the evaluation, with the patients that were drawn. */
  readonly predictions: readonly Prediction[];
  readonly study: Study;
  /** One per column; absent where none was asked for. */
  readonly subgroups?: readonly SubgroupAnalysis[];
  readonly comparison?: Comparison;
  /** What of the table was not used, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * @throws PneumoscopeError E_USAGE: an option out of range, a column that is not there, a model of other classes; E_DATASET as
 * `matchGroups`; E_INTERRUPTED
 */
export async function studyEvaluation(
  evaluation: BinaryEvaluation,
  options: StudyEvaluationOptions = {},
): Promise<EvaluationStudy> {
  const { groups, compareWith, prevalence, replicates, seed, level } = options;
  if (compareWith !== undefined) checkSameClasses(evaluation.classNames, compareWith.classNames);
  const drawing = { prevalence, replicates, seed, level };
  const files = listFiles(evaluation);
  const matched = groups === undefined ? undefined : matchGroups(groups, evaluation.folder, files);
  const chosen = chooseColumns(files, matched?.columns ?? [], options);
  const predictions = evaluation.predictions.map((prediction) => {
    const patient = matched?.patients.get(prediction.file);
    return patient === undefined ? prediction : { ...prediction, patient };
  });
  const { threshold } = evaluation.metrics;
  const study = await runSteps('Drawing patients', stepThroughStudy(predictions, { ...drawing, threshold }), options);
  const subgroups = await runSteps(
    'Drawing patients of subgroups',
    stepThroughSubgroups(predictions, chosen.columns, { ...drawing, threshold }),
    options,
  );
  const comparison =
    compareWith === undefined
      ? undefined
      : await runSteps(
          'Drawing patients for the comparison',
          stepThroughComparison(predictions, compareWith.predictions, {
            ...drawing,
            thresholds: { first: threshold, second: compareWith.metrics.threshold },
          }),
          options,
        );
  return {
    predictions,
    study,
    ...(chosen.columns.length > 0 && { subgroups }),
    ...(comparison !== undefined && { comparison }),
    warnings: [...(matched?.warnings ?? []), ...chosen.warnings],
  };
}

/**
 * Whether the columns asked for can be had, which can be known before any image is looked at.
 *
 * @throws PneumoscopeError E_USAGE
 */
export function checkColumns({ groups, by = [] }: Pick<StudyEvaluationOptions, 'groups' | 'by'>): void {
  const known = groups?.columns ?? [];
  for (const name of by) {
    if (name === 'germ' || known.some((column) => isSameName(column, name))) continue;
    const table =
      groups === undefined
        ? 'only germ is known without a table of groups'
        : `${groups.file} has ${known.length === 0 ? 'no columns to group by' : known.join(', ')}, and file names may tell germ`;
    throw new PneumoscopeError('E_USAGE', `There is no column ${name} to group by: ${table}`);
  }
}

/**
 * Whether a second model can be compared with the first.
 *
 * @throws PneumoscopeError E_USAGE
 */
export function checkSameClasses(classNames: readonly string[], others: readonly string[]): void {
  if (classNames.length === others.length && classNames.every((name, index) => name === others[index])) return;
  const sentence = `Only models of the same classes can be compared: this one knows ${classNames.join(', ')}, the other ${others.join(', ')}`;
  throw new PneumoscopeError('E_USAGE', sentence);
}

/** Relative, those that could not be read among them: a group may consist of them. */
function listFiles({ folder, predictions, unreadable }: BinaryEvaluation): string[] {
  const missing = unreadable.map(({ file }) => path.relative(folder, file).split(path.sep).join('/'));
  return [...predictions.map(({ file }) => file), ...missing];
}

function chooseColumns(
  files: readonly string[],
  known: readonly SubgroupColumn[],
  options: StudyEvaluationOptions,
): { readonly columns: readonly SubgroupColumn[]; readonly warnings: readonly string[] } {
  checkColumns(options);
  const names = options.by ?? known.map(({ name }) => name);
  const columns: SubgroupColumn[] = [];
  const warnings: string[] = [];
  for (const name of new Set(names)) {
    const column = known.find((one) => isSameName(one.name, name)) ?? germColumn(files.map((file) => ({ file })));
    const count = new Set(column.values.values()).size;
    const tooMany = `The column ${column.name} has ${count} different values, where at most ${maxGroups} make groups`;
    if (count > maxGroups && options.by !== undefined) {
      throw new PneumoscopeError('E_USAGE', `${tooMany}: put them into bands, such as 0-1 and 2-4 for ages`);
    }
    if (count > maxGroups) warnings.push(`${tooMany}; it is left out.`);
    else if (count === 0) warnings.push(`Of none of these images the ${column.name} is known; it makes no groups.`);
    else columns.push(column);
  }
  return { columns, warnings };
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
