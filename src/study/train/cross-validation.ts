/** k-fold cross-validation by patient: a training per fold, each image answered by the model that has not seen its patient. */
import { createHash } from 'node:crypto';
import { renderManifest, readManifest } from '../../data/folder/manifest.ts';
import { planSplit, poolSource, writeSplit, type SplitOptions } from '../../data/split/split.ts';
import { groupImages } from '../../data/split/split-plan.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';
import { ensureRoom } from '../../base/files/ensure-room.ts';
import type { DrawOptions } from '../../statistics/prediction/draw-options.ts';
import { checkOperatingRule, type OperatingRule } from '../../statistics/calibration/operating-point.ts';
import {
  CrossValidationFolder,
  requireSamePlan,
  type CrossValidationPlan,
  type FoldRecord,
} from './cross-validation-folder.ts';
import { summariseFolds, type CrossValidationResult, type FinishedFold } from './cross-validation-figures.ts';
import { renderCrossValidationMarkdown } from './cross-validation-table.ts';
import { evaluateFold, UnreachableRuleError } from './evaluate-fold.ts';
import { planFolds, type Fold } from './folds.ts';
import { loadRecipe, overrideRecipe, type Recipe } from './recipe.ts';
import { RunFolder } from './run-folder.ts';
import { RunLock } from './run-lock.ts';
import { train, type TrainOptions } from './train.ts';

/** What can be watched of a fold's training. */
export type FoldCallbacks = Pick<TrainOptions, 'onPrepare' | 'onStart' | 'onStep' | 'onEpoch'>;

/** What is known before a fold's work. */
export interface FoldStart {
  /** From 1. */
  readonly fold: number;
  readonly folds: number;
  /** finished: by an earlier call, nothing is done; trained: only the answers are missing; begun: by an earlier call. */
  readonly state: 'finished' | 'trained' | 'begun' | 'new';
}

export interface CrossValidateOptions
  extends
    TaskOptions,
    Pick<SplitOptions, 'source' | 'link'>,
    Pick<DrawOptions, 'replicates' | 'level'>,
    Pick<
      TrainOptions,
      'recipe' | 'overrides' | 'resume' | 'skipUnreadable' | 'maxSteps' | 'checkpointMinutes' | 'cacheDir' | 'onWarning'
    > {
  /** All images: `FOLDER/CLASS/...`, or what else `splitDataset` takes. Two classes. */
  readonly data: string;
  /** Gets plan.json, data/fold-K, fold-K (a run folder each), predictions.csv, crossval.json. */
  readonly out: string;
  /** 2 or more; default 5. */
  readonly folds?: number | undefined;
  /** The share of the images of each class that a fold does not test on, in whole patients, to stop early and choose the threshold by; default 0.15. */
  readonly validation?: number | undefined;
  /** Of the folds and of every training; default 0 for the folds, and the recipe's own for the trainings. */
  readonly seed?: number | undefined;
  /** How each fold's threshold is chosen from its validation images; default 'youden'. `{ costRatio: 1 }` gives the highest accuracy. */
  readonly rule?: OperatingRule | undefined;
  /** Whether a temperature is fitted to each fold's validation images as well; default false. */
  readonly temperature?: boolean | undefined;
  /** Whether a shift is fitted with the temperature (Platt scaling); default false. */
  readonly platt?: boolean | undefined;
  readonly onFold?: ((fold: FoldStart) => FoldCallbacks | undefined) | undefined;
}

/**
 * Trains and tests every fold, then writes predictions.csv, crossval.json and crossval.md. What an earlier call finished is not done again with `resume`;
 * settings that are left out are then those of that call. Rule, temperature and shift may be others than before: no fold is trained
 * anew for them.
 *
 * @throws PneumoscopeError as `train`, `splitDataset`, `fitOperation`; E_DATASET: too few patients for the folds, or not two classes;
 * E_CHECKPOINT: other settings or data than before
 */
export async function crossValidate(options: CrossValidateOptions): Promise<CrossValidationResult> {
  if (options.rule !== undefined) checkOperatingRule(options.rule);
  const folder = new CrossValidationFolder(options.out);
  const begun = await folder.readPlan(options.resume === true);
  const recipe = await chooseRecipe(options, begun);
  const settings = {
    folds: options.folds ?? begun?.folds ?? 5,
    validation: options.validation ?? begun?.validation ?? 0.15,
    seed: options.seed ?? begun?.seed ?? 0,
    source: options.source ?? begun?.source ?? 'all',
  };
  const pooled = await poolSource(options.data, { ...options, source: settings.source, outside: options.out });
  const folds = planFolds(groupImages(pooled.images, 'patient'), settings);
  requireTwoClasses(
    pooled.images.map(({ className }) => className),
    recipe,
  );
  const plan: CrossValidationPlan = {
    version: 1,
    createdBy: 'pneumoscope',
    kind: 'crossval',
    ...settings,
    maxSteps: options.maxSteps ?? begun?.maxSteps ?? null,
    rule: options.rule ?? begun?.rule ?? 'youden',
    temperature: options.temperature ?? begun?.temperature ?? false,
    platt: options.platt ?? begun?.platt ?? false,
    recipe,
    fingerprint: fingerprint(folds),
  };
  if (begun !== undefined) requireSamePlan(options.out, begun, plan);

  await ensureRoom(folder.root, 0);
  const lock = await RunLock.take(folder.root, { takeOver: options.resume, onWarning: options.onWarning });
  try {
    // Another process may have begun here between the first look and the lock.
    await folder.readPlan(options.resume === true);
    const signal = AbortSignal.any([lock.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const held = new CrossValidationFolder(options.out, () => lock.requireHeld());
    await held.writePlan(plan);
    const running: Running = {
      options: { ...options, signal },
      folder: held,
      plan,
      requireHeld: () => lock.requireHeld(),
    };
    return await writeResults(await runFolds(folds, pooled.copiesLeftOut, running), running);
  } catch (error) {
    throw lock.loss ?? error;
  } finally {
    await lock.release();
  }
}

async function runFolds(folds: readonly Fold[], copiesLeftOut: number, running: Running): Promise<FinishedFold[]> {
  const { folder } = running;
  const finished: FinishedFold[] = [];
  const unreachable: UnreachableRuleError[] = [];
  for (const fold of folds) {
    const { number } = fold;
    try {
      const record = await runFold(fold, copiesLeftOut, running);
      finished.push({ fold, record, runFolder: folder.runFolder(number), dataFolder: folder.dataFolder(number) });
    } catch (error) {
      // What can be had by a word must not cost the other folds a night.
      if (!(error instanceof UnreachableRuleError)) throw error;
      unreachable.push(error);
    }
  }
  if (unreachable.length > 0) throw describeUnreachable(unreachable);
  return finished;
}

function describeUnreachable(errors: readonly UnreachableRuleError[]): PneumoscopeError {
  const [first] = errors;
  const folds = errors.map(({ fold }) => fold).join(', ');
  const sentence = joinSentences(
    `The rule gives no threshold in fold ${folds}: ${first?.message}`,
    'All folds are trained: continue with --resume and another --rule',
  );
  return new PneumoscopeError('E_USAGE', sentence, { cause: first });
}

interface Running {
  readonly options: CrossValidateOptions;
  readonly folder: CrossValidationFolder;
  readonly plan: CrossValidationPlan;
  /** Throws where another process has the folder. */
  readonly requireHeld: () => Promise<void>;
}

async function runFold(fold: Fold, copiesLeftOut: number, running: Running): Promise<FoldRecord> {
  const { options, folder, plan } = running;
  const { number } = fold;
  const run = new RunFolder(folder.runFolder(number));
  const earlier = await folder.readRecord(number);
  const isAnswered = earlier !== undefined && isSameWish(earlier, plan);
  // With a record its training is finished, whatever became of its checkpoint.
  const isTrained = earlier !== undefined || (await run.isFinished());
  const hasBegun = isTrained || (await run.readRecipe()) !== undefined;
  const state = isAnswered ? 'finished' : isTrained ? 'trained' : hasBegun ? 'begun' : 'new';
  const callbacks = options.onFold?.({ fold: number, folds: plan.folds, state });
  if (isAnswered) return earlier;

  await running.requireHeld();
  await ensureFoldData(fold, copiesLeftOut, running);
  if (!isTrained) await trainFold(fold, running, callbacks);
  await running.requireHeld();
  const record = await evaluateFold({
    fold: number,
    runFolder: run.root,
    dataFolder: folder.dataFolder(number),
    recipe: plan.recipe,
    rule: plan.rule,
    temperature: plan.temperature,
    platt: plan.platt === true,
    skipUnreadable: options.skipUnreadable === true,
    signal: options.signal,
    onProgress: options.onProgress,
    onWarning: options.onWarning,
  });
  await folder.writeRecord(number, record);
  return record;
}

async function trainFold({ number }: Fold, running: Running, callbacks: FoldCallbacks | undefined): Promise<void> {
  const { options, folder, plan } = running;
  const { skipUnreadable, checkpointMinutes, cacheDir, signal, onWarning } = options;
  await train({
    data: folder.dataFolder(number),
    out: folder.runFolder(number),
    recipe: plan.recipe,
    // Begins where nothing was begun.
    resume: true,
    ...(plan.maxSteps !== null && { maxSteps: plan.maxSteps }),
    skipUnreadable,
    checkpointMinutes,
    cacheDir,
    signal,
    ...callbacks,
    onWarning: (sentence) => onWarning?.(`Fold ${number}: ${sentence}`),
  });
}

/** Links or copies; those of an earlier call are taken as they are. */
async function ensureFoldData(fold: Fold, copiesLeftOut: number, { options, folder, plan }: Running): Promise<void> {
  const out = folder.dataFolder(fold.number);
  const split = planSplit(fold.splitOf, { seed: plan.seed, by: 'patient', fractions: fold.fractions, copiesLeftOut });
  const written = await readManifest(out).catch((error: unknown) => {
    // None is there, or a damaged one, which is replaced.
    if (error instanceof PneumoscopeError) return undefined;
    throw error;
  });
  if (written !== undefined && renderManifest(written) === renderManifest(split.manifest)) return;
  const { onProgress } = options;
  await writeSplit(out, split, {
    link: options.link,
    overwrite: true,
    signal: options.signal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, label: `Fold ${fold.number}, placing` })),
  });
}

async function writeResults(finished: readonly FinishedFold[], running: Running): Promise<CrossValidationResult> {
  const { options, folder, plan } = running;
  const { replicates, level, signal, onProgress } = options;
  const figures = await summariseFolds(finished, { replicates, level, seed: plan.seed, signal, onProgress });
  const { recipe, seed, validation, rule, temperature, platt = false } = plan;
  const result: CrossValidationResult = {
    out: folder.root,
    data: options.data,
    recipe,
    seed,
    validation,
    rule,
    temperature,
    platt,
    predictionsFile: folder.predictionsFile,
    resultFile: folder.resultFile,
    ...figures,
  };
  await folder.writePredictions(
    finished.flatMap(({ fold, record }) =>
      record.predictions.map(({ file, label, patient, probability }) => [
        file,
        record.classNames[label] ?? '',
        patient ?? null,
        fold.number,
        probability,
        record.threshold,
        record.classNames[Number(probability > record.threshold)] ?? '',
      ]),
    ),
  );
  await folder.writeResult({ version: 1, createdBy: 'pneumoscope', kind: 'crossval-result', ...result });
  await folder.writeTable(renderCrossValidationMarkdown(result));
  return result;
}

function isSameWish(record: FoldRecord, { rule, temperature, platt = false }: CrossValidationPlan): boolean {
  const { temperatureFitted, plattFitted = false } = record;
  const isSameScaling = temperatureFitted === temperature && plattFitted === platt;
  return isSameScaling && JSON.stringify(record.rule) === JSON.stringify(rule);
}

async function chooseRecipe(
  { recipe, overrides = {}, seed, resume = false, out }: CrossValidateOptions,
  begun: CrossValidationPlan | undefined,
): Promise<Recipe> {
  const given = typeof recipe === 'string' ? await loadRecipe(recipe) : (recipe ?? begun?.recipe);
  if (given === undefined) {
    const sentence = resume
      ? `${out} holds no cross-validation to continue; name a recipe to start one`
      : 'A recipe must be named, such as improved';
    throw new PneumoscopeError('E_RECIPE', sentence);
  }
  return overrideRecipe(given, { ...overrides, ...(seed !== undefined && { seed }) });
}

function requireTwoClasses(names: readonly string[], { positiveClass }: Recipe): void {
  const classNames = [...new Set(names)];
  if (classNames.length !== 2) {
    const sentence = `Cross-validation needs two classes, but there are ${classNames.length}: ${classNames.join(', ')}`;
    throw new PneumoscopeError('E_DATASET', sentence);
  }
  if (positiveClass === null || classNames.includes(positiveClass)) return;
  const sentence = `The positive class ${positiveClass} is not among the classes ${classNames.join(', ')}`;
  throw new PneumoscopeError('E_DATASET', sentence);
}

/** SHA-256 over every image and its side in every fold, hexadecimal. */
function fingerprint(folds: readonly Fold[]): string {
  const hash = createHash('sha256');
  for (const { number, splitOf } of folds) {
    const lines = [...splitOf].map(([{ source, className, patient, sha256 }, split]) =>
      JSON.stringify([number, source, className, patient, sha256, split]),
    );
    for (const line of lines.toSorted()) hash.update(line);
  }
  return hash.digest('hex');
}
