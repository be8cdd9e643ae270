/** `pneumoscope compress`: half the model file, and what that does to the answers. */
import type { Command } from 'commander';
import { addDeviceOptions, addOutputOptions, runCommand, type ModelOptions } from '../command.ts';
import { toModelFile } from '../model-words.ts';
import type { OutputOptions } from '../output.ts';
import { path } from '../values.ts';

interface CompressOptions extends Omit<ModelOptions, 'skipUnreadable'>, OutputOptions {
  readonly out: string;
  readonly images?: readonly string[];
  readonly licence?: string;
}

export function registerCompress(program: Command): void {
  const command = program
    .command('compress')
    .description('write a model with float16 weights: half the file, at the same speed')
    .argument('<model>', 'a model.onnx that train wrote, or its folder', path('The model'))
    .requiredOption('--out <file>', 'the model file to write', path('--out'))
    .option('--images <path...>', 'compare the answers on these files, folders or patterns; default: 32 phantoms')
    .option('--licence <name>', 'licence of the weights to write into the file, such as CC-BY-4.0')
    .addHelpText(
      'after',
      `
Filters and matrices are rounded to float16: 11 bits instead of 24. A runtime converts them to float32 when it
loads the file. So neither speed nor memory changes. Everything else stays, including the calibration.

The command then runs both models on the same images and prints the largest change of a probability. It refuses a
weight beyond 65504, the limit of float16. A model at --out is replaced only when all that went well.

Examples:
  $ pneumoscope compress runs/first/model.onnx --out small.onnx
  $ pneumoscope compress runs/first/model.onnx --out small.onnx --images data/validation
  $ pneumoscope compress model.onnx --out small.onnx --json | jq .change.probability`,
    );
  addOutputOptions(addDeviceOptions(command)).action((word: string, options: CompressOptions) =>
    runCommand(options, 'Run the same command again', async ({ output, signal }) => {
      const [{ compressModel }, { findImages }] = await Promise.all([
        import('../../../model/edit/compress.ts'),
        import('../../../data/folder/find-images.ts'),
      ]);
      const { device, threads, licence } = options;
      const images = options.images === undefined ? undefined : await findImages(options.images);
      const result = await compressModel((await toModelFile(word)) ?? word, options.out, {
        device,
        images,
        licence,
        signal,
        ...(threads === undefined ? {} : { threads }),
        onProgress: (progress) => output.progress(progress),
      });
      const { formatBytes } = await import('../../../base/text.ts');
      output.result(result, () => {
        const { bytes, change, file } = result;
        const compared = change.drawn
          ? `${change.images} drawn phantoms`
          : change.images === 1
            ? 'one image'
            : `${change.images} images`;
        const share = ((100 * bytes.after) / bytes.before).toFixed(1);
        return `${formatBytes(bytes.before)} became ${formatBytes(bytes.after)} (${share} %).
On ${compared} the largest change of a probability is ${change.probability.toExponential(1)}, of a logit ${change.logit.toExponential(1)}; ${change.labels === 1 ? 'one answer' : `${change.labels} answers`} changed.

Written to ${file}`;
      });
    }),
  );
}
