/**
 * A recipe: every setting of a training, as data. Nothing has a default outside the file, so that a recipe says all there
 * is to say (a preprocessing option that it does not name is not applied); what is missing, unknown or impossible is an
 * error that names the setting.
 */
import { z } from 'zod';
import { scheduleSchema } from '../../engine/fit/schedule.ts';
import { learningRate, optimizerSchema } from '../../engine/nn/optimizer-settings.ts';
import { devices, mostThreads } from '../../engine/runtime/tensor.ts';
import { augmentationSpecSchema } from '../../imaging/augment/augmentation-spec.ts';
import { preprocessingSpecSchema } from '../../imaging/prepare/preprocessing-spec.ts';
import { networkNames } from './networks.ts';

const share = z.number().min(0).lt(1);
const openShare = z.number().gt(0).lt(1);

const progressiveResizingSchema = z.strictObject({
  share: openShare.describe(
    'The share of the epochs that see smaller images: the first ones. The number is rounded down.',
  ),
  scale: openShare.describe('The side of these images as a share of imageSize. The side is rounded to whole pixels.'),
});

const earlyStoppingSchema = z.strictObject({
  monitor: z.literal('val_loss').describe('What is watched: the loss of the validation images.'),
  patience: z.int().min(0).describe('The epochs without improvement after which the training ends.'),
  restoreBestWeights: z
    .boolean()
    .describe(
      'Whether the model gets the weights of the best epoch, also where the last epoch is reached, or those of the last.',
    ),
});

/**
 * Every setting, in the order in which a recipe is written. The descriptions are the words of docs/recipe-settings.md and of the flags' help: a
 * last sentence that begins with "Absent:" or "Null:" says what holds then.
 */
export const recipeSchema = z.strictObject({
  version: z.literal(1).describe('The format of recipes. There is only 1.'),
  name: z.string().min(1).describe('The name that is shown wherever the training is.'),
  network: z.enum(networkNames).describe('The network that is trained.'),
  imageSize: z.int().min(2).max(4096).describe("Width and height of the network's input, in pixels."),
  channels: preprocessingSpecSchema.shape.channels,
  progressiveResizing: progressiveResizingSchema
    .exactOptional()
    .describe(
      'The first epochs see smaller images, which cost less (Howard et al., 2018; Tan and Le, 2021). It needs a network whose weights fit every size, and no early stopping. Absent: all epochs see images of imageSize.',
    ),
  preprocessing: preprocessingSpecSchema
    .omit({ version: true, width: true, height: true, channels: true })
    .describe("How an image becomes the network's input. The model file carries it."),
  augmentation: augmentationSpecSchema
    .nullable()
    .describe(
      'Random changes of the training images. Where two numbers stand, one between them is drawn for each image. Null: no changes.',
    ),
  loss: z
    .literal('crossentropy')
    .describe('The cross-entropy of the logits: binary for two classes (a sigmoid), categorical for more (a softmax).'),
  labelSmoothing: share
    .exactOptional()
    .describe('The share of each target that is spread over all classes. Absent: 0.'),
  classWeights: z
    .union([z.literal('balanced'), z.record(z.string(), z.number().positive())])
    .exactOptional()
    .describe(
      'What an image counts in the loss, by the name of its class. The loss is sum(w l) / N, as in Keras. With balanced all classes count the same: w is N / (classes x images of the class). Absent: every image counts 1.',
    ),
  optimizer: optimizerSchema.describe('How the weights follow from the gradients.'),
  schedule: scheduleSchema
    .exactOptional()
    .describe('How the learning rate changes from step to step. Absent: the rate stays.'),
  clipNorm: z
    .number()
    .positive()
    .exactOptional()
    .describe(
      "The largest norm of a step's gradient over all parameters. A larger gradient is scaled down to it. Absent: any norm is taken.",
    ),
  averageDecay: share
    .exactOptional()
    .describe(
      'Validation and model use an average of the weights and running statistics over the steps. Each step keeps this share of it, less in the first steps. Absent: the weights themselves are used.',
    ),
  batchSize: z.int().min(1).max(65_536).describe('The number of images of a step.'),
  epochs: z.int().min(1).max(1_000_000).describe('The maximum number of epochs.'),
  earlyStopping: earlyStoppingSchema
    .nullable()
    .describe(
      'Ends the training when the validation no longer improves. Null: all epochs are trained, and the model gets the last weights.',
    ),
  positiveClass: z
    .string()
    .min(1)
    .nullable()
    .describe(
      'The positive one of two classes. Null: the last by name, but not one that means healthy, such as NORMAL.',
    ),
  seed: z.int().min(0).describe('The seed of weights, order and augmentation.'),
  threads: z
    .int()
    .min(1)
    .max(mostThreads)
    .nullable()
    .describe(
      'The threads of the network. The last bits of the result depend on their number. Null: the number of cores.',
    ),
  device: z.enum(devices).describe('Where the network runs.'),
});

export type Recipe = Readonly<z.infer<typeof recipeSchema>>;

const { epochs, batchSize, imageSize, seed, threads, device, positiveClass } = recipeSchema.shape;

/** The settings that can be changed without another file: the flags of the command line. The learning rate is the optimiser's. */
export const overrideSchemas = {
  epochs,
  batchSize,
  imageSize,
  learningRate,
  seed,
  threads,
  device,
  positiveClass,
};

export type RecipeOverrides = {
  readonly [Name in keyof typeof overrideSchemas]?: z.infer<(typeof overrideSchemas)[Name]> | undefined;
};
