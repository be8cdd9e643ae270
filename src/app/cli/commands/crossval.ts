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
  readonly out: string;
  readonly folds?: number;
  readonly validation?: number;
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
Each patient is tested once, by a network that has not seen that patient. The images are divided into folds by
patient, stratified by class. Each fold in turn is the test set. A part of the rest is the validation set, for
early stopping and the threshold. Images of one patient, and files of equal content, are never on two sides.

OUT gets:
  fold-1, fold-2 ...   a run folder each, as from train, with the fold's threshold in model.onnx
  data/fold-1 ...      the sets, as links
  predictions.csv      every image, answered by its fold's model
  crossval.json        all figures with intervals
  crossval.md          the table

After a stop, the same command with --resume continues. Finished folds stay, and an unfinished one continues from
its checkpoint. With --resume you can change --rule, --temperature and --platt: then only these are fitted again.

Examples:
  $ pneumoscope crossval raw --recipe improved --out runs/folds
  $ pneumoscope crossval raw --recipe improved --out runs/folds --resume
  $ pneumoscope crossval raw --out runs/folds --resume --rule sensitivity:0.98
  $ pneumoscope crossval raw --recipe baseline --out runs/ten --folds 10 --seed 7 --image-size 128
  $ pneumoscope crossval raw --recipe improved --out runs/folds --json | jq .pooled.figures.rocAuc`;

export function registerCrossval(program: Command): void {
  const command = program
    .command('crossval')
    .description('run a k-fold cross-validation by patient: one training per fold, figures of all images')
    .argument('<folder>', 'all images: FOLDER/CLASS/..., as for dataset split', path('The folder'))
    .requiredOption('--out <folder>', 'the output folder', path('--out'))
    .option('--folds <number>', 'number of folds; default: 5', wholeNumber('--folds', { min: 2, max: 1000 }))
    .option(
      '--validation <share>',
      'share of the images outside the test fold; default: 0.15',
      openFraction('--validation', '0.15'),
    )
    .option(
      '--rule <rule>',
      'rule for each threshold: youden (the default), accuracy, sensitivity:0.98, or cost:5 (cost of a false negative in false positives)',
      operatingRule('--rule'),
    )
    .option('--temperature', 'also fit a temperature to each validation set')
    .option('--platt', 'also fit a temperature and a shift to each validation set')
    .option('--source <set>', "use only one of the data set's own sets, such as train", path('--source'))
    .option(
      '--link <how>',
      'auto: hard links where possible, else copies; hard; copy',
      oneOf('--link', ['auto', 'hard', 'copy']),
    )
    .option('--max-steps <number>', 'end each training after this many steps', wholeNumber('--max-steps', { min: 1 }))
    .option(
      '--checkpoint-minutes <number>',
      'minutes between checkpoints; default: 10',
      numberFromZero('--checkpoint-minutes'),
    )
    .option('--resume', 'continue the cross-validation in the output folder')
    .option('--skip-unreadable', 'leave out images that cannot be read, and report them')
    .addHelpText('after', help);
  addTrainingFlags(command, {
    isRecipeRequired: false,
    recipeNote: 'optional with --resume',
    meanings: { seed: 'the seed of the folds (default: 0) and of every training' },
  });
  addOutputOptions(command).action((data: string, flags: CrossvalFlags) => runCrossval(data, flags));
}

async function runCrossval(data: string, flags: CrossvalFlags): Promise<void> {
  const { json: _json, quiet: _quiet, ...settings } = flags;
  await runCommand(flags, `Continue with:\n  ${resumeCommand()}`, async ({ output, signal }) => {
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
  finished: 'was finished before',
  trained: 'was trained before; its images are classified now',
  begun: 'continues',
  new: 'starts',
};

/** Every line says the fold. */
function watchFold({ fold, folds, state }: FoldStart, output: Output): FoldCallbacks {
  const name = `Fold ${fold}/${folds}`;
  output.note(`${name} ${states[state]}`);
  let lastEpoch = 0;
  return {
    onPrepare: (done, total) => output.progress({ label: `${name}, checking the images`, done, total, unit: 'images' }),
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
      `${flag} must be youden, accuracy, sensitivity:SHARE (such as sensitivity:0.98) or cost:RATIO (such as cost:5), but '${text}' was given`,
    );
  };
}
