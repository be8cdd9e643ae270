/** `pneumoscope calibrate`: threshold, temperature, shift and uncertain band from validation images, into the model's file. */
import type { Command } from 'commander';
import type { FittedOperation } from '../../../study/calibrate/fit-operation.ts';
import { PneumoscopeError } from '../../../base/errors.ts';
import type { OperatingRule } from '../../../statistics/calibration/operating-point.ts';
import type { Chart } from '../../../study/charts/charts.ts';
import { renderFittedOperation } from './calibrate-text.ts';
import { addModelOptions, addOutputOptions, runCommand, type CommandContext, type ModelOptions } from '../command.ts';
import { addModelWords, findModelAndFolder, modelRule, noteDefaultModel } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';
import { fraction, openFraction, path, positiveNumber, shareAboveZero } from '../values.ts';

interface CalibrateOptions extends ModelOptions, OutputOptions {
  readonly labels?: string;
  readonly encoding?: string;
  readonly youden?: boolean;
  readonly sensitivity?: number;
  readonly costRatio?: number;
  readonly prevalence?: number;
  /** False with --no-temperature. */
  readonly temperature: boolean;
  readonly platt?: boolean;
  readonly keep?: boolean;
  readonly uncertain?: number;
  readonly out?: string;
  readonly charts?: string;
  readonly force?: boolean;
}

export function registerCalibrate(program: Command): void {
  const command = program
    .command('calibrate')
    .description('choose the threshold and temperature of a model on validation images')
    .option(
      '--labels <file>',
      'CSV with the columns file and label, such as the page exports; patient and split are optional',
      path('--labels'),
    )
    .option('--encoding <name>', 'of the table, such as gbk; default: UTF-8')
    .option('--youden', 'maximise sensitivity + specificity (the default rule)')
    .option(
      '--sensitivity <share>',
      'target sensitivity: find at least this share of the positive images',
      shareAboveZero('--sensitivity'),
    )
    .option('--cost-ratio <number>', 'a false negative costs this many false positives', positiveNumber('--cost-ratio'))
    .option(
      '--prevalence <share>',
      'with --cost-ratio: the share of positives among future patients; default: that of the images',
      openFraction('--prevalence', '0.1'),
    )
    .option('--platt', 'also fit a shift, for probabilities that are all too low or all too high')
    .option('--no-temperature', 'do not change the probabilities (temperature 1)')
    .option('--keep', 'keep temperature, shift and threshold, and choose a band alone, on the images of their choice')
    .option('--uncertain <share>', 'mark at most this share of the images as uncertain', fraction('--uncertain'))
    .option('--out <file>', 'write the model to this file instead of its own', path('--out'))
    .option('--charts <folder>', 'draw the errors against the share of images left to a person', path('--charts'))
    .option('--force', 'allow a test or training set')
    .addHelpText(
      'after',
      `
${modelRule}
calibrate does not change the model of this package, so it then needs --out.

calibrate works in three steps:
  1. Temperature: the logits are divided by one number. This corrects a network that says 0.97 where it is right
     nine times in ten. The order of the images stays the same. With --platt a second number is added to the
     log-odds. It corrects probabilities that are all too low for one class.
  2. Threshold: one rule chooses it.
  3. Uncertain band (--uncertain): a person should look at the images around the threshold.
The results go into the model's file. predict and evaluate use them from then on. The file is replaced as a whole
or not at all. It also gets the counts of these images at 200 steps of probability, from which the page of 'serve'
tells what another threshold would have done.

With --labels the folder needs no class folders: the table says what each image shows. The page of 'serve' exports
such a table of what a reader said.

Choose on validation images, never on the test set: figures from images that were used for the choice are too
good. So calibrate refuses a test or training set, and evaluate refuses the images that were used here. A
threshold fits one place. Choose it anew for other patients, another scanner or another prevalence.

Models of more than two classes get a temperature only.

Examples:
  $ pneumoscope calibrate runs/first/model.onnx data
  $ pneumoscope calibrate runs/first/model.onnx data/validation --sensitivity 0.98 --uncertain 0.05
  $ pneumoscope calibrate runs/first/model.onnx data --platt --sensitivity 0.98
  $ pneumoscope calibrate runs/first/model.onnx data --keep --uncertain 0.05
  $ pneumoscope calibrate runs/first/model.onnx data --cost-ratio 5 --prevalence 0.1 --out careful.onnx
  $ pneumoscope calibrate data --out here.onnx
  $ pneumoscope calibrate images --labels readings.csv --out here.onnx
  $ pneumoscope calibrate runs/first/model.onnx data --json | jq .operation.point.threshold`,
    );
  addModelWords(command, '<folder>', 'one folder per class; or a split, whose validation set is used');
  addOutputOptions(addModelOptions(command)).action((words: string[], options: CalibrateOptions) => {
    const rule = chooseRule(options);
    return runCommand(options, 'Nothing was written; run the same command again', (context) =>
      calibrate(words, rule, options, context),
    );
  });
}

/** @throws PneumoscopeError E_USAGE for more than one rule */
function chooseRule({ youden, sensitivity, costRatio, prevalence }: CalibrateOptions): OperatingRule | undefined {
  if ([youden, sensitivity, costRatio].filter((rule) => rule !== undefined).length > 1) {
    throw new PneumoscopeError(
      'E_USAGE',
      'One threshold is chosen by one rule: --youden, --sensitivity or --cost-ratio, not several',
    );
  }
  if (prevalence !== undefined && costRatio === undefined) {
    throw new PneumoscopeError('E_USAGE', '--prevalence weighs the two costs of --cost-ratio, which is missing');
  }
  if (youden === true) return 'youden';
  if (sensitivity !== undefined) return { sensitivity };
  return costRatio === undefined ? undefined : { costRatio, prevalence };
}

async function calibrate(
  words: readonly string[],
  rule: OperatingRule | undefined,
  options: CalibrateOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const { labels, encoding, temperature, platt, keep, uncertain, out, charts, force, threads, device, skipUnreadable } =
    options;
  const [
    { loadClassifier, readModelMetadata },
    { fitOperation, writeOperation },
    { checkOutputFile, makeOutputFolder, writeChart },
  ] = await Promise.all([
    import('../../../model/use/classifier.ts'),
    import('../../../study/calibrate/fit-operation.ts'),
    import('./evaluation-files.ts'),
  ]);
  const { model, isDefault, folder } = await findModelAndFolder(words, 'a folder of validation images');
  if (isDefault && out === undefined) {
    const sentence =
      'The model that comes with this package is not changed; say with --out where to write it with its threshold';
    throw new PneumoscopeError('E_USAGE', sentence);
  }
  const kept = keep === true ? (await readModelMetadata(model)).operation : undefined;
  if (keep === true && kept === undefined) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${model} was never calibrated, so there is nothing to keep; leave --keep out`,
    );
  }
  const classifier = await loadClassifier(model, {
    device,
    ignoreOperation: true,
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    noteDefaultModel(output, isDefault, classifier.metadata);
    // Before the work, so that its result is not lost to a file that cannot be written.
    await checkOutputFile(out ?? model);
    if (charts !== undefined) await makeOutputFolder(charts, folder, 'validation');
    const fitted = await fitOperation(classifier, folder, {
      labels,
      encoding,
      rule,
      temperature,
      platt,
      keep: kept,
      ...(uncertain === undefined ? {} : { uncertain: { abstentionRate: uncertain } }),
      force,
      skipUnreadable,
      signal,
      onProgress: (progress) => output.progress(progress),
    });
    for (const { reason } of fitted.unreadable) output.warn(reason);
    for (const warning of fitted.warnings) output.warn(warning);
    if (classifier.metadata.provenance.data.synthetic) {
      output.note('This model was trained on synthetic phantoms: its figures mean nothing for real X-rays.');
    }
    if (charts !== undefined) {
      for (const [name, chart] of Object.entries(await drawCharts(fitted))) await writeChart(charts, name, chart);
    }
    const written = await writeOperation(model, fitted.operation, out);
    const { predictions: _predictions, operation, ...figures } = fitted;
    const { digests: _digests, ...fittedOn } = operation.fittedOn;
    const { counts: _counts, ...operated } = operation;
    output.result({ model, defaultModel: isDefault, written, ...figures, operation: { ...operated, fittedOn } }, () =>
      renderFittedOperation(fitted, written),
    );
  } finally {
    await classifier.close();
  }
}

/** None of a model of more than two classes. */
async function drawCharts({ operation, predictions }: FittedOperation): Promise<Record<string, Chart>> {
  const { point, uncertain } = operation;
  if (point === null) return {};
  const { abstentionChart } = await import('../../../study/charts/charts.ts');
  const title = 'Answered and left to a person, as fitted';
  const { threshold } = point;
  return { abstention: await abstentionChart(predictions, { title, threshold, band: uncertain }) };
}
