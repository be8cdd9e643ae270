/** Runs the stages of a training one after the other, each from the last checkpoint of the one before. */
import { openBatchLoader } from '../../data/batches/batches.ts';
import type { BatchLoader } from '../../engine/fit/batch.ts';
import { TrainingClient } from '../../engine/runtime/training-client.ts';
import type { CheckpointStore, TrainingIdentity } from '../../engine/fit/checkpoint.ts';
import { fit, type FitCallbacks, type FitOptions, type FitResult } from '../../engine/fit/fit.ts';
import { recipePreprocessing, type Recipe } from './recipe.ts';
import { buildRecipeTraining } from './recipe-training.ts';
import { trainingStages, type TrainingStage } from './stages.ts';
import type { ImageSet, TrainingData } from './training-data.ts';
import { initialiseTraining, type BuiltTraining } from '../../engine/fit/training-program.ts';

/** What all stages share. */
export interface SharedByStages extends Pick<FitCallbacks, 'onEpoch'> {
  readonly recipe: Recipe;
  /** With images of the recipe's own size. */
  readonly data: TrainingData;
  /** The same images for a recipe of smaller ones. */
  readonly loadSmaller: (recipe: Recipe) => Promise<TrainingData>;
  readonly checkpoints: CheckpointStore;
  readonly identity: TrainingIdentity;
  /** Called once, before the first step, when the device is there. */
  readonly begin: () => Promise<void>;
  /** Called once, while the client holds the weights to keep. */
  readonly finish: (finished: FinishedStages) => Promise<void>;
}

export interface FinishedStages {
  readonly training: BuiltTraining;
  readonly client: TrainingClient;
  readonly result: FitResult;
}

/** Of the whole training, as `fit` takes them. */
type StageOptions = Pick<FitOptions, 'maxSteps' | 'checkpointMinutes' | 'signal' | 'onStep'>;

/** @throws PneumoscopeError as `fit`; E_DEVICE */
export async function runStages(options: StageOptions, shared: SharedByStages): Promise<FitResult> {
  const { recipe, checkpoints } = shared;
  const epoch = checkpoints.latest?.progress.epoch ?? 1;
  const stages = trainingStages(recipe);
  // The last one also where nothing is left to train: the model is still to be written.
  const ahead = stages.filter(({ lastEpoch }, index) => index === stages.length - 1 || lastEpoch >= epoch);
  let result: FitResult | undefined;
  for (const stage of ahead) {
    result = await runStage(options, shared, stage, result === undefined);
    if (!result.goesOn) return result;
  }
  throw new Error('the last stage left epochs to train');
}

async function runStage(
  { maxSteps, checkpointMinutes, signal, onStep }: StageOptions,
  shared: SharedByStages,
  { imageSize, lastEpoch }: TrainingStage,
  isFirst: boolean,
): Promise<FitResult> {
  const { checkpoints, identity, onEpoch } = shared;
  const recipe: Recipe = { ...shared.recipe, imageSize };
  const data = imageSize === shared.recipe.imageSize ? shared.data : await shared.loadSmaller(recipe);
  const { training } = buildRecipeTraining(recipe, data);
  const loaders = openLoaders(recipe, data);
  let client: TrainingClient | undefined;
  try {
    client = await TrainingClient.create(training.program);
    const { latest } = checkpoints;
    if (latest === undefined) await initialiseTraining(client, training, recipe.seed);
    else await client.load(latest.files);
    if (isFirst) await shared.begin();
    const result = await fit({
      client,
      training,
      ...loaders,
      classCount: data.classNames.length,
      epochs: recipe.epochs,
      untilEpoch: lastEpoch,
      seed: recipe.seed,
      learningRate: recipe.optimizer.learningRate,
      schedule: recipe.schedule,
      averageDecay: recipe.averageDecay,
      earlyStopping: recipe.earlyStopping,
      maxSteps,
      checkpoints,
      checkpointMinutes,
      identity,
      from: latest?.progress,
      signal,
      onStep,
      onEpoch,
    });
    if (!result.goesOn) await shared.finish({ training, client, result });
    return result;
  } finally {
    await Promise.all([loaders.trainBatches.close(), loaders.validationBatches.close(), client?.close()]);
  }
}

function openLoaders(
  recipe: Recipe,
  { train, validation }: TrainingData,
): { readonly trainBatches: BatchLoader; readonly validationBatches: BatchLoader } {
  const { batchSize, seed } = recipe;
  const spec = recipePreprocessing(recipe);
  const common = ({ pixels, labels }: ImageSet) => ({ pixels, labels, spec, batchSize, seed });
  return {
    trainBatches: openBatchLoader({ ...common(train), augmentation: recipe.augmentation ?? undefined }),
    validationBatches: openBatchLoader(common(validation)),
  };
}
