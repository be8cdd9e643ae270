/** `pneumoscope dataset explore`: what a data set looks like, in figures. */
import path from 'node:path';
import type { Command } from 'commander';
import type { ExploreFigures, ExploreResult } from '../../../study/explore/explore.ts';
import {
  className,
  describeVariability,
  formatDifference,
  syntheticWords,
  wholeGroups,
} from '../../../study/explore/explore-text.ts';
import { formatCount, renderTable } from '../../../base/text.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { Output, OutputOptions } from '../output.ts';
import { path as pathValue, wholeNumber } from '../values.ts';

interface ExploreOptions extends OutputOptions {
  readonly out: string;
  readonly labels?: string;
  readonly encoding?: string;
  readonly size: number;
  readonly seed: number;
  /** --no-samples */
  readonly samples: boolean;
  readonly html?: boolean;
}

export function registerDatasetExplore(dataset: Command): void {
  const command = dataset
    .command('explore')
    .description('compare the classes of a data set: counts, samples, mean and variability')
    .argument('<folder>', 'FOLDER/CLASS/..., or FOLDER/{train,validation,test}/CLASS/...', pathValue('The folder'))
    .requiredOption('--out <folder>', 'folder for explore.json, figures/ and explore.html', pathValue('--out'))
    .option(
      '--labels <file>',
      'CSV with the columns file and label; patient and split are optional',
      pathValue('--labels'),
    )
    .option('--encoding <name>', 'encoding of the table, such as gbk or windows-1252; default: UTF-8')
    .option(
      '--size <pixels>',
      'size of the square that images are stretched to',
      wholeNumber('--size', { min: 32, max: 1024 }),
      224,
    )
    .option('--seed <number>', 'seed of the samples and intervals', wholeNumber('--seed', { min: 0 }), 0)
    .option('--html', 'also write one self-contained page with all figures')
    .option('--no-samples', 'leave out the samples, which are images of patients')
    .addHelpText(
      'after',
      `
The command replaces files of an earlier exploration in the output folder. It refuses a folder with other files.

Examples:
  $ pneumoscope dataset explore data --out look --html
  $ pneumoscope dataset explore data/train --out look --no-samples
  $ pneumoscope dataset explore images --labels labels.csv --out look --json | jq .statement`,
    );
  addOutputOptions(command).action((folder: string, options: ExploreOptions) => {
    const { out, labels, encoding, size, seed, samples, html = false } = options;
    const howToGoOn = 'Run the same command again: unfinished output is replaced';
    return runCommand(options, howToGoOn, async ({ output, signal }) => {
      const [{ exploreDataset }, { prepareExploreFolder, writeExploration }] = await Promise.all([
        import('../../../study/explore/explore.ts'),
        import('./explore-files.ts'),
      ]);
      await prepareExploreFolder(out, folder);
      const result = await exploreDataset({
        folder,
        labels,
        encoding,
        size,
        seed,
        samplesPerClass: samples ? 12 : 0,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      const { figures } = result;
      const statement = describeVariability(figures).join(' ');
      const document = { version: 1, createdBy: 'pneumoscope', kind: 'exploration', ...figures, statement } as const;
      const files = await writeExploration(out, result, document, { samples, html });
      sayWhatIsMissing(result, output);
      output.result({ ...document, out, files }, () => renderExploration(figures, out, files));
    });
  });
}

function sayWhatIsMissing({ figures, samples }: ExploreResult, output: Output): void {
  const { unreadable, leftOut, synthetic } = figures;
  const shown = 20;
  for (const { reason } of unreadable.slice(0, shown)) output.warn(reason);
  if (unreadable.length > shown) {
    output.warn(`${formatCount(unreadable.length - shown)} more files cannot be read. explore.json lists all of them.`);
  }
  if (unreadable.length > 0) output.warn(`${formatCount(unreadable.length)} files were left out.`);
  if (leftOut.length > 0) {
    const more = leftOut.length > shown ? ` and ${formatCount(leftOut.length - shown)} more` : '';
    output.note(`Ignored: ${leftOut.slice(0, shown).join(', ')}${more}.`);
  }
  if (synthetic) output.note(syntheticWords);
  else if (samples.length > 0)
    output.note('The samples are images of patients. Protect the output as you protect the data.');
}

function renderExploration(figures: ExploreFigures, out: string, files: readonly string[]): string {
  const right = ['Images', 'Patients', 'Median size', 'Mean grey'].map((title) => ({ title, align: 'right' as const }));
  const rows = wholeGroups(figures).map(({ label, images, patients, width, height, meanLevel }) => [
    className(label),
    formatCount(images),
    formatCount(patients),
    width === null || height === null ? 'n/a' : `${Math.round(width.median)} x ${Math.round(height.median)}`,
    meanLevel === null ? 'n/a' : meanLevel.toFixed(1),
  ]);
  const regions = figures.variability.map(({ title, classes, differences }) => [
    title,
    ...classes.map(({ standardDeviation }) => (standardDeviation === null ? 'n/a' : standardDeviation.toFixed(1))),
    ...differences.map(({ difference, interval }) => formatDifference(difference, interval, '')),
  ]);
  const names = figures.classNames.map(className);
  const [reference = ''] = names;
  const columns = [...names, ...names.slice(1).map((name) => `${name} minus ${reference} (95 % interval)`)];
  const page = files.find((file) => file.endsWith('.html'));
  return [
    `${formatCount(figures.images)} images of ${formatCount(figures.patients)} patients${figures.synthetic ? ', SYNTHETIC' : ''}.`,
    '',
    renderTable([{ title: 'Class' }, ...right], rows),
    '',
    'Standard deviation across images, grey levels:',
    '',
    renderTable([{ title: 'Region' }, ...columns.map((title) => ({ title, align: 'right' as const }))], regions),
    '',
    ...describeVariability(figures).flatMap((sentence) => [sentence, '']),
    `Written to ${out}: ${formatCount(files.length)} files${page === undefined ? '' : `; open ${path.join(out, page)}`}`,
  ].join('\n');
}
