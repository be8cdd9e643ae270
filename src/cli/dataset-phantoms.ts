/** `pneumoscope dataset phantoms`: synthetic chest X-rays to try things out with. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from './command.ts';
import type { OutputOptions } from './output.ts';
import { path, wholeNumber } from './values.ts';

interface PhantomOptions extends OutputOptions {
  readonly out: string;
  readonly patients: number;
  readonly size: number;
  readonly seed: number;
}

export function registerDatasetPhantoms(dataset: Command): void {
  const command = dataset
    .command('phantoms')
    .description('draw synthetic chest X-rays: no real patients, for trying things out and for tests')
    .requiredOption('--out <folder>', 'where the images go', path('--out'))
    .option('--patients <number>', 'how many patients', wholeNumber('--patients', { min: 2, max: 1_000_000 }), 200)
    .option('--size <pixels>', 'width and height', wholeNumber('--size', { min: 16, max: 4096 }), 256)
    .option('--seed <number>', 'the same seed draws the same images', wholeNumber('--seed', { min: 0 }), 0)
    .addHelpText(
      'after',
      `
Examples:
  $ pneumoscope dataset phantoms --out data
  $ pneumoscope dataset phantoms --out data --patients 40 --size 64 --seed 3`,
    );
  addOutputOptions(command).action((options: PhantomOptions) => {
    const { out, patients, size, seed } = options;
    return runCommand(options, 'Run the same command again.', async ({ output, signal }) => {
      const { generatePhantoms } = await import('../data/phantoms.ts');
      const result = await generatePhantoms({
        out,
        patients,
        size,
        seed,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      output.result(result, () => String(result));
    });
  });
}
