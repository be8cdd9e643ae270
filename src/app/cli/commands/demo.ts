/** `pneumoscope demo`: the whole way on synthetic X-rays, each step as the command that a user would type. */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import { formatDuration, formatFigure, formatPercent } from '../../../base/text.ts';
import { addOutputOptions, runCommand, type CommandContext } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path as pathValue, wholeNumber } from '../values.ts';

interface DemoOptions extends OutputOptions {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly patients: number;
  readonly epochs?: number;
  readonly seed: number;
}

const notice =
  'SYNTHETIC DATA: drawn phantoms, not X-rays of people. The figures show that the program works. They say nothing about pneumonia.';
/** Written first: only a folder that has it is ever deleted. */
const marker = path.join('phantoms', 'SYNTHETIC.txt');
const phantomSize = 128;
const shownPredictions = 4;

export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .description('draw phantoms, split, train, evaluate and predict, in about a minute')
    .option('--out <folder>', 'the output folder', pathValue('--out'), 'demo')
    .option('--overwrite', 'replace an earlier demo in that folder')
    .option(
      '--patients <number>',
      'number of imaginary patients',
      wholeNumber('--patients', { min: 20, max: 10_000 }),
      240,
    )
    .option(
      '--epochs <number>',
      'maximum number of epochs; default: that of the recipe',
      wholeNumber('--epochs', { min: 1 }),
    )
    .option('--seed <number>', 'the same seed gives the same demo', wholeNumber('--seed', { min: 0 }), 0)
    .addHelpText(
      'after',
      `
Examples:
  $ pneumoscope demo
  $ pneumoscope demo --out /tmp/demo --overwrite`,
    );
  addOutputOptions(command).action((options: DemoOptions) =>
    runCommand(options, 'Run demo again with --overwrite', (context) => runDemo(options, context)),
  );
}

async function runDemo(options: DemoOptions, { output, signal }: CommandContext): Promise<void> {
  const { out, seed, patients, epochs } = options;
  const began = performance.now();
  const [
    { generatePhantoms },
    { splitDataset },
    { train },
    { loadClassifier },
    { describeAnswer },
    { evaluateFolder },
    { studyEvaluation },
    { findImages },
    files,
    { renderAnswers },
  ] = await Promise.all([
    import('../../../data/phantoms/phantoms.ts'),
    import('../../../data/split/split.ts'),
    import('../../../study/train/train.ts'),
    import('../../../model/use/classifier.ts'),
    import('../../../model/use/answer.ts'),
    import('../../../study/evaluate/evaluate.ts'),
    import('../../../study/evaluate/study-evaluation.ts'),
    import('../../../data/folder/find-images.ts'),
    import('./evaluation-files.ts'),
    import('./predict-text.ts'),
  ]);
  await clearEarlierDemo(out, options.overwrite === true);
  const place = (...names: string[]): string => path.join(out, ...names);
  const task = { signal, onProgress: output.progress.bind(output) };
  const step = (...args: string[]): void => output.note(`\n$ pneumoscope ${args.map(quote).join(' ')}`);
  output.note(notice);

  step(
    'dataset',
    'phantoms',
    '--out',
    place('phantoms'),
    '--patients',
    String(patients),
    '--size',
    String(phantomSize),
    '--seed',
    String(seed),
  );
  const phantoms = await generatePhantoms({ ...task, out: place('phantoms'), patients, size: phantomSize, seed });
  output.note(`${phantoms.images} synthetic images of ${patients} imaginary patients`);

  step('dataset', 'split', place('phantoms'), '--out', place('data'), '--seed', String(seed));
  const { summary } = await splitDataset({ ...task, from: place('phantoms'), out: place('data'), seed });
  const sets = Object.entries(summary.splits).map(([name, { images }]) => `${images} ${name}`);
  output.note(`${sets.join(', ')} images; ${summary.patientsInSeveralSplits} patients in more than one set`);

  const flags = epochs === undefined ? [] : ['--epochs', String(epochs)];
  step('train', place('data'), '--recipe', 'demo', '--out', place('run'), '--seed', String(seed), ...flags);
  let lastEpoch = 0;
  const trained = await train({
    data: place('data'),
    out: place('run'),
    recipe: 'demo',
    overrides: { seed, epochs },
    // A demo leaves nothing outside its folder.
    cacheDir: null,
    signal,
    onWarning: (sentence) => output.warn(sentence),
    onStart: ({ recipe }) => {
      lastEpoch = recipe.epochs;
    },
    onStep: ({ epoch, images, imagesPerEpoch, loss }) => {
      output.progress({
        label: `Epoch ${epoch}/${lastEpoch}`,
        done: images,
        total: imagesPerEpoch,
        unit: 'images',
        detail: `loss ${loss.toFixed(4)}`,
      });
    },
    onEpoch: ({ epoch, loss, valLoss, valAccuracy, seconds }, isBest) => {
      const figures = `loss ${formatFigure(loss)}  val_loss ${formatFigure(valLoss)}  val_accuracy ${formatPercent(valAccuracy)}`;
      output.note(
        `Epoch ${epoch}/${lastEpoch}  ${figures}  ${formatDuration(seconds)}${isBest ? '  best so far' : ''}`,
      );
    },
  });

  const model = trained.modelFile;
  const classifier = await loadClassifier(model);
  try {
    const evaluationFolder = place('run', 'evaluation');
    step('evaluate', model, place('data', 'test'), '--out', evaluationFolder);
    const evaluation = await evaluateFolder(classifier, place('data', 'test'), task);
    const { metrics, classNames, folder } = evaluation;
    const study = evaluation.kind === 'binary' ? await studyEvaluation(evaluation, task) : undefined;
    const figures = { model, folder, classNames, synthetic: true, metrics, study: study?.study };
    await files.makeOutputFolder(evaluationFolder, place('data'));
    await files.writeEvaluation(evaluationFolder, evaluation, figures, study);
    output.note(files.renderEvaluation(evaluation, study));

    const images = await findImages([place('data', 'test')]);
    const chosen = images.filter((_, index) => index % Math.ceil(images.length / shownPredictions) === 0);
    step('predict', model, ...chosen);
    const answers = await classifier.classifyFiles(chosen, task);
    output.note(renderAnswers(answers, classifier.metadata));

    const seconds = (performance.now() - began) / 1000;
    const result = {
      synthetic: true,
      out,
      run: place('run'),
      model,
      seconds,
      bestEpoch: trained.bestEpoch,
      metrics,
      predictions: answers.map((answer) => ({
        file: answer.file,
        ...describeAnswer(answer, classifier.metadata.classes),
      })),
    };
    output.result(result, () => renderEnding(result));
  } finally {
    await classifier.close();
  }
}

/** @throws PneumoscopeError E_USAGE unless the folder is new, empty, or an earlier demo that may be replaced */
async function clearEarlierDemo(out: string, overwrite: boolean): Promise<void> {
  if ((await stat(out).catch(() => undefined)) === undefined) return;
  const isDemo = (await stat(path.join(out, marker)).catch(() => undefined))?.isFile() === true;
  if (isDemo && overwrite) {
    for (const name of ['phantoms', 'data', 'run']) await rm(path.join(out, name), { recursive: true, force: true });
    return;
  }
  for (const name of ['phantoms', 'data', 'run']) {
    if ((await stat(path.join(out, name)).catch(() => undefined)) === undefined) continue;
    const advice = isDemo
      ? 'replace it with --overwrite, or choose another folder with --out'
      : 'choose another folder with --out';
    throw new PneumoscopeError(
      'E_USAGE',
      `${out} holds ${isDemo ? 'an earlier demo' : `a folder ${name} of something else`}: ${advice}`,
    );
  }
}

function renderEnding({
  out,
  run,
  model,
  seconds,
}: {
  out: string;
  run: string;
  model: string;
  seconds: number;
}): string {
  return [
    `Done in ${formatDuration(seconds)}. ${notice}`,
    '',
    `The run folder:   ${run}`,
    `  the curves      ${path.join(run, 'curves.svg')} and curves.png`,
    `  the history     ${path.join(run, 'history.csv')}`,
    `  every setting   ${path.join(run, 'recipe.json')}`,
    `  the test set    ${path.join(run, 'evaluation')} (metrics.json, predictions.csv, charts)`,
    `  the model       ${model}`,
    `The phantoms:     ${path.join(out, 'phantoms')}`,
  ].join('\n');
}

function quote(argument: string): string {
  return /^[\w./:=@,+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
