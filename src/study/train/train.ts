/** A training from a data folder and a recipe to a run folder, in one call. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { splitNames } from '../../data/folder/manifest.ts';
import { findSetFolder } from '../../data/folder/set-folder.ts';
import { refuseInside } from '../../base/files/inside.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { joinSentences } from '../../base/text.ts';
import { ensureRoom } from '../../base/files/ensure-room.ts';
import { views } from '../../engine/runtime/layout.ts';
import { CheckpointStore, requireSameTraining, type Checkpoint } from '../../engine/fit/checkpoint.ts';
import { adviceOf, type StepReport } from '../../engine/fit/fit.ts';
import type { EpochRecord } from '../../engine/fit/history.ts';
import { fitTrainingGuard } from './training-guard.ts';
import { identifyTraining } from './identity.ts';
import { describeNetwork } from './networks.ts';
import { loadRecipe, overrideRecipe, recipePreprocessing, type Recipe, type RecipeOverrides } from './recipe.ts';
import { buildRecipeTraining } from './recipe-training.ts';
import { RunFolder } from './run-folder.ts';
import { RunLock } from './run-lock.ts';
import { runStages, type FinishedStages } from './run-stages.ts';
import { trainingStages, type TrainingStage } from './stages.ts';
import { loadTrainingData, type TrainingData } from './training-data.ts';
import { stateSize, unitsFor, type BuiltTraining } from '../../engine/fit/training-program.ts';

export interface TrainOptions {
  /** holds train/ and validation/, each with one folder of images per class */
  readonly data: string;
  /** the run folder */
  readonly out: string;
  /** a recipe, or the name or file of one; may be left out when resuming */
  readonly recipe?: Recipe | string | undefined;
  readonly overrides?: RecipeOverrides | undefined;
  /** go on from the last checkpoint in `out`; where there is none, from the beginning */
  readonly resume?: boolean | undefined;
  /** leave unreadable images out instead of failing */
  readonly skipUnreadable?: boolean | undefined;
  /** end after so many steps, counted from the beginning of the training */
  readonly maxSteps?: number | undefined;
  /** between checkpoints within an epoch; default 10; 0: after every step */
  readonly checkpointMinutes?: number | undefined;
  /** keep the last checkpoint of a finished training, so that epochs can be added; default false */
  readonly keepCheckpoint?: boolean | undefined;
  /** of decoded images; null: none */
  readonly cacheDir?: string | null | undefined;
  /** whether the images are drawn phantoms, which the model file then says; known of those of this program */
  readonly synthetic?: boolean | undefined;
  /** aborting writes a checkpoint and rejects with E_INTERRUPTED */
  readonly signal?: AbortSignal | undefined;
  readonly onPrepare?: ((done: number, total: number) => void) | undefined;
  readonly onStart?: ((start: TrainStart) => void) | undefined;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  readonly onEpoch?: ((record: EpochRecord, isBest: boolean) => void | Promise<void>) | undefined;
  /** something the user should look at, although the work goes on */
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** What is known before the first step. */
export interface TrainStart {
  /** every setting, resolved */
  readonly recipe: Recipe;
  /** in order, with the size of the images of each */
  readonly stages: readonly TrainingStage[];
  readonly classNames: readonly string[];
  readonly trainImages: number;
  readonly validationImages: number;
  readonly parameterCount: number;
  /** steps that an earlier process took; undefined: the training begins */
  readonly resumedFrom?: { readonly epoch: number; readonly step: number } | undefined;
}

export interface TrainResult {
  readonly runFolder: string;
  readonly modelFile: string;
  readonly recipe: Recipe;
  readonly classNames: readonly string[];
  readonly history: readonly EpochRecord[];
  /** from 1; the epoch whose weights the model has */
  readonly bestEpoch: number;
  /** the figures of that epoch */
  readonly metrics: EpochRecord;
  readonly stoppedEarly: boolean;
  /** images that were left out */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Trains, validates after each epoch, stops early, and writes recipe.json, history.csv, the curves and model.onnx.
 *
 * @throws PneumoscopeError E_RECIPE, E_DATASET, E_NOT_FOUND, E_UNREADABLE_IMAGE (all bad files at once), E_USAGE (the folder holds a
 * run), E_CHECKPOINT, E_DISK, E_DEVICE, E_NOT_FINITE, E_INTERRUPTED
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const run = new RunFolder(options.out);
  const recipe = await chooseRecipe(options, run);
  // All fail here rather than after the images were read.
  describeNetwork(recipe.network, 1, recipe.imageSize);
  trainingStages(recipe);
  for (const set of splitNames) {
    const name = await findSetFolder(options.data, set).catch(() => undefined);
    await refuseInside(run.root, path.join(options.data, name ?? set));
  }
  await ensureRoom(run.root, 0);
  const lock = await RunLock.take(run.root, { takeOver: options.resume, onWarning: options.onWarning });
  try {
    // Another training may have ended here between the first look and the lock.
    await requireFit(options, run);
    const signal = AbortSignal.any([lock.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    return await trainAlone({ ...options, signal }, lock, recipe);
  } catch (error) {
    throw lock.loss ?? error;
  } finally {
    await lock.release();
  }
}

/** The part that no other process may do in the same folder at the same time. */
async function trainAlone(options: TrainOptions, lock: RunLock, recipe: Recipe): Promise<TrainResult> {
  const requireHeld = (): Promise<void> => lock.requireHeld();
  const run = new RunFolder(options.out, requireHeld);
  const data = await loadData(options, recipe);
  const { training } = buildRecipeTraining(recipe, data);
  const checkpoints = await CheckpointStore.open(run.checkpointFolder, requireHeld);
  const { latest } = checkpoints;
  const keepsBest = recipe.earlyStopping?.restoreBestWeights === true;
  const written = latest?.files.reduce((total, { bytes }) => total + bytes, 0) ?? 0;
  await ensureRoom(
    run.root,
    Math.max(0, 2 * stateSize(training, keepsBest) - written) + 4 * training.program.parameters.length,
  );
  const identity = identifyTraining(recipe, data, training);
  if (latest !== undefined) {
    requireSameTraining(latest, identity);
    requireWithin(latest, recipe, options);
  }
  const history = [...(latest?.progress.history ?? [])];
  const result = await runStages(options, {
    recipe,
    data,
    checkpoints,
    identity,
    // What there is to warn of was said with the images of full size.
    loadSmaller: (smaller) => loadData({ ...options, onWarning: undefined }, smaller),
    begin: async () => {
      await run.writeRecipe(recipe, options.data, data);
      await run.writeHistory(history);
      options.onStart?.(describeStart(recipe, data, training, latest));
    },
    onEpoch: async (record, isBest) => {
      history.push(record);
      await run.writeHistory(history);
      await options.onEpoch?.(record, isBest);
    },
    finish: (finished) => writeResults(options, { run, recipe, data }, finished),
  });
  if (options.keepCheckpoint !== true) await checkpoints.clear();
  const { bestEpoch, stoppedEarly } = result;
  return {
    runFolder: run.root,
    modelFile: run.modelFile,
    recipe,
    classNames: data.classNames,
    history: result.history,
    bestEpoch,
    metrics: result.history[bestEpoch - 1] as EpochRecord,
    stoppedEarly,
    unreadable: data.unreadable,
  };
}

/**
 * What is done cannot be undone: fewer epochs or steps would end at once, with weights that nobody asked for, and delete the checkpoint.
 *
 * @throws PneumoscopeError E_USAGE
 */
function requireWithin({ progress }: Checkpoint, { epochs }: Recipe, { maxSteps = Infinity, out }: TrainOptions): void {
  const { history, step } = progress;
  const [done, flag] =
    epochs < history.length
      ? [`${history.length} epochs are done, but --epochs ${epochs} was`, '--epochs']
      : [`${step} steps are done, but --max-steps ${maxSteps} was`, '--max-steps'];
  if (epochs >= history.length && maxSteps >= step) return;
  const sentence = `In ${out} ${done} given; give ${flag} as many or more, or train into another folder`;
  throw new PneumoscopeError('E_USAGE', sentence);
}

/** @throws PneumoscopeError when the folder does not fit the wish to begin or to go on */
async function requireFit({ resume = false }: TrainOptions, run: RunFolder): Promise<void> {
  if (!resume) return await run.requireUnused();
  if (!(await run.isFinished())) return;
  await run.removeHalfCheckpoint();
  throw new PneumoscopeError(
    'E_CHECKPOINT',
    `The training in ${run.root} is finished and its checkpoint was deleted; train into another folder, with --keep-checkpoint if epochs are to be added later`,
  );
}

/** The recipe with all that it leaves open filled in; a resumed run keeps the number of threads that it began with. */
async function chooseRecipe(options: TrainOptions, run: RunFolder): Promise<Recipe> {
  const { overrides = {}, resume = false } = options;
  await requireFit(options, run);
  const begun = resume ? await run.readRecipe() : undefined;
  const given = typeof options.recipe === 'string' ? await loadRecipe(options.recipe) : (options.recipe ?? begun);
  if (given === undefined) {
    const sentence = resume
      ? `${run.root} holds no training to continue; name a recipe to start one`
      : 'A recipe must be named, such as improved';
    throw new PneumoscopeError('E_RECIPE', sentence);
  }
  const recipe = overrideRecipe(given, overrides);
  return { ...recipe, threads: recipe.threads ?? begun?.threads ?? availableParallelism() };
}

async function loadData(options: TrainOptions, recipe: Recipe): Promise<TrainingData> {
  const { skipUnreadable = false, cacheDir, onPrepare, signal, onWarning } = options;
  const { positiveClass } = recipe;
  const loading = { positiveClass, skipUnreadable, cacheDir, onPrepare, signal };
  const data = await loadTrainingData(options.data, recipePreprocessing(recipe), loading).catch((error: unknown) => {
    if (!(error instanceof PneumoscopeError) || error.code !== 'E_INTERRUPTED' || signal === undefined) throw error;
    throw new PneumoscopeError('E_INTERRUPTED', joinSentences(error.message, adviceOf(signal)), { cause: error });
  });
  if (data.cacheProblem !== undefined) onWarning?.(data.cacheProblem);
  if (data.unreadable.length > 0) {
    const names = data.unreadable.map(({ file }) => file).join(', ');
    onWarning?.(`${data.unreadable.length} unreadable images are left out: ${names}`);
  }
  return data;
}

function describeStart(
  recipe: Recipe,
  data: TrainingData,
  { parameters }: BuiltTraining,
  latest: Checkpoint | undefined,
): TrainStart {
  return {
    recipe,
    stages: trainingStages(recipe),
    classNames: data.classNames,
    trainImages: data.train.images.length,
    validationImages: data.validation.images.length,
    parameterCount: parameters.reduce((sum, { shape }) => sum + shape.reduce((size, side) => size * side, 1), 0),
    resumedFrom: latest && { epoch: latest.progress.epoch, step: latest.progress.step },
  };
}

async function writeResults(
  options: TrainOptions,
  { run, recipe, data }: { readonly run: RunFolder; readonly recipe: Recipe; readonly data: TrainingData },
  { training, client, result }: FinishedStages,
): Promise<void> {
  const network = describeNetwork(recipe.network, unitsFor(data.classNames.length), recipe.imageSize);
  const { program } = training;
  const weights = await client.read('weights');
  const states = await client.read('states');
  const { epoch, loss, accuracy, recall, valLoss, valAccuracy, valRecall } = result.history[
    result.bestEpoch - 1
  ] as EpochRecord;
  await run.writeModel({
    network,
    tensors: { ...views(weights, program.parameters), ...views(states, program.states) },
    classNames: data.classNames,
    preprocessing: recipePreprocessing(recipe),
    guard: fitTrainingGuard(recipe, data),
    provenance: {
      recipe,
      seed: recipe.seed,
      data: {
        fingerprint: data.fingerprint,
        images: data.train.images.length,
        synthetic: options.synthetic ?? data.synthetic,
      },
      scores: { epoch, loss, accuracy, recall, valLoss, valAccuracy, valRecall },
    },
  });
  // Only now: the chart library is large, and a training may end before it is needed.
  const { trainingCurves } = await import('../charts/training-curves.ts');
  await run.writeCurves(await trainingCurves(result.history, { title: recipe.name }));
}
