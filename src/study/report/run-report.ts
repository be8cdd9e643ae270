/** A run folder and its data -> everything that a report says, as plain values and a few pictures. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { loadClassifier, type LoadOptions } from '../../model/use/classifier.ts';
import { evaluateFolder, type BinaryEvaluation } from '../evaluate/evaluate.ts';
import type { ClassifierMetadata } from '../../model/file/metadata.ts';
import { describeFittedOn, nameFitted } from '../../model/file/fitted-on.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import { studyEvaluation } from '../evaluate/study-evaluation.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { Study } from '../../statistics/study/study.ts';
import type { SubgroupAnalysis } from '../../statistics/study/subgroups.ts';
import { germColumn } from '../../data/kermany/germ-column.ts';
import { auditDataset } from '../audit/audit.ts';
import type { AuditResult } from '../audit/audit-result.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { parseHistoryCsv, type EpochRecord } from '../../engine/fit/history.ts';
import { parseRecipe, type Recipe } from '../train/recipe.ts';
import { RunFolder } from '../train/run-folder.ts';
import { explainCells, type ExplainedCells } from './explained-cells.ts';
import { isKermany } from './known-shortcuts.ts';
import { chooseCells, type ReportCell } from './report-cells.ts';

export interface RunReportOptions extends TaskOptions, LoadOptions {
  /** The folder that `train` wrote. */
  readonly run?: string | undefined;
  /** A model file, in place of a run: then `data` is needed, and the page has no history. The shipped model where neither is given. */
  readonly model?: string | undefined;
  /** Holds `test`, and `train` for the audit; the folder that the run was trained on unless given. */
  readonly data?: string | undefined;
  /** Restates PPV and NPV; above 0 and below 1. */
  readonly prevalence?: number | undefined;
  /** Images of each kind of mistake that are shown at most, default 24. */
  readonly mistakes?: number | undefined;
  /** Right answers of each class that are shown, default 6. */
  readonly right?: number | undefined;
  /** Training images that are asked what else tells the label, default 400; 0: none. */
  readonly audited?: number | undefined;
  /** Of the study's intervals. */
  readonly replicates?: number | undefined;
  readonly seed?: number | undefined;
  readonly skipUnreadable?: boolean | undefined;
  /** Gets the data's folder when it is known, before anything is classified; may throw. */
  readonly onData?: ((data: string) => Promise<void>) | undefined;
  /** Report on the very images that threshold and temperature were fitted on, too. */
  readonly force?: boolean | undefined;
}

export interface RunReport {
  /** The run folder's name, or that of the model file. */
  readonly name: string;
  readonly modelBytes: number;
  readonly metadata: ClassifierMetadata;
  /** of the run, or what the model file says of its own; null where neither tells, as of an ensemble */
  readonly recipe: Recipe | null;
  /** Empty where it has no history.csv. */
  readonly history: readonly EpochRecord[];
  readonly test: BinaryEvaluation;
  readonly study: Study;
  /** By germ where the file names tell it; empty otherwise. */
  readonly subgroups: readonly SubgroupAnalysis[];
  /** Whether the files are named as those of Kermany et al. */
  readonly kermany: boolean;
  readonly cells: readonly ReportCell[];
  readonly explained: ExplainedCells;
  /** null where it was not asked for, or where there is no training set to ask */
  readonly audit: AuditResult | null;
  /** Why there is no audit although it was asked for. */
  readonly auditProblem: string | null;
  /** Sentences about what the reader of the figures should know. */
  readonly warnings: readonly string[];
}

/**
 * Classifies the test set, draws the study's intervals, explains the images that the page will show, and audits a sample of the
 * training set. Reads; writes nothing.
 *
 * @throws PneumoscopeError E_NOT_FOUND: no run, or its data are not there; E_USAGE: more than two classes, or a test set that the
 * threshold was fitted on; as `evaluateFolder` and `createExplainer` otherwise
 */
export async function collectRunReport(options: RunReportOptions): Promise<RunReport> {
  const { signal } = options;
  const { name, modelFile, modelBytes, recipe, history, data } = await openReported(options);
  await options.onData?.(data);
  const { metadata, test } = await evaluateRun(modelFile, data, options);
  throwIfInterrupted(signal);
  const { threshold } = test.metrics;
  const { study, subgroups = [] } = await studyEvaluation(test, {
    ...options,
    ...(hasGerms(test) && { by: ['germ'] }),
  });
  const { mistakes = 24, right = 6 } = options;
  const cells = chooseCells(test.predictions, threshold, { mistakes, right });
  const explained = await explainCells(modelFile, test.folder, cells, options);
  const { audit, auditProblem } = await auditTraining(data, options);
  const { synthetic } = metadata.provenance.data;
  return {
    name,
    modelBytes,
    metadata,
    recipe: recipe ?? recipeOf(metadata),
    history,
    test,
    study,
    subgroups,
    kermany: !synthetic && isKermany(test.predictions.map(({ file }) => file)),
    cells,
    explained,
    audit,
    auditProblem,
    warnings: test.imagesFittedOn > 0 ? [describeFittedOn(test.imagesFittedOn, nameFitted(modelFile, metadata))] : [],
  };
}

/** A model file carries the recipe of its training. */
function recipeOf({ provenance }: ClassifierMetadata): Recipe | null {
  if (provenance.ensemble !== undefined) return null;
  try {
    return parseRecipe(provenance.recipe);
  } catch (error) {
    // Written by other means than `train`, or by another version.
    if (error instanceof PneumoscopeError) return null;
    throw error;
  }
}

/** All of a report but its pictures and curves, as plain data for JSON. */
export function describeRunReport(report: RunReport): Readonly<Record<string, unknown>> {
  const { name, metadata, test, study, subgroups, kermany, cells, explained, audit, warnings } = report;
  const images = [...explained.images].map(([file, { regions }]) => ({ file, regions }));
  return {
    name,
    folder: test.folder,
    classNames: test.classNames,
    operation: metadata.operation ?? null,
    study,
    subgroups,
    kermany,
    cells,
    explained: { images, curves: explained.curves, randomisation: explained.randomisation },
    audit,
    warnings,
    unreadable: test.unreadable,
  };
}

/** What is there before the model has answered anything. */
async function openReported({
  run,
  model,
  data,
}: RunReportOptions): Promise<
  Pick<RunReport, 'name' | 'modelBytes' | 'recipe' | 'history'> & { readonly modelFile: string; readonly data: string }
> {
  if (run === undefined) {
    const modelFile = model ?? defaultModelPath();
    const { size } = await readModelHeader(modelFile);
    if (data === undefined) {
      throw new PneumoscopeError('E_USAGE', `${modelFile} does not say where its data are; name their folder`);
    }
    return { name: path.basename(modelFile), modelFile, modelBytes: size, recipe: null, history: [], data };
  }
  const folder = new RunFolder(run);
  const { modelFile } = folder;
  return {
    name: path.basename(path.resolve(run)),
    modelFile,
    modelBytes: await sizeOf(modelFile, run),
    recipe: (await folder.readRecipe()) ?? null,
    history: await readHistory(folder.historyFile),
    data: data ?? (await findData(folder, run)),
  };
}

function hasGerms({ predictions }: BinaryEvaluation): boolean {
  return germColumn(predictions).values.size > 0;
}

async function sizeOf(modelFile: string, run: string): Promise<number> {
  const entry = await stat(modelFile).catch(() => undefined);
  if (entry?.isFile() === true) return entry.size;
  throw new PneumoscopeError(
    'E_NOT_FOUND',
    `${run} holds no model.onnx: name a folder that train wrote, of a training that is finished`,
  );
}

async function readHistory(file: string): Promise<readonly EpochRecord[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? [] : parseHistoryCsv(text, file);
}

async function findData(folder: RunFolder, run: string): Promise<string> {
  const data = await folder.readDataFolder();
  const entry = data === undefined ? undefined : await stat(data).catch(() => undefined);
  if (data !== undefined && entry?.isDirectory() === true) return data;
  const was = data === undefined ? 'the run does not say what it was trained on' : `they were in ${data}`;
  throw new PneumoscopeError('E_NOT_FOUND', `The data of ${run} are not there (${was}); name their folder with --data`);
}

async function evaluateRun(
  modelFile: string,
  data: string,
  options: RunReportOptions,
): Promise<{ readonly metadata: ClassifierMetadata; readonly test: BinaryEvaluation }> {
  const classifier = await loadClassifier(modelFile, options);
  try {
    const { metadata } = classifier;
    if (metadata.classes.threshold === null) {
      const names = metadata.classes.names.join(', ');
      const sentence = `The report is for two classes, and ${modelFile} knows ${metadata.classes.names.length} (${names}); use evaluate`;
      throw new PneumoscopeError('E_USAGE', sentence);
    }
    const evaluation = await evaluateFolder(classifier, data, options);
    return { metadata, test: evaluation as BinaryEvaluation };
  } finally {
    await classifier.close();
  }
}

async function auditTraining(
  data: string,
  { audited = 400, signal, onProgress, seed }: RunReportOptions,
): Promise<Pick<RunReport, 'audit' | 'auditProblem'>> {
  if (audited === 0) return { audit: null, auditProblem: null };
  const folder = path.join(data, 'train');
  try {
    const audit = await auditDataset({ folder, maxImages: audited, seed, signal, onProgress });
    return { audit, auditProblem: null };
  } catch (error) {
    // What a model was trained on may be gone or too small to audit; the rest of the report stands without it.
    if (!(error instanceof PneumoscopeError) || error.code === 'E_INTERRUPTED') throw error;
    return { audit: null, auditProblem: error.message };
  }
}
