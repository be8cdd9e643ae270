/** `pneumoscope predict`: what a model says about images. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import { addModelOptions, addOutputOptions, runCommand, type ModelOptions } from '../command.ts';
import { addImageFlags, imageFlagWords, readImageFlags, type ImageFlags } from '../image-flags.ts';
import { addModelWords, findModelWord, modelRule, noteDefaultModel } from '../model-words.ts';
import type { FileAnswer } from '../../../model/use/answer.ts';
import type { Output, OutputOptions } from '../output.ts';

interface PredictOptions extends ModelOptions, OutputOptions, ImageFlags {
  readonly csv?: boolean;
}

export function registerPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('say what a model sees in images. Not for the diagnosis of anyone')
    .option('--csv', 'print comma-separated values with a header line')
    .addHelpText(
      'after',
      `
${modelRule}

For two classes the probability is that of the positive class, and an image is called positive if it lies above the model's threshold.
If calibrate has fitted the model, the probability is the calibrated one, and the threshold is the chosen one. An image whose probability lies
in the model's uncertain band is marked «uncertain» (column and field 'uncertain'). A person should look at it.

Each image has a status (column and field 'status'):
  answered  the model was asked
  refused   the DICOM header speaks against it, or the input guard found no frontal chest X-ray like those the model was trained on; there
            is no answer, and the reason is given
  failed    the file cannot be read (only with --skip-unreadable); the reason is given
Of a file with several pages, such as a TIFF, the first is read. A warning says so, and so does the field 'pages'.
A refused image is a result, not a failure, so the exit code is 0. The guard does not know every wrong image: see the known misses in
docs/input-guard.md.

${imageFlagWords}
--json has what the header says in 'header', with a stable code for each reason, and in 'display' the window that was used.

A name with a terminal's escape codes is printed as \\x1b, and in CSV a name that begins like a formula stands behind an apostrophe.
--json has each name as it is.

Exit code 0: every file has an answer or was refused, or with --skip-unreadable every readable one.
Exit code 1: a file cannot be read; all such files are named, and no answers are printed.

Examples:
  $ pneumoscope predict some-xray.jpeg
  $ pneumoscope predict runs/first/model.onnx image.jpeg
  $ pneumoscope predict runs/first/model.onnx 'images/**/*.png' --csv > answers.csv
  $ pneumoscope predict study.dcm --window 2000,4000
  $ pneumoscope predict runs/first/model.onnx images --skip-unreadable --json | jq '.results[].label'`,
    );
  addModelWords(command, '<path...>', 'image files, folders of them (at any depth), or patterns in quotes');
  addOutputOptions(addModelOptions(addImageFlags(command))).action((words: string[], options: PredictOptions) => {
    const { csv = false, json = false, threads, device, skipUnreadable = false } = options;
    const asked = readImageFlags(options);
    if (csv && json) throw new PneumoscopeError('E_USAGE', 'Only one of --csv and --json can be printed');
    return runCommand(options, 'Run the same command again', async ({ output, signal }) => {
      const [{ loadClassifier }, { describeAnswer, describePages }, { findImages }] = await Promise.all([
        import('../../../model/use/classifier.ts'),
        import('../../../model/use/answer.ts'),
        import('../../../data/folder/find-images.ts'),
      ]);
      const { model, isDefault, rest } = await findModelWord(words);
      const files = await findImages(rest);
      const classifier = await loadClassifier(model, { device, ...(threads === undefined ? {} : { threads }) });
      try {
        noteDefaultModel(output, isDefault, classifier.metadata);
        const { classes, operation, guard } = classifier.metadata;
        if (guard === undefined) {
          output.note(
            "This model has no input guard: it answers whatever it is shown. 'pneumoscope guard' gives it one.",
          );
        }
        const answers = await classifier.classifyFiles(files, {
          ...asked,
          skipUnreadable,
          signal,
          onProgress: (progress) => output.progress(progress),
        });
        for (const answer of answers) {
          const sentence = answer.status === 'failed' ? answer.reason.sentence : describePages(answer, answer.file);
          if (sentence !== undefined) output.warn(sentence);
        }
        noteHeaders(output, answers);
        if (classifier.metadata.provenance.data.synthetic) {
          output.note('This model was trained on synthetic phantoms: its answers about real X-rays mean nothing.');
        }
        const value = {
          model,
          defaultModel: isDefault,
          classNames: classes.names,
          positive: classes.positive,
          threshold: classes.threshold,
          temperature: operation?.temperature ?? 1,
          shift: operation?.shift ?? 0,
          uncertain: operation?.uncertain ?? null,
          results: answers.map((answer) => ({
            file: answer.file,
            ...describeAnswer(answer, classes),
            logits: answer.logits,
          })),
        };
        const { renderCsvAnswers, renderAnswers } = await import('./predict-text.ts');
        output.result(value, () =>
          csv ? renderCsvAnswers(answers, classes) : renderAnswers(answers, classifier.metadata),
        );
      } finally {
        await classifier.close();
      }
    });
  });
}

/** Once for all images: what was not checked of them. */
function noteHeaders(output: Output, answers: readonly FileAnswer[]): void {
  const read = answers.filter(({ status }) => status !== 'failed');
  const ordinary = read.filter(({ header }) => header === null).length;
  if (ordinary === 0) return;
  const which =
    ordinary === read.length
      ? ordinary === 1
        ? 'The image has'
        : 'The images have'
      : `${ordinary} of the images have`;
  output.note(`${which} no DICOM header, so age, body part and view were not checked.`);
}
