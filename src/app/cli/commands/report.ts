/** `pneumoscope report`: one page that says what a run's model is worth. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { defaultModelPath } from '../../../model/file/default-model.ts';
import { writeFileWhole } from '../../../base/files/write-file.ts';
import { PneumoscopeError } from '../../../base/errors.ts';
import { renderStudyTable } from '../../../study/evaluate/study-table.ts';
import { addModelOptions, addOutputOptions, runCommand, type CommandContext, type ModelOptions } from '../command.ts';
import { checkOutputFile, makeOutputFolder } from './evaluation-files.ts';
import { noteDefaultModel } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';
import { openFraction, path as pathValue, wholeNumber } from '../values.ts';

interface ReportOptions extends ModelOptions, OutputOptions {
  readonly data?: string;
  readonly out?: string;
  readonly prevalence?: number;
  readonly images: number;
  readonly audited: number;
  readonly replicates: number;
  readonly seed: number;
  readonly force?: boolean;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .description("write one page about a run's model: figures, mistakes with heat maps, limits")
    .argument(
      '[run]',
      'a folder that train wrote, or a model file; default: the model of this package',
      pathValue('The run'),
    )
    .option(
      '--data <folder>',
      'the data; default: the folder that the run was trained on; a model file has none',
      pathValue('--data'),
    )
    .option(
      '--out <file>',
      'the page; default: report.html in the run folder, a model file has none',
      pathValue('--out'),
    )
    .option(
      '--prevalence <share>',
      'restate PPV and NPV where this share of those examined is ill',
      openFraction('--prevalence', '0.05'),
    )
    .option(
      '--images <number>',
      'mistakes of each kind that are shown, and a quarter as many right answers; 0: no image',
      wholeNumber('--images', { min: 0, max: 1000 }),
      24,
    )
    .option(
      '--audited <number>',
      'training images that are asked what else tells the label; 0: none',
      wholeNumber('--audited', { min: 0, max: 100_000 }),
      400,
    )
    .option(
      '--replicates <number>',
      'draws of patients for the intervals',
      wholeNumber('--replicates', { min: 100, max: 100_000 }),
      2000,
    )
    .option('--seed <number>', 'of those draws', wholeNumber('--seed', { min: 0 }), 0)
    .option('--force', 'report also on images that the threshold was fitted on')
    .addHelpText(
      'after',
      `
The page holds everything itself: it loads nothing, sends nothing, and prints well (a browser's «save as PDF» makes a PDF of it). It shows
images of the test set with their heat maps, so treat it as you treat the images; --images 0 leaves them out.

The test set is classified, so this takes about as long as evaluate, and the heat maps and the audit of the training images some more.
Choose the threshold first, with calibrate: without it the page is about a threshold that nobody has chosen.

Examples:
  $ pneumoscope report runs/improved
  $ pneumoscope report runs/improved --prevalence 0.05 --out improved.html
  $ pneumoscope report --data data --out shipped.html
  $ pneumoscope report runs/improved --data data --images 0 --json | jq .study.figures.sensitivity`,
    );
  addOutputOptions(addModelOptions(command)).action((run: string | undefined, options: ReportOptions) =>
    runCommand(options, 'Run the same command again.', (context) => writeReport(run, options, context)),
  );
}

async function writeReport(
  word: string | undefined,
  options: ReportOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const { images, threads, ...rest } = options;
  const about = await findReported(word, options);
  const out = options.out ?? path.join(about.run ?? '', 'report.html');
  const [{ collectRunReport, describeRunReport }, { drawReportFigures }, { renderReportPage }] = await Promise.all([
    import('../../../study/report/run-report.ts'),
    import('../../../study/report/report-figures.ts'),
    import('../../../study/report/report-page.ts'),
  ]);
  const report = await collectRunReport({
    ...rest,
    ...about,
    mistakes: images,
    right: Math.ceil(images / 4),
    ...(threads === undefined ? {} : { threads }),
    signal,
    // Before the work, which takes minutes; and after the run is known to be one, so that no folder of a mistyped name is made.
    onData: async (data) => {
      await makeOutputFolder(path.dirname(out), data);
      await checkOutputFile(out);
    },
    onProgress: output.progress.bind(output),
  });
  noteDefaultModel(output, word === undefined, report.metadata);
  for (const { reason } of report.test.unreadable) output.warn(reason);
  for (const warning of report.warnings) output.warn(warning);
  const page = renderReportPage(report, await drawReportFigures(report));
  await writeFileWhole(out, [new TextEncoder().encode(page)]);
  if (report.explained.images.size > 0 && !report.metadata.provenance.data.synthetic) {
    output.note('The page shows images of patients: treat it as you treat the data.');
  }
  output.result({ out, ...describeRunReport(report) }, () => {
    return `${renderStudyTable(report.study, report.test.classNames)}\n\nWritten to ${out}`;
  });
}

/**
 * A run folder brings its data and a place for the page; a model file does not.
 *
 * @throws PneumoscopeError E_USAGE when either is missing; E_NOT_FOUND when no model is named and the package has none
 */
async function findReported(
  word: string | undefined,
  { data, out }: ReportOptions,
): Promise<{ readonly run: string; readonly model?: never } | { readonly model: string; readonly run?: never }> {
  const isFile = word === undefined || /\.onnx$/i.test(word) || (await stat(word).catch(() => undefined))?.isFile();
  if (isFile !== true) return { run: word };
  const model = word ?? defaultModelPath();
  const missing = data === undefined ? '--data' : '--out';
  if (data !== undefined && out !== undefined) return { model };
  const what = word === undefined ? 'The model of this package' : `The model file ${word}`;
  throw new PneumoscopeError(
    'E_USAGE',
    `${what} has no run folder beside it; name the ${data === undefined ? 'data' : 'page'} with ${missing}.`,
  );
}
