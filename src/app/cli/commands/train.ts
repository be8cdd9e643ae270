/** `pneumoscope train`: a network from a data folder and a recipe. */
import type { Command } from 'commander';
import { formatCount, formatDuration, formatFigure, formatPercent, renderFields } from '../../../base/text.ts';
import type { EpochRecord } from '../../../engine/fit/history.ts';
import type { TrainResult, TrainStart } from '../../../study/train/train.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { addTrainingFlags, toOverrides, type TrainingFlags } from '../training-flags.ts';
import { numberFromZero, path, wholeNumber } from '../values.ts';

interface TrainFlags extends TrainingFlags, OutputOptions {
  readonly out: string;
  readonly maxSteps?: number;
  readonly checkpointMinutes: number;
  readonly keepCheckpoint?: boolean;
  readonly resume?: boolean;
  readonly skipUnreadable?: boolean;
}

const help = `
The run folder gets:
  recipe.json          every setting
  history.csv          a line per epoch
  curves.svg, .png     the curves
  model.onnx           the weights of the best epoch
Flags override the recipe.

A checkpoint is written after every epoch, every few minutes, and on Ctrl-C, SIGTERM and SIGHUP (a closed terminal).
After a stop, the same command with --resume continues from there and ends with the same weights, bit for bit. At the
end of the training the checkpoint is deleted, because it is large. With --keep-checkpoint it stays, and --resume
--epochs N adds epochs. Fewer epochs than are done are refused.

One training at a time has a run folder. If the program that started it was killed and the training lives, --resume
asks it to write its checkpoint and stop, and continues from there.

Examples:
  $ pneumoscope train data --recipe improved --out runs/improved
  $ pneumoscope train data --recipe baseline --out runs/small --image-size 64 --epochs 5
  $ pneumoscope train data --recipe my-recipe.json --out runs/mine
  $ pneumoscope train data --out runs/improved --resume`;

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a network on DATA/train and validate it on DATA/validation')
    .argument('<data>', 'the folder with train/ and validation/, each with a folder per class', path('The data folder'))
    .requiredOption('--out <folder>', 'the run folder', path('--out'))
    .option('--max-steps <number>', 'end after this many steps in total', wholeNumber('--max-steps', { min: 1 }))
    .option(
      '--checkpoint-minutes <number>',
      'minutes between checkpoints; 0: after every step',
      numberFromZero('--checkpoint-minutes'),
      10,
    )
    .option('--keep-checkpoint', 'keep the last checkpoint after the training')
    .option('--resume', 'continue the training in the run folder')
    .option('--skip-unreadable', 'leave out images that cannot be read, and report them')
    .addHelpText('after', help);
  addTrainingFlags(command, { isRecipeRequired: false, recipeNote: 'optional with --resume' });
  addOutputOptions(command).action((data: string, flags: TrainFlags) => runTrain(data, flags));
}

async function runTrain(data: string, flags: TrainFlags): Promise<void> {
  const { recipe, out, maxSteps, checkpointMinutes, keepCheckpoint, resume, skipUnreadable } = flags;
  await runCommand(flags, `Continue with:\n  ${resumeCommand()}`, async ({ output, signal }) => {
    const { train } = await import('../../../study/train/train.ts');
    let lastEpoch = flags.epochs ?? 0;
    const result = await train({
      data,
      out,
      recipe,
      overrides: toOverrides(flags),
      maxSteps,
      checkpointMinutes,
      keepCheckpoint,
      resume,
      skipUnreadable,
      signal,
      onWarning: (sentence) => output.warn(sentence),
      onPrepare: (done, total) => output.progress({ label: 'Checking the images', done, total, unit: 'images' }),
      onStart: (start) => {
        lastEpoch = start.recipe.epochs;
        output.note(describeStart(start));
      },
      onStep: ({ epoch, step, stepsPerEpoch, images, imagesPerEpoch, loss }) =>
        output.progress({
          label: `Epoch ${epoch}/${lastEpoch}`,
          done: images,
          total: imagesPerEpoch,
          unit: 'images',
          detail: `step ${step}/${stepsPerEpoch}  loss ${loss.toFixed(4)}`,
        }),
      onEpoch: (record, isBest) => output.note(describeEpoch(record, lastEpoch, isBest)),
    });
    output.result(toJson(result), () => describeResult(result));
  });
}

export function describeStart({
  recipe,
  stages,
  classNames,
  trainImages,
  validationImages,
  parameterCount,
  resumedFrom,
}: TrainStart): string {
  const going =
    resumedFrom === undefined
      ? ''
      : `Continuing in epoch ${resumedFrom.epoch} after ${formatCount(resumedFrom.step)} steps.\n`;
  const sizes = stages.map(({ imageSize, lastEpoch }, index) => {
    const until = index < stages.length - 1 ? ` until epoch ${lastEpoch}` : '';
    return `${imageSize} x ${imageSize}${until}`;
  });
  const network = `${recipe.network}: ${formatCount(parameterCount)} parameters, images ${sizes.join(', then ')}`;
  const positive = classNames.length === 2 ? `, ${classNames[1]} is positive` : '';
  const data = `${formatCount(trainImages)} training and ${formatCount(validationImages)} validation images of ${classNames.join(', ')}${positive}`;
  return `${going}${network}; ${data}`;
}

export function describeEpoch(record: EpochRecord, lastEpoch: number, isBest: boolean): string {
  const { epoch, loss, accuracy, recall, valLoss, valAccuracy, valRecall, seconds, imagesPerSecond } = record;
  const figures = [
    `loss ${formatFigure(loss)}`,
    `accuracy ${formatFigure(accuracy)}`,
    `recall ${formatFigure(recall)}`,
    `val_loss ${formatFigure(valLoss)}`,
    `val_accuracy ${formatFigure(valAccuracy)}`,
    `val_recall ${formatFigure(valRecall)}`,
  ];
  const pace = `${formatDuration(seconds)}, ${imagesPerSecond.toFixed(1)} images/s`;
  return `Epoch ${epoch}/${lastEpoch}  ${figures.join('  ')}  ${pace}${isBest ? '  best so far' : ''}`;
}

function describeResult({
  runFolder,
  modelFile,
  history,
  bestEpoch,
  metrics,
  stoppedEarly,
  classNames,
}: TrainResult): string {
  const ending = stoppedEarly ? 'stopped early because the validation loss no longer fell,' : 'done';
  return renderFields([
    ['Training', `${ending} after ${history.length} ${history.length === 1 ? 'epoch' : 'epochs'}`],
    ['Kept', `the weights of epoch ${bestEpoch}`],
    [
      'Validation',
      `loss ${formatFigure(metrics.valLoss)}, accuracy ${formatPercent(metrics.valAccuracy)}, recall ${formatPercent(metrics.valRecall)} (${classNames.at(-1)})`,
    ],
    ['Model', modelFile],
    ['Run', `${runFolder} (recipe.json, history.csv, curves.svg, curves.png)`],
  ]);
}

function toJson({
  runFolder,
  modelFile,
  recipe,
  classNames,
  history,
  bestEpoch,
  stoppedEarly,
  unreadable,
}: TrainResult): object {
  return { runFolder, modelFile, recipe, classNames, bestEpoch, stoppedEarly, unreadable, history };
}

/** What the user typed, with --resume. */
export function resumeCommand(): string {
  const args = process.argv.slice(2).filter((arg) => arg !== '--resume');
  const quoted = args.map((arg) => (/^[\w./:=@,+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`));
  return ['pneumoscope', ...quoted, '--resume'].join(' ');
}
