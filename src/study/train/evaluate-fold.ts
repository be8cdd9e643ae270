/** A trained fold -> its threshold, from its validation images, and its answers about its test images. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadClassifier, type LoadOptions } from '../../model/use/classifier.ts';
import { evaluateFolder } from '../evaluate/evaluate.ts';
import { fitOperation, writeOperation } from '../calibrate/fit-operation.ts';
import { readManifest } from '../../data/folder/manifest.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { OperatingRule } from '../../statistics/calibration/operating-point.ts';
import type { FoldRecord } from './cross-validation-folder.ts';
import { parseHistoryCsv } from '../../engine/fit/history.ts';
import type { Recipe } from './recipe.ts';
import { RunFolder } from './run-folder.ts';

export interface EvaluateFoldOptions extends TaskOptions {
  readonly fold: number;
  readonly runFolder: string;
  readonly dataFolder: string;
  readonly recipe: Pick<Recipe, 'device' | 'threads'>;
  readonly rule: OperatingRule;
  readonly temperature: boolean;
  readonly platt: boolean;
  readonly skipUnreadable: boolean;
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** A fold whose network reaches on its validation images nothing of what the rule asks for: another rule may do. */
export class UnreachableRuleError extends PneumoscopeError {
  readonly fold: number;

  constructor(fold: number, cause: PneumoscopeError) {
    super('E_USAGE', cause.message, { cause });
    this.fold = fold;
  }
}

/**
 * Writes the threshold into the fold's model file, so that `evaluate` gives the same figures, and reads the answers from that file.
 *
 * @throws UnreachableRuleError; PneumoscopeError as `fitOperation` and `evaluateFolder`
 */
export async function evaluateFold(options: EvaluateFoldOptions): Promise<FoldRecord> {
  const { fold, runFolder, dataFolder, recipe, rule, temperature, platt, onWarning } = options;
  const run = new RunFolder(runFolder);
  const { device, threads } = recipe;
  const loading: LoadOptions = { device, ...(threads !== null && { threads }) };
  const task = nameFold(options);

  const bare = await loadClassifier(run.modelFile, { ...loading, ignoreOperation: true });
  try {
    const wish = { rule, temperature: temperature || platt, platt };
    const fitted = await fitOperation(bare, dataFolder, { ...task, ...wish }).catch((error: unknown) => {
      if (!(error instanceof PneumoscopeError) || error.code !== 'E_USAGE') throw error;
      throw new UnreachableRuleError(fold, error);
    });
    for (const warning of fitted.warnings) onWarning?.(`Fold ${fold}: ${warning}`);
    await writeOperation(run.modelFile, fitted.operation);
  } finally {
    await bare.close();
  }

  const classifier = await loadClassifier(run.modelFile, loading);
  try {
    const { metadata, classNames } = classifier;
    const evaluation = await evaluateFolder(classifier, dataFolder, task);
    const { threshold } = metadata.classes;
    if (evaluation.kind !== 'binary' || threshold === null) {
      throw new Error('a fold of more than two classes was trained');
    }
    const sources = await readSources(dataFolder);
    const sourceOf = (file: string): string => sources.get(`test/${file}`) ?? file;
    return {
      version: 1,
      createdBy: 'pneumoscope',
      kind: 'crossval-fold',
      rule,
      bestEpoch: Number(metadata.provenance.scores['epoch']),
      epochs: parseHistoryCsv(await readFile(run.historyFile, 'utf8'), run.historyFile).length,
      classNames: [classNames[0] ?? '', classNames[1] ?? ''],
      threshold,
      temperature: metadata.operation?.temperature ?? 1,
      temperatureFitted: temperature,
      ...(metadata.operation?.shift !== undefined && { shift: metadata.operation.shift }),
      ...(platt && { plattFitted: true }),
      synthetic: metadata.provenance.data.synthetic,
      unreadable: evaluation.unreadable.map(({ file }) =>
        sourceOf(path.relative(evaluation.folder, file).split(path.sep).join('/')),
      ),
      predictions: evaluation.predictions.map((prediction) => ({ ...prediction, file: sourceOf(prediction.file) })),
    };
  } finally {
    await classifier.close();
  }
}

/** By the file's path in the fold: where it was taken from. */
async function readSources(dataFolder: string): Promise<ReadonlyMap<string, string>> {
  const { images } = await readManifest(dataFolder);
  return new Map(images.map(({ file, source }) => [file, source]));
}

function nameFold({ fold, onProgress, signal, skipUnreadable }: EvaluateFoldOptions) {
  return {
    signal,
    skipUnreadable,
    onProgress:
      onProgress &&
      ((progress: Parameters<typeof onProgress>[0]) =>
        onProgress({ ...progress, label: `Fold ${fold}, ${progress.label.toLowerCase()}` })),
  };
}
