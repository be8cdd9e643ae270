/** `pneumoscope dataset get`: downloads and unpacks the chest X-rays. */
import type { Command } from 'commander';
import type { GetDatasetResult } from '../../../data/kermany/archive.ts';
import { formatBytes, formatCount, renderTable } from '../../../base/text.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path, sha256, webAddress } from '../values.ts';

interface GetOptions extends OutputOptions {
  readonly out: string;
  readonly from?: string;
  readonly url?: string;
  readonly sha256?: string;
  readonly encoding?: string;
}

export function registerDatasetGet(dataset: Command): void {
  const command = dataset
    .command('get')
    .description('download the chest X-rays of Kermany et al. (1.2 GB, CC BY 4.0) and unpack them')
    .requiredOption('--out <folder>', 'the output folder', path('--out'))
    .option('--from <file.zip>', 'use this archive instead of downloading one', path('--from'))
    .option('--url <address>', 'download from this address', webAddress('--url'))
    .option('--sha256 <digest>', 'the expected digest of the archive', sha256('--sha256'))
    .option('--encoding <name>', 'of names in the archive that are not marked as UTF-8, such as gbk or shift_jis')
    .addHelpText(
      'after',
      `
The command leaves out system files (__MACOSX, .DS_Store, ._*) and nested second copies.
An interrupted download continues where it stopped. Names that the archive does not mark as UTF-8 are read as UTF-8 where
all of them are valid in it. Otherwise they are read as code page 437, with a warning, or as --encoding says.

Examples:
  $ pneumoscope dataset get --out raw
  $ pneumoscope dataset get --from ChestXRay2017.zip --out raw`,
    );
  addOutputOptions(command).action((options: GetOptions) => {
    const { out, from, url, sha256: digest, encoding } = options;
    const howToGoOn = 'Run the same command again: a download continues where it stopped';
    return runCommand(options, howToGoOn, async ({ output, signal }) => {
      const { getDataset } = await import('../../../data/kermany/archive.ts');
      const result = await getDataset({
        out,
        ...(from !== undefined && { from }),
        ...(url !== undefined && { url }),
        ...(digest !== undefined && { sha256: digest }),
        encoding,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      for (const warning of result.warnings) output.warn(warning);
      output.result(result, () => renderGetResult(result));
      output.note(`\nNext: pneumoscope dataset split ${out} --out data`);
    });
  });
}

function renderGetResult(result: GetDatasetResult): string {
  const { out, archive, download, images, folders, alreadyThere, otherFiles, nestedCopies } = result;
  const got = download === undefined ? '' : ` (${formatBytes(download.bytes)}, SHA-256 ${download.sha256})`;
  const there = alreadyThere === 0 ? '' : `, ${formatCount(alreadyThere)} of them were there already`;
  const leftOut = [
    ...(otherFiles === 0 ? [] : [`${formatCount(otherFiles)} other files`]),
    ...(nestedCopies === 0 ? [] : [`${formatCount(nestedCopies)} images of a nested copy`]),
  ];
  return [
    `${formatCount(images)} images of ${archive}${got} are in ${out}${there}.`,
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.join(', ')}.`]),
    '',
    renderTable(
      [{ title: 'Folder' }, { title: 'Images', align: 'right' }],
      Object.entries(folders).map(([folder, count]) => [folder, formatCount(count)]),
    ),
  ].join('\n');
}
