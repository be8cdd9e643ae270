/** `pneumoscope dataset split`: train, validation and test sets from labelled images. */
import type { Command } from 'commander';
import type { SplitResult } from '../../../data/split/split.ts';
import { formatCount, formatPercent, renderTable } from '../../../base/text.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { fraction, oneOf, path, wholeNumber } from '../values.ts';

interface SplitOptions extends OutputOptions {
  readonly out: string;
  readonly by: 'patient' | 'image';
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  readonly link: 'auto' | 'hard' | 'copy';
  readonly source: string;
  readonly overwrite?: boolean;
}

export function registerDatasetSplit(dataset: Command): void {
  const command = dataset
    .command('split')
    .description('split labelled images into train, validation and test sets')
    .argument('<folder>', 'the images: FOLDER/CLASS/..., or FOLDER/{train,test,val}/CLASS/...', path('The folder'))
    .requiredOption(
      '--out <folder>',
      'output folder for {train,validation,test}/CLASS and manifest.json',
      path('--out'),
    )
    .option(
      '--by <unit>',
      'patient: no patient in two sets; image: as in the article',
      oneOf('--by', ['patient', 'image']),
      'patient',
    )
    .option('--validation <share>', 'share of the images of each class', fraction('--validation'), 0.15)
    .option('--test <share>', 'share of the images of each class', fraction('--test'), 0.15)
    .option('--seed <number>', 'the same seed gives the same split', wholeNumber('--seed', { min: 0 }), 0)
    .option('--source <set>', "use only one of the data set's own sets, such as train", path('--source'), 'all')
    .option(
      '--link <how>',
      'auto: hard links where possible, else copies; hard; copy',
      oneOf('--link', ['auto', 'hard', 'copy']),
      'auto',
    )
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
    const { out, by, validation, test, seed, source, link, overwrite = false } = options;
    const howToGoOn = 'Run the same command again: unfinished output is replaced';
    return runCommand(options, howToGoOn, async ({ output, signal }) => {
      const { splitDataset } = await import('../../../data/split/split.ts');
      const result = await splitDataset({
        from,
        out,
        by,
        validation,
        test,
        seed,
        source,
        link,
        overwrite,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      output.result(result, () => renderSplitResult(result));
      const { patientsInSeveralSplits, identicalImagesAcrossSplits } = result.summary;
      if (patientsInSeveralSplits > 0 || identicalImagesAcrossSplits > 0) {
        output.warn(
          `${formatCount(patientsInSeveralSplits)} patients have images in more than one set, and ${formatCount(identicalImagesAcrossSplits)} images have an identical copy in another set. Scores will be too good; --by patient prevents that.`,
        );
      }
      if (result.leftOut.length > 0) output.note(`Ignored: ${result.leftOut.join(', ')}.`);
    });
  });
}

function renderSplitResult(result: SplitResult): string {
  const { out, by, seed, classNames, summary, pooled, linked } = result;
  const right = ['Images', 'Share', 'Patients', ...classNames].map((title) => ({ title, align: 'right' as const }));
  const rows = Object.entries(summary.splits).map(([name, split]) => {
    const perClass = classNames.map((className) => formatCount(split.classes[className]?.images ?? 0));
    return [name, formatCount(split.images), formatPercent(split.share), formatCount(split.patients), ...perClass];
  });
  const copied = summary.images - linked;
  const how = [
    ...(linked > 0 ? [`${formatCount(linked)} hard links`] : []),
    ...(copied > 0 ? [`${formatCount(copied)} copies`] : []),
  ];
  return [
    `${formatCount(summary.images)} images of ${formatCount(summary.patients)} patients are in ${out} (${how.join(', ')}), split by ${by}, seed ${seed}.`,
    ...(pooled.length > 1 ? [`The data set's own sets were combined: ${pooled.join(', ')}.`] : []),
    ...(summary.copiesLeftOut > 0 ? [`Left out: ${formatCount(summary.copiesLeftOut)} second copies.`] : []),
    ...(summary.imagesWithoutPatient > 0
      ? [
          `${formatCount(summary.imagesWithoutPatient)} file names give no patient; each counts as a patient of its own.`,
        ]
      : []),
    '',
    renderTable([{ title: 'Set' }, ...right], rows),
    '',
    `Patients with images in more than one set: ${formatCount(summary.patientsInSeveralSplits)}.`,
  ].join('\n');
}
