/** `pneumoscope dataset phantoms`: synthetic chest X-rays to try things out with. */
import type { Command } from 'commander';
import type { PhantomResult } from '../../../data/phantoms/phantoms.ts';
import { formatCount, renderTable } from '../../../base/text.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path, wholeNumber } from '../values.ts';

interface PhantomOptions extends OutputOptions {
  readonly out: string;
  readonly patients: number;
  readonly size: number;
  readonly seed: number;
  readonly overwrite?: boolean;
}

export function registerDatasetPhantoms(dataset: Command): void {
  const command = dataset
    .command('phantoms')
    .description('draw synthetic chest X-rays for a first try; they show no patient')
    .requiredOption('--out <folder>', 'the output folder', path('--out'))
    .option('--patients <number>', 'number of patients', wholeNumber('--patients', { min: 2, max: 1_000_000 }), 200)
    .option('--size <pixels>', 'width and height', wholeNumber('--size', { min: 16, max: 4096 }), 256)
    .option('--seed <number>', 'the same seed draws the same images', wholeNumber('--seed', { min: 0 }), 0)
    .option('--overwrite', 'replace earlier phantoms in the output folder')
    .addHelpText(
      'after',
      `
Examples:
  $ pneumoscope dataset phantoms --out phantoms
  $ pneumoscope dataset split phantoms --out data
  $ pneumoscope dataset phantoms --out phantoms --patients 40 --size 64 --seed 3`,
    );
  addOutputOptions(command).action((options: PhantomOptions) => {
    const { out, patients, size, seed, overwrite = false } = options;
    return runCommand(options, 'Run the same command again', async ({ output, signal }) => {
      const { generatePhantoms } = await import('../../../data/phantoms/phantoms.ts');
      const result = await generatePhantoms({
        out,
        patients,
        size,
        seed,
        overwrite,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      output.result(result, () => renderPhantomResult(result));
      output.note(`\nNext: pneumoscope dataset split ${out} --out data`);
    });
  });
}

function renderPhantomResult({ out, patients, images, classes }: PhantomResult): string {
  return [
    `${formatCount(images)} synthetic images of ${formatCount(patients)} imaginary patients are in ${out}.`,
    '',
    renderTable(
      [{ title: 'Class' }, { title: 'Images', align: 'right' }, { title: 'Patients', align: 'right' }],
      Object.entries(classes).map(([name, count]) => [name, formatCount(count.images), formatCount(count.patients)]),
    ),
  ].join('\n');
}
