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
    .description("write a page about a run's model: figures, errors with heat maps, limits")
    .argument(
      '[run]',
      'a folder that train wrote, or a model file; default: the model of this package',
      pathValue('The run'),
    )
    .option(
      '--data <folder>',
      'the data; default: the folder that the run was trained on; required for a model file',
      pathValue('--data'),
    )
    .option(
      '--out <file>',
      'the page; default: report.html in the run folder; required for a model file',
      pathValue('--out'),
    )
    .option(
      '--prevalence <share>',
      'restate PPV and NPV for this share of ill patients',
      openFraction('--prevalence', '0.05'),
    )
    .option(
      '--images <number>',
      'number of errors of each kind to show, with a quarter as many right answers; 0: no image',
      wholeNumber('--images', { min: 0, max: 1000 }),
      24,
    )
    .option(
      '--audited <number>',
      'number of training images to audit for other signs of the label; 0: none',
      wholeNumber('--audited', { min: 0, max: 100_000 }),
      400,
    )
    .option(
      '--replicates <number>',
      'draws of patients for the intervals',
      wholeNumber('--replicates', { min: 100, max: 100_000 }),
      2000,
    )
    .option('--seed <number>', 'seed of those draws', wholeNumber('--seed', { min: 0 }), 0)
    .option('--force', 'also report on images that the threshold was fitted on')
    .addHelpText(
      'after',
      `
The page is self-contained: it loads nothing and sends nothing. It prints well: a browser's «save as PDF» makes a PDF
of it. It shows images of the test set with their heat maps. Protect it as you protect the images. --images 0 leaves
them out.

The command classifies the test set, so it takes about as long as evaluate. The heat maps and the audit of the
training images take some more time. Choose the threshold first, with calibrate. Without that, the page describes a
threshold that nobody has chosen.

Examples:
  $ pneumoscope report runs/improved
  $ pneumoscope report runs/improved --prevalence 0.05 --out improved.html
  $ pneumoscope report --data data --out shipped.html
  $ pneumoscope report runs/improved --data data --images 0 --json | jq .study.figures.sensitivity`,
    );
  addOutputOptions(addModelOptions(command)).action((run: string | undefined, options: ReportOptions) =>
    runCommand(options, 'Run the same command again', (context) => writeReport(run, options, context)),
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
  await writeFileWhole(out, page);
  if (report.explained.images.size > 0 && !report.metadata.provenance.data.synthetic) {
    output.note('The page shows images of patients. Protect it as you protect the data.');
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
    `${what} has no run folder beside it; name the ${data === undefined ? 'data' : 'page'} with ${missing}`,
  );
}
