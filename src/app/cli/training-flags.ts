/** The flags that all commands share that train: they override settings of the recipe. */
import type { Command } from 'commander';
import type { RecipeOverrides } from '../../study/train/recipe.ts';
import { oneOf, positiveNumber, wholeNumber } from './values.ts';

/** What the flags of {@link addTrainingFlags} give. */
export interface TrainingFlags {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly imageSize?: number;
  readonly learningRate?: number;
  readonly threads?: number;
  readonly device?: 'cpu' | 'webgpu' | 'cuda';
  readonly positive?: string;
}

/** Adds --epochs, --learning-rate and those of {@link addNetworkFlags}. */
export function addTrainingFlags(command: Command): Command {
  command
    .option('--epochs <number>', 'maximum number of epochs', wholeNumber('--epochs', { min: 1 }))
    .option('--learning-rate <number>', 'learning rate of the optimiser', positiveNumber('--learning-rate'));
  return addNetworkFlags(command);
}

/** Adds --batch-size, --image-size, --threads, --device and --positive. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option('--batch-size <images>', 'images per step', wholeNumber('--batch-size', { min: 1 }))
    .option(
      '--image-size <pixels>',
      "width and height of the network's input",
      wholeNumber('--image-size', { min: 2, max: 4096 }),
    )
    .option(
      '--threads <number>',
      'threads of the network; default: the number of cores',
      wholeNumber('--threads', { min: 1, max: 1024 }),
    )
    .option('--device <name>', 'cpu, webgpu or cuda', oneOf('--device', ['cpu', 'webgpu', 'cuda']))
    .option('--positive <class>', 'the positive class; default: the last by name');
}

export function toOverrides(flags: TrainingFlags): RecipeOverrides {
  const { epochs, batchSize, imageSize, learningRate, threads, device, positive: positiveClass } = flags;
  return { epochs, batchSize, imageSize, learningRate, threads, device, positiveClass };
}
