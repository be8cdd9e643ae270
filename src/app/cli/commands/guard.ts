/** `pneumoscope guard`: an input guard for a model file that has none, or another one. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path, wholeNumber } from '../values.ts';

interface GuardOptions extends OutputOptions {
  readonly out?: string;
  readonly seed: number;
  readonly skipUnreadable?: boolean;
}

export function registerGuard(program: Command): void {
  const command = program
    .command('guard')
    .description('teach a model which images are none of its business, and write that into its file')
    .argument('<model>', 'a model.onnx that train wrote', path('The model'))
    .argument('<data>', 'the split it was trained on, with train and validation in it', path('The data folder'))
    .option('--out <file>', 'write the model there instead of into its own file', path('--out'))
    .option('--seed <number>', 'the same seed gives the same guard', wholeNumber('--seed', { min: 0 }), 0)
    .option('--skip-unreadable', 'leave files out that cannot be read, and say so')
    .addHelpText(
      'after',
      `
A network has an answer for everything, a photo or an X-ray on its side too. The guard knows what the training images have in common and
refuses what is far from that; its two thresholds are chosen on the validation images, so that about 1 in 200 is refused and 1 in 50 flagged.
'train' makes one by itself; this command is for models that have none, and needs no network. docs/input-guard.md tells what it sees.

Examples:
  $ pneumoscope guard runs/first/model.onnx data
  $ pneumoscope guard runs/first/model.onnx data --out guarded.onnx --json | jq .thresholds`,
    );
  addOutputOptions(command).action((model: string, data: string, options: GuardOptions) =>
    runCommand(options, 'Nothing was written; run the same command again.', async ({ output, signal }) => {
      const [{ fitModelGuard, writeModelGuard }, { checkOutputFile }] = await Promise.all([
        import('../../../model/edit/model-guard.ts'),
        import('./evaluation-files.ts'),
      ]);
      const { out, seed, skipUnreadable } = options;
      await checkOutputFile(out ?? model);
      const { guard, unreadable } = await fitModelGuard(model, data, {
        seed,
        skipUnreadable,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      for (const { reason } of unreadable) output.warn(reason);
      const written = await writeModelGuard(model, guard, out);
      const { thresholds, fittedOn } = guard;
      output.result({ model, written, thresholds, fittedOn, unreadable }, () =>
        [
          `Fitted on ${fittedOn.train} training images; thresholds from ${fittedOn.validation} validation images.`,
          `Images are flagged above a score of ${thresholds.flag.toFixed(3)} and refused above ${thresholds.refuse.toFixed(3)}.`,
          `Written to ${written}`,
        ].join('\n'),
      );
    }),
  );
}
