/** `pneumoscope ensemble`: several models as one file, or one that also looks at mirror images. */
import type { Command } from 'commander';
import type { EnsembleOptions } from '../../../model/edit/ensemble.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import { toModelFile } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';
import { path, positiveNumbers } from '../values.ts';

interface Options extends OutputOptions, EnsembleOptions {
  readonly out: string;
}

export function registerEnsemble(program: Command): void {
  const command = program
    .command('ensemble')
    .description('combine several models into one file that averages their answers')
    .argument('<model...>', 'model files, or folders that train wrote', (text: string, before?: readonly string[]) => [
      ...(before ?? []),
      path('The model')(text),
    ])
    .requiredOption('--out <file>', 'the model file to write', path('--out'))
    .option(
      '--weights <numbers>',
      'weight of each model, such as 2,1,1; default: all equal',
      positiveNumbers('--weights'),
    )
    .option('--flip', 'also average with the mirror image: twice the computation, the same weights')
    .addHelpText(
      'after',
      `
The file is a model like any other. predict, evaluate, calibrate, explain and report read it, and so does every ONNX
runtime. It holds all networks and costs as much as all of them. The logits (log-odds) are averaged, so logit and
probability belong together, as in one network. The models must have the same classes in the same order, the same
last layer and the same preprocessing.

The calibration of the models is not carried over: run calibrate on the new file. The file records the images of
that calibration, and evaluate refuses them.

Examples:
  $ pneumoscope ensemble runs/a runs/b runs/c --out three.onnx
  $ pneumoscope ensemble a.onnx b.onnx --weights 2,1 --flip --out both.onnx
  $ pneumoscope ensemble model.onnx --flip --out flip.onnx --json | jq .ensemble.members`,
    );
  addOutputOptions(command).action((words: string[], options: Options) =>
    runCommand(options, 'Nothing was written; run the same command again', async ({ output }) => {
      const { createEnsemble } = await import('../../../model/edit/ensemble.ts');
      const models = await Promise.all(words.map(async (word) => (await toModelFile(word)) ?? word));
      const { warnings, metadata: _metadata, ...result } = await createEnsemble(models, options.out, options);
      for (const sentence of warnings) output.warn(sentence);
      const { formatBytes, formatFigure, renderTable } = await import('../../../base/text.ts');
      output.result({ ...result, warnings }, () => {
        const { flip, members } = result.ensemble;
        const table = renderTable(
          [{ title: 'Model' }, { title: 'Share', align: 'right' }, { title: 'SHA-256' }],
          members.map(({ share, sha256 }, index) => [
            models[index] as string,
            formatFigure(share),
            sha256.slice(0, 16),
          ]),
        );
        const mirror = flip ? ' Each also looks at the mirror image.' : '';
        return `${table}\n\n${formatBytes(result.bytes)}.${mirror}\n\nWritten to ${result.file}`;
      });
    }),
  );
}
