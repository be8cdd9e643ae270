/** `pneumoscope dataset`: the group of commands that make and look at data sets. */
import type { Command } from 'commander';
import { registerDatasetAudit } from './dataset-audit.ts';
import { registerDatasetCheck } from './dataset-check.ts';
import { registerDatasetExplore } from './dataset-explore.ts';
import { registerDatasetGet } from './dataset-get.ts';
import { registerDatasetPhantoms } from './dataset-phantoms.ts';
import { registerDatasetSplit } from './dataset-split.ts';

export function registerDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('get, make, check, split, audit and explore data sets')
    .helpCommand(false);
  registerDatasetGet(dataset);
  registerDatasetCheck(dataset);
  registerDatasetSplit(dataset);
  registerDatasetPhantoms(dataset);
  registerDatasetAudit(dataset);
  registerDatasetExplore(dataset);
}
