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
    .description('fit an input guard that refuses images unlike the training images')
    .argument('<model>', 'a model.onnx that train wrote', path('The model'))
    .argument('<data>', 'the split that it was trained on, with train and validation', path('The data folder'))
    .option('--out <file>', 'write the model to this file instead of its own', path('--out'))
    .option('--seed <number>', 'the same seed gives the same guard', wholeNumber('--seed', { min: 0 }), 0)
    .option('--skip-unreadable', 'leave out files that cannot be read, and report them')
    .addHelpText(
      'after',
      `
A network gives an answer for any image, also for a photo or an X-ray on its side. The guard knows what the
training images have in common, and refuses images far from that. Its two thresholds are chosen on the validation
images: about 1 in 200 is refused, and 1 in 50 flagged.

'train' fits a guard by default. This command is for models that have none. It does not run the network.
docs/input-guard.md explains what the guard detects and misses.

Examples:
  $ pneumoscope guard runs/first/model.onnx data
  $ pneumoscope guard runs/first/model.onnx data --out guarded.onnx --json | jq .thresholds`,
    );
  addOutputOptions(command).action((model: string, data: string, options: GuardOptions) =>
    runCommand(options, 'Nothing was written; run the same command again', async ({ output, signal }) => {
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
