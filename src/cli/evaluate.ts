/** `pneumoscope evaluate`: the figures of a model on labelled images. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from './command.ts';
import type { OutputOptions } from './output.ts';
import { oneOf, path, wholeNumber } from './values.ts';

interface EvaluateOptions extends OutputOptions {
  readonly out?: string;
  readonly threads?: number;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  readonly skipUnreadable?: boolean;
  readonly force?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure a model on labelled images')
    .argument('<model>', 'a model.onnx that train wrote', path('The model'))
    .argument('<folder>', 'one folder per class; or a split, whose test set is taken', path('The folder'))
    .option('--out <folder>', 'write metrics.json, predictions.csv and the charts there', path('--out'))
    .option(
      '--threads <number>',
      'threads of the network; default: the cores of the machine',
      wholeNumber('--threads', { min: 1, max: 1024 }),
    )
    .option('--device <name>', 'cpu, webgpu or cuda', oneOf('--device', ['cpu', 'webgpu', 'cuda']), 'cpu')
    .option('--skip-unreadable', 'leave files out that cannot be read, and say so')
    .option('--force', 'evaluate also on images that calibrate chose the threshold or temperature on')
    .addHelpText(
      'after',
      `
Loss, accuracy, recall (sensitivity), specificity, precision, F1, area under the ROC curve and the confusion matrix, at the model's own
threshold. Images are taken in file order; nothing is random. What calibrate fitted into the model is used; images that it was fitted on are
refused, because figures from them are too good.

Examples:
  $ pneumoscope evaluate runs/first/model.onnx data/test
  $ pneumoscope evaluate runs/first/model.onnx data --out runs/first/evaluation
  $ pneumoscope evaluate runs/first/model.onnx data/validation --json | jq .metrics.rocAuc`,
    );
  addOutputOptions(command).action((model: string, folder: string, options: EvaluateOptions) => {
    const { out, threads, device, skipUnreadable = false, force } = options;
    return runCommand(options, 'Run the same command again.', async ({ output, signal }) => {
      const [{ loadClassifier }, { evaluateFolder }, { makeOutputFolder, renderEvaluation, writeEvaluation }] =
        await Promise.all([
          import('../classifier/classifier.ts'),
          import('../classifier/evaluate.ts'),
          import('./evaluation-files.ts'),
        ]);
      if (out !== undefined) await makeOutputFolder(out, folder);
      const classifier = await loadClassifier(model, { device, ...(threads === undefined ? {} : { threads }) });
      try {
        const evaluation = await evaluateFolder(classifier, folder, {
          skipUnreadable,
          force,
          signal,
          onProgress: (progress) => output.progress(progress),
        });
        for (const { reason } of evaluation.unreadable) output.warn(reason);
        output.note(
          `Evaluated ${evaluation.folder}${classifier.metadata.provenance.data.synthetic ? ' with a model of synthetic phantoms' : ''}.`,
        );
        const { metrics, classNames, unreadable, imagesFittedOn } = evaluation;
        if (imagesFittedOn > 0) {
          output.warn(
            `${imagesFittedOn} images were used to choose threshold and temperature: the figures are too good.`,
          );
        }
        const { positive } = classifier.metadata.classes;
        const value = { model, folder: evaluation.folder, classNames, positive, metrics, unreadable, imagesFittedOn };
        const failure = out === undefined ? undefined : await writeEvaluation(out, evaluation, value).catch(asError);
        // A disk that fills up must not cost the figures; but with --json there is one document, and that is the error then.
        if (failure instanceof Error && options.json === true) throw failure;
        const written = out === undefined || failure instanceof Error ? '' : `\n\nWritten to ${out}`;
        output.result(value, () => renderEvaluation(evaluation) + written);
        if (failure instanceof Error) throw failure;
      } finally {
        await classifier.close();
      }
    });
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
