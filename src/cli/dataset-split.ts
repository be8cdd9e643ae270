/** `pneumoscope dataset split`: train, validation and test sets from labelled images. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from './command.ts';
import type { OutputOptions } from './output.ts';
import { fraction, oneOf, path, wholeNumber } from './values.ts';

interface SplitOptions extends OutputOptions {
  readonly out: string;
  readonly by: 'patient' | 'image';
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  readonly link: 'auto' | 'hard' | 'copy';
  readonly overwrite?: boolean;
}

export function registerDatasetSplit(dataset: Command): void {
  const command = dataset
    .command('split')
    .description('split labelled images into train, validation and test sets')
    .argument('<folder>', 'the images, one folder per class, at any depth', path('The folder'))
    .requiredOption('--out <folder>', 'where DATA/{train,validation,test}/CLASS and manifest.json go', path('--out'))
    .option('--by <unit>', 'patient: no patient in two sets; image: the protocol of the article', oneOf('--by', ['patient', 'image']), 'patient')
    .option('--validation <share>', 'of the images of each class', fraction('--validation'), 0.15)
    .option('--test <share>', 'of the images of each class', fraction('--test'), 0.15)
    .option('--seed <number>', 'the same seed gives the same split', wholeNumber('--seed', { min: 0 }), 0)
    .option('--link <how>', 'auto: hard links where the disk can, else copies; hard; copy', oneOf('--link', ['auto', 'hard', 'copy']), 'auto')
    .option('--overwrite', 'replace an earlier split in the output folder')
    .addHelpText(
      'after',
      `
Examples:
  $ pneumoscope dataset split raw --out data
  $ pneumoscope dataset split raw --out data --by image --seed 7
  $ pneumoscope dataset split raw --out data --validation 0.1 --test 0.2 --json`,
    );
  addOutputOptions(command).action((from: string, options: SplitOptions) => {
    const { out, by, validation, test, seed, link, overwrite = false } = options;
    const howToGoOn = 'Run the same command again with --overwrite.';
    return runCommand(options, howToGoOn, async ({ output, signal }) => {
      const { splitDataset } = await import('../data/split.ts');
      const result = await splitDataset({
        from,
        out,
        by,
        validation,
        test,
        seed,
        link,
        overwrite,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      output.result(result, () => String(result));
    });
  });
}
