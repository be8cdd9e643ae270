/** The settings of each optimiser. A recipe holds one of them, and createOptimizer makes its graph from them. */
import { z } from 'zod';

const share = z.number().min(0).lt(1);

export const learningRate = z
  .number()
  .positive()
  .describe('The learning rate of the optimiser. With a schedule this is the largest rate of the training.');
const beta1 = share.describe('The share of the mean gradient that each step keeps.');
const beta2 = share.describe('The share of the mean squared gradient that each step keeps.');
const epsilon = z.number().positive().describe('Added to what a step is divided by, so that it is never 0.');

export const optimizerSchema = z.discriminatedUnion('name', [
  z
    .strictObject({
      name: z.literal('sgd'),
      learningRate,
      momentum: share.describe('The share of the last step that each step adds.'),
    })
    .describe('Stochastic gradient descent, with momentum as in Keras.'),
  z
    .strictObject({
      name: z.literal('rmsprop'),
      learningRate,
      rho: beta2,
      epsilon,
      epsilonPlacement: z
        .enum(['outside', 'inside'])
        .describe(
          'Where epsilon is added: outside the root as in Keras up to 2.10, or inside it as in later versions.',
        ),
    })
    .describe('RMSprop, without momentum.'),
  z
    .strictObject({
      name: z.literal('adam'),
      learningRate,
      beta1,
      beta2,
      epsilon,
      amsgrad: z.boolean().describe('Whether a step is divided by the largest mean so far (Reddi et al., 2018).'),
    })
    .describe('Adam in the form of Keras (Kingma and Ba, 2015).'),
  z
    .strictObject({
      name: z.literal('adamw'),
      learningRate,
      beta1,
      beta2,
      epsilon,
      weightDecay: z
        .number()
        .min(0)
        .max(10)
        .describe(
          'Each step also takes learningRate x weightDecay of itself off a weight. Biases and the scales of normalisations keep theirs.',
        ),
    })
    .describe('Adam with decoupled weight decay (Loshchilov and Hutter, 2019).'),
]);

export type OptimizerSettings = Readonly<z.infer<typeof optimizerSchema>>;

/** The settings of one optimiser, by its name. */
export type SettingsOf<Name extends OptimizerSettings['name']> = Extract<OptimizerSettings, { readonly name: Name }>;
