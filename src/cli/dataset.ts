/** `pneumoscope dataset`: the group of commands that make a data set. */
import type { Command } from 'commander';
import { registerDatasetGet } from './dataset-get.ts';
import { registerDatasetPhantoms } from './dataset-phantoms.ts';
import { registerDatasetSplit } from './dataset-split.ts';

export function registerDataset(program: Command): void {
  const dataset = program.command('dataset').description('get, split and make data sets').helpCommand(false);
  registerDatasetGet(dataset);
  registerDatasetSplit(dataset);
  registerDatasetPhantoms(dataset);
}
