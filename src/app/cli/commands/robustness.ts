/** `pneumoscope robustness`: do a model's answers hold when the same X-rays come in another form? */
import type { Command } from 'commander';
import type { Robustness } from '../../../study/evaluate/robustness.ts';
import { formatFigure, formatPercent, formatProbability, renderFields, renderTable } from '../../../base/text.ts';
import { addModelOptions, addOutputOptions, runCommand, type CommandContext, type ModelOptions } from '../command.ts';
import { addModelWords, findModelAndFolder, modelRule, noteDefaultModel } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';

interface RobustnessOptions extends ModelOptions, OutputOptions {
  readonly force?: boolean;
}

export function registerRobustness(program: Command): void {
  const command = program
    .command('robustness')
    .description('measure a model on the same X-rays in fifteen other forms')
    .option('--force', 'also measure on images that calibrate was fitted on')
    .addHelpText(
      'after',
      `
Each image is classified unchanged and in fifteen other forms: two JPEG qualities, two gammas, two contrasts, blur,
noise, a reduction to 112 pixels, two crops, a black frame, two small rotations, mirrored. Other hospitals may
deliver X-rays in such forms. None of them changes what a doctor sees, so none should change an answer.

For each form the table has:
  - the figures at the model's own threshold;
  - the ROC AUC when only one of the two classes is in that form. It falls for a model that uses sharpness or
    compression instead of lungs;
  - the mean change of the probability;
  - the share of answers that change.

${modelRule}

Examples:
  $ pneumoscope robustness runs/first/model.onnx data
  $ pneumoscope robustness runs/first/model.onnx data/test --json | jq '.rows[] | {name, rocAuc, meanChange}'`,
    );
  addModelWords(command, '<folder>', 'one folder per class; or a split, whose test set is used');
  addOutputOptions(addModelOptions(command)).action((words: string[], options: RobustnessOptions) =>
    runCommand(options, 'Run the same command again', (context) => robustness(words, options, context)),
  );
}

async function robustness(
  words: readonly string[],
  { threads, device, skipUnreadable = false, force }: RobustnessOptions,
  { output, signal }: CommandContext,
): Promise<void> {
  const { model, isDefault, folder } = await findModelAndFolder(words, 'a folder of labelled images');
  const [{ loadClassifier }, { measureRobustness }] = await Promise.all([
    import('../../../model/use/classifier.ts'),
    import('../../../study/evaluate/robustness.ts'),
  ]);
  await using classifier = await loadClassifier(model, { device, ...(threads === undefined ? {} : { threads }) });
  noteDefaultModel(output, isDefault, classifier.metadata);
  const onProgress = output.progress.bind(output);
  const result = await measureRobustness(classifier, folder, { skipUnreadable, force, signal, onProgress });
  for (const { reason } of result.unreadable) output.warn(reason);
  output.result({ model, ...result }, () => renderRobustness(result));
}

function renderRobustness({ folder, classNames, images, threshold, rows }: Robustness): string {
  const share = (value: number | null): string => (value === null ? '–' : formatPercent(value));
  const area = (value: number | null): string => (value === null ? '–' : formatFigure(value));
  return [
    renderFields([
      ['Folder', folder],
      ['Images', String(images)],
      ['Threshold', formatProbability(threshold)],
    ]),
    renderTable(
      [
        { title: 'Form' },
        { title: 'AUC', align: 'right' },
        { title: 'Accuracy', align: 'right' },
        { title: 'Sensitivity', align: 'right' },
        { title: 'Specificity', align: 'right' },
        ...classNames.map((name) => ({ title: `AUC, ${name} only`, align: 'right' as const })),
        { title: 'Mean change', align: 'right' },
        { title: 'Other answers', align: 'right' },
      ],
      rows.map((row, index) => [
        row.name,
        area(row.rocAuc),
        ...[row.accuracy, row.sensitivity, row.specificity].map(share),
        // There is nothing to compare the images themselves with.
        ...(index === 0
          ? ['', '', '', '']
          : [
              area(row.rocAucNegativesOnly),
              area(row.rocAucPositivesOnly),
              formatFigure(row.meanChange),
              share(row.flipped),
            ]),
      ]),
    ),
    'AUC, one class only: the images of that class are in this form, the others unchanged.\nMean change: of the probability. Other answers: share of images with another answer.',
  ].join('\n\n');
}
