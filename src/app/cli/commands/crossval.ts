/** `pneumoscope crossval`: k-fold cross-validation by patient. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import type { FoldCallbacks, FoldStart } from '../../../study/train/cross-validation.ts';
import type { OperatingRule } from '../../../statistics/calibration/operating-point.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { Output, OutputOptions } from '../output.ts';
import { describeEpoch, describeStart, resumeCommand } from './train.ts';
import { addTrainingFlags, toOverrides, type TrainingFlags } from '../training-flags.ts';
import { oneOf, openFraction, path, numberFromZero, positiveNumber, shareAboveZero, wholeNumber } from '../values.ts';

interface CrossvalFlags extends OutputOptions, TrainingFlags {
  readonly recipe?: string;
  readonly out: string;
  readonly folds?: number;
  readonly validation?: number;
  readonly seed?: number;
  readonly source?: string;
  readonly rule?: OperatingRule;
  readonly temperature?: boolean;
  readonly platt?: boolean;
  readonly link?: 'auto' | 'hard' | 'copy';
  readonly maxSteps?: number;
  readonly checkpointMinutes?: number;
  readonly resume?: boolean;
  readonly skipUnreadable?: boolean;
}

const help = `
Every patient is tested on once, by a network that has not seen them: the images are cut into folds by patient, stratified by class, and each
fold in turn is the test set; of the rest a part is validation, for early stopping and the threshold. Images of one patient, and files of
equal content, never stand on two sides.

OUT gets fold-1, fold-2 ... (a run folder each, as train makes it, with the fold's threshold in model.onnx), data/fold-1 ... (the sets, as
links), predictions.csv (every image, answered by its fold's model), crossval.json (all figures with intervals) and crossval.md (the table).

Whatever stops it, the same command with --resume goes on: finished folds stay, an unfinished one goes on from its checkpoint. With --resume
another --rule, --temperature or --platt is allowed: then only these are fitted anew.

Examples:
  $ pneumoscope crossval raw --recipe improved --out runs/folds
  $ pneumoscope crossval raw --recipe improved --out runs/folds --resume
  $ pneumoscope crossval raw --out runs/folds --resume --rule sensitivity:0.98
  $ pneumoscope crossval raw --recipe baseline --out runs/ten --folds 10 --seed 7 --image-size 128
  $ pneumoscope crossval raw --recipe improved --out runs/folds --json | jq .pooled.figures.rocAuc`;

export function registerCrossval(program: Command): void {
  const command = program
    .command('crossval')
    .description('k-fold cross-validation by patient: a training per fold, and figures of all images')
    .argument('<folder>', 'all images: FOLDER/CLASS/..., as dataset split takes them', path('The folder'))
    .requiredOption('--out <folder>', 'where everything goes', path('--out'))
    .option('--recipe <name>', 'baseline, improved, or a JSON file; may be left out with --resume')
    .option('--folds <number>', 'how many; 5 unless given', wholeNumber('--folds', { min: 2, max: 1000 }))
    .option(
      '--validation <share>',
      'of the images that a fold does not test on; 0.15 unless given',
      openFraction('--validation', '0.15'),
    )
    .option(
      '--rule <rule>',
      "how each threshold is chosen: youden (unless given), accuracy, sensitivity:0.98, cost:5 (a miss over a false alarm's)",
      operatingRule('--rule'),
    )
    .option('--temperature', 'fit a temperature to each validation set as well')
    .option('--platt', 'fit a temperature and a shift to each validation set as well')
    .option('--seed <number>', 'of the folds (0 unless given) and of every training', wholeNumber('--seed', { min: 0 }))
    .option('--source <set>', "only the images of one of the data set's own sets, such as train", path('--source'))
    .option(
      '--link <how>',
      'auto: hard links where the disk can, else copies; hard; copy',
      oneOf('--link', ['auto', 'hard', 'copy']),
    );
  addTrainingFlags(command)
    .option('--max-steps <number>', 'end each training after so many steps', wholeNumber('--max-steps', { min: 1 }))
    .option(
      '--checkpoint-minutes <number>',
      'between checkpoints; 10 unless given',
      numberFromZero('--checkpoint-minutes'),
    )
    .option('--resume', 'go on with the cross-validation in the folder')
    .option('--skip-unreadable', 'leave images out that cannot be read, and say so')
    .addHelpText('after', help);
  addOutputOptions(command).action((data: string, flags: CrossvalFlags) => runCrossval(data, flags));
}

async function runCrossval(data: string, flags: CrossvalFlags): Promise<void> {
  const { json: _json, quiet: _quiet, ...settings } = flags;
  await runCommand(flags, `Go on with: ${resumeCommand()}`, async ({ output, signal }) => {
    const [{ crossValidate }, { renderCrossValidation }] = await Promise.all([
      import('../../../study/train/cross-validation.ts'),
      import('../../../study/train/cross-validation-table.ts'),
    ]);
    const result = await crossValidate({
      ...settings,
      data,
      overrides: toOverrides(flags),
      signal,
      onProgress: (progress) => output.progress(progress),
      onWarning: (sentence) => output.warn(sentence),
      onFold: (start) => watchFold(start, output),
    });
    output.result(
      result,
      () =>
        `${renderCrossValidation(result)}\n\nWritten to ${result.out} (crossval.json, crossval.md, predictions.csv)`,
    );
  });
}

const states: Readonly<Record<FoldStart['state'], string>> = {
  finished: 'finished before',
  trained: 'trained before; its images are answered',
  begun: 'goes on',
  new: 'begins',
};

/** Every line says the fold. */
function watchFold({ fold, folds, state }: FoldStart, output: Output): FoldCallbacks {
  const name = `Fold ${fold}/${folds}`;
  output.note(`${name} ${states[state]}`);
  let lastEpoch = 0;
  return {
    onPrepare: (done, total) =>
      output.progress({ label: `${name}, looking at the images`, done, total, unit: 'images' }),
    onStart: (start) => {
      lastEpoch = start.recipe.epochs;
      output.note(describeStart(start));
    },
    onStep: ({ epoch, step, stepsPerEpoch, images, imagesPerEpoch, loss }) =>
      output.progress({
        label: `${name}, epoch ${epoch}/${lastEpoch}`,
        done: images,
        total: imagesPerEpoch,
        unit: 'images',
        detail: `step ${step}/${stepsPerEpoch}  loss ${loss.toFixed(4)}`,
      }),
    onEpoch: (record, isBest) => output.note(`${name}  ${describeEpoch(record, lastEpoch, isBest)}`),
  };
}

/** `youden`, `accuracy`, `sensitivity:SHARE` or `cost:RATIO`. */
function operatingRule(flag: string): (text: string) => OperatingRule {
  return (text) => {
    const [name, value, ...more] = text.split(':');
    if (value === undefined && name === 'youden') return 'youden';
    // Where both errors cost the same, the least cost is the highest accuracy.
    if (value === undefined && name === 'accuracy') return { costRatio: 1 };
    if (value !== undefined && more.length === 0) {
      if (name === 'sensitivity') return { sensitivity: shareAboveZero(`${flag} sensitivity`)(value) };
      if (name === 'cost') return { costRatio: positiveNumber(`${flag} cost`)(value) };
    }
    throw new PneumoscopeError(
      'E_USAGE',
      `${flag} must be youden, accuracy, sensitivity:SHARE (such as sensitivity:0.98) or cost:RATIO (such as cost:5), but '${text}' was given.`,
    );
  };
}
