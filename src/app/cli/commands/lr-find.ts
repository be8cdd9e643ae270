/** `pneumoscope lr-find`: a learning-rate range test with its plot. */
import path from 'node:path';
import type { Command } from 'commander';
import { renderCsv } from '../../../base/files/render-csv.ts';
import { writeFileWhole } from '../../../base/files/write-file.ts';
import { formatFigure, renderFields } from '../../../base/text.ts';
import { defaultRange, fewestSteps, formatRate } from '../../../engine/fit/learning-rate-curve.ts';
import type { LearningRateRange } from '../../../study/train/lr-find.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { addTrainingFlags, toOverrides, type TrainingFlags } from '../training-flags.ts';
import { fraction, path as pathValue, positiveNumber, wholeNumber } from '../values.ts';

interface LrFindFlags extends OutputOptions, Omit<TrainingFlags, 'epochs' | 'learningRate'> {
  readonly recipe: string;
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly smoothing?: number;
  readonly out?: string;
  readonly skipUnreadable?: boolean;
}

const help = `
The command runs some steps of the recipe's training, from its first weights. The rate grows from step to step. The
test ends after the last step, or when the loss diverges (its average is above four times the lowest).

It suggests the lower of two rates: where the loss falls fastest, and a tenth of where it is lowest. This is a first
estimate: a smaller batch, or a training of many epochs, may need a lower rate. Look at the plot (--out).

The command changes no run folder. --out gets lr-find.csv, lr-find.svg and lr-find.png.

Examples:
  $ pneumoscope lr-find data --recipe improved --out rates
  $ pneumoscope lr-find data --recipe my-recipe.json --from 1e-7 --to 10 --steps 200
  $ pneumoscope lr-find data --recipe baseline --json | jq .suggestion.learningRate`;

export function registerLrFind(program: Command): void {
  const command = program
    .command('lr-find')
    .description('find a learning rate for a recipe, with a range test on DATA/train')
    .argument('<data>', 'the folder with train/ and validation/, as for train', pathValue('The data folder'))
    .option('--from <rate>', `the first rate; default: ${defaultRange.from.toExponential()}`, positiveNumber('--from'))
    .option('--to <rate>', `the last rate; default: ${defaultRange.to}`, positiveNumber('--to'))
    .option(
      '--steps <number>',
      `number of steps; default: ${defaultRange.steps}`,
      wholeNumber('--steps', { min: fewestSteps, max: 100_000 }),
    )
    .option(
      '--smoothing <share>',
      'share of the average that a step keeps; default: 1 - 10 / steps, at most 0.98',
      fraction('--smoothing'),
    )
    .option('--out <folder>', 'write lr-find.csv, .svg and .png to this folder', pathValue('--out'))
    .option('--skip-unreadable', 'leave out images that cannot be read, and report them')
    .addHelpText('after', help);
  addTrainingFlags(command, {
    isRecipeRequired: true,
    recipeNote: 'its learning rate is ignored',
    without: ['epochs', 'learningRate'],
  });
  addOutputOptions(command).action((data: string, flags: LrFindFlags) => runLrFind(data, flags));
}

async function runLrFind(data: string, flags: LrFindFlags): Promise<void> {
  const { out, recipe, from, to, steps, smoothing, skipUnreadable } = flags;
  await runCommand(flags, 'Run the same command again', async ({ output, signal }) => {
    const { findLearningRate } = await import('../../../study/train/lr-find.ts');
    if (out !== undefined) await makeFolder(out, data);
    const result = await findLearningRate({
      data,
      recipe,
      overrides: toOverrides(flags),
      from,
      to,
      steps,
      smoothing,
      skipUnreadable,
      signal,
      onWarning: (sentence) => output.warn(sentence),
      onPrepare: (done, total) => output.progress({ label: 'Checking the images', done, total, unit: 'images' }),
      onStep: ({ step, learningRate, smoothedLoss }, total) =>
        output.progress({
          label: 'Range test',
          done: step,
          total,
          unit: 'steps',
          detail: `rate ${learningRate.toExponential(1)}  loss ${smoothedLoss.toFixed(4)}`,
        }),
    });
    for (const warning of result.suggestion.warnings) output.warn(warning);
    const files = out === undefined ? [] : await writeFiles(out, result);
    output.result({ ...result, files }, () => describeResult(result, files));
  });
}

/** Before the work. @throws PneumoscopeError E_DISK; E_USAGE when it lies among the images */
async function makeFolder(out: string, data: string): Promise<void> {
  const { makeOutputFolder } = await import('./evaluation-files.ts');
  await makeOutputFolder(out, path.join(data, 'train'));
  await makeOutputFolder(out, path.join(data, 'validation'));
}

/** @returns the files */
async function writeFiles(out: string, result: LearningRateRange): Promise<string[]> {
  const { learningRateChart } = await import('../../../study/charts/charts.ts');
  const chart = await learningRateChart(result, { title: `Learning rates for ${result.recipe.name}` });
  const rows = result.curve.map(({ step, learningRate, loss, smoothedLoss }) => [
    step,
    learningRate,
    loss,
    smoothedLoss,
  ]);
  const contents = {
    'lr-find.csv': renderCsv(['step', 'learning_rate', 'loss', 'smoothed_loss'], rows),
    'lr-find.svg': chart.svg,
    'lr-find.png': chart.png,
  };
  const files: string[] = [];
  for (const [name, content] of Object.entries(contents)) {
    const file = path.join(out, name);
    await writeFileWhole(file, content);
    files.push(file);
  }
  return files;
}

const endings: Readonly<Record<LearningRateRange['ended'], string>> = {
  complete: 'complete',
  diverged: 'then the loss diverged',
  notFinite: 'then the loss was no longer a number',
};

function describeResult(result: LearningRateRange, files: readonly string[]): string {
  const { recipe, curve, steps, from, ended, suggestion } = result;
  const { learningRate, steepest, minimum, tenthOfMinimum } = suggestion;
  const last = curve.at(-1)?.learningRate ?? from;
  const rate = (value: number | null | undefined): string =>
    value === null || value === undefined ? 'n/a' : formatRate(value);
  return renderFields([
    ['Recipe', `${recipe.name} with ${recipe.optimizer.name}, batches of ${recipe.batchSize}`],
    ['Steps', `${curve.length} of ${steps}, ${rate(from)} to ${rate(last)}; ${endings[ended]}`],
    ['Steepest', `${rate(steepest?.learningRate)} (loss ${formatFigure(steepest?.smoothedLoss ?? null)})`],
    [
      'Minimum',
      `${rate(minimum?.learningRate)} (loss ${formatFigure(minimum?.smoothedLoss ?? null)}); a tenth of it is ${rate(tenthOfMinimum)}`,
    ],
    ['Suggested', learningRate === null ? 'none' : `--learning-rate ${rate(learningRate)}`],
    ...(files.length === 0 ? [] : [['Written', files.join(', ')] as const]),
  ]);
}
