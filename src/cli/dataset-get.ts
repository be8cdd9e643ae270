/** `pneumoscope dataset get`: downloads and unpacks the chest X-rays. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from './command.ts';
import type { OutputOptions } from './output.ts';
import { path, sha256, webAddress } from './values.ts';

interface GetOptions extends OutputOptions {
  readonly out: string;
  readonly from?: string;
  readonly url?: string;
  readonly sha256?: string;
}

export function registerDatasetGet(dataset: Command): void {
  const command = dataset
    .command('get')
    .description('download the chest X-rays of Kermany et al. (1.2 GB, CC BY 4.0) and unpack them')
    .requiredOption('--out <folder>', 'where the images go', path('--out'))
    .option('--from <file.zip>', 'take this archive instead of downloading one', path('--from'))
    .option('--url <address>', 'download from somewhere else', webAddress('--url'))
    .option('--sha256 <digest>', 'the digest that the archive must have', sha256('--sha256'))
    .addHelpText(
      'after',
      `
Litter (__MACOSX, .DS_Store, ._*) and nested second copies are left out.
An interrupted download goes on where it stopped.

Examples:
  $ pneumoscope dataset get --out raw
  $ pneumoscope dataset get --from ChestXRay2017.zip --out raw`,
    );
  addOutputOptions(command).action((options: GetOptions) => {
    const { out, from, url, sha256: digest } = options;
    const howToGoOn = 'Run the same command again: a download goes on where it stopped.';
    return runCommand(options, howToGoOn, async ({ output, signal }) => {
      const { getDataset } = await import('../data/archive.ts');
      const result = await getDataset({
        out,
        ...(from !== undefined && { from }),
        ...(url !== undefined && { url }),
        ...(digest !== undefined && { sha256: digest }),
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      output.result(result, () => String(result));
    });
  });
}
