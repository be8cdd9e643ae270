/** `pneumoscope dataset check`: what is wrong or odd with a data set, before anything is trained on it. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import { renderCheckResult, renderRestoreResult } from './check-text.ts';
import { addOutputOptions, runCommand, type CommandContext } from '../command.ts';
import { exitCodes } from '../failure.ts';
import type { OutputOptions } from '../output.ts';
import { path } from '../values.ts';

interface CheckCommandOptions extends OutputOptions {
  readonly labels?: string;
  readonly encoding?: string;
  readonly quarantine?: string;
  readonly quarantineDuplicates?: boolean;
  readonly findings?: string;
  readonly restore?: string;
}

export function registerDatasetCheck(dataset: Command): void {
  const command = dataset
    .command('check')
    .description('find broken files, duplicates, and patients in more than one set')
    .argument('<folder>', 'the images: FOLDER/CLASS/..., or FOLDER/{train,test,val}/CLASS/...', path('The folder'))
    .option('--labels <file>', 'CSV with the columns file and label; patient and split are optional', path('--labels'))
    .option('--encoding <name>', 'encoding of the table, such as gbk or windows-1252; default: UTF-8')
    .option('--quarantine <folder>', 'move files that cannot be read to this folder, with a log', path('--quarantine'))
    .option('--quarantine-duplicates', 'also move second copies of identical images there')
    .option('--findings <file>', 'write all findings to this file, one line of JSON per file', path('--findings'))
    .option('--restore <folder>', 'only restore the files of this quarantine', path('--restore'))
    .addHelpText(
      'after',
      `
The check reads every image. It finds:
  - files that cannot be read, are cut short or misnamed;
  - images in two classes or two sets, also near-duplicates;
  - patients in two sets;
  - unusual sizes and modes, and files of several pages.
It also counts the images of each class and set.

The terminal shows the first five of each kind. --json has the first 1,000, and the first 50 of each group of
images. --findings writes all of them. Memory does not grow with the number of images: some 600 bytes of notes per
image go to the folder for temporary files (TMPDIR).

--quarantine moves only files that cannot be read. --quarantine-duplicates also moves second copies of identical
images with one label. It leaves the copy in the test set, or else the first. Nothing is ever overwritten, and
--restore undoes all of it.

Exit code 0: nothing needs a decision; with --restore: all files are restored.
Exit code 1: something needs a decision, or the check failed, which a line 'error E_CODE: ...' says.

Examples:
  $ pneumoscope dataset check data
  $ pneumoscope dataset check images --labels labels.csv
  $ pneumoscope dataset check data --quarantine bad
  $ pneumoscope dataset check data --restore bad
  $ pneumoscope dataset check data --findings found.jsonl
  $ pneumoscope dataset check data --json | jq '.identical[].images[].file'`,
    );
  addOutputOptions(command).action((folder: string, options: CheckCommandOptions) => {
    const { labels, encoding, quarantine, quarantineDuplicates = false, findings, restore } = options;
    const others = [labels, encoding, quarantine, findings, quarantineDuplicates || undefined];
    if (restore !== undefined && others.some((other) => other !== undefined)) {
      throw new PneumoscopeError('E_USAGE', '--restore only moves files back; run the check by itself afterwards');
    }
    if (quarantineDuplicates && quarantine === undefined) {
      throw new PneumoscopeError('E_USAGE', '--quarantine-duplicates needs --quarantine FOLDER to move them to');
    }
    return runCommand(options, 'Run the same command again; what was moved stays in the log', async (context) => {
      if (restore === undefined)
        await check({ folder, labels, encoding, quarantine, quarantineDuplicates, findings }, context);
      else await restoreFrom(folder, restore, context);
    });
  });
}

interface CheckSettings {
  readonly folder: string;
  readonly labels: string | undefined;
  readonly encoding: string | undefined;
  readonly quarantine: string | undefined;
  readonly quarantineDuplicates: boolean;
  readonly findings: string | undefined;
}

async function check(settings: CheckSettings, { output, signal }: CommandContext): Promise<void> {
  const { checkDataset } = await import('../../../study/check/check.ts');
  const result = await checkDataset({ ...settings, signal, onProgress: (progress) => output.progress(progress) });
  output.result(result, () => renderCheckResult(result));
  if (settings.findings !== undefined) output.note(`All findings: ${settings.findings}`);
  if (settings.labels !== undefined && (result.quarantine?.movedCount ?? 0) > 0) {
    output.note(`${settings.labels} still names the moved files; remove their rows.`);
  }
  if (result.needsDecision) process.exitCode = exitCodes.failure;
}

async function restoreFrom(folder: string, quarantine: string, { output, signal }: CommandContext): Promise<void> {
  const { restoreQuarantine } = await import('../../../study/check/quarantine.ts');
  const onProgress = output.progress.bind(output);
  const result = await restoreQuarantine({ folder, quarantine, signal, onProgress });
  output.result(result, () => renderRestoreResult(result));
  if (result.taken.length > 0 || result.lost.length > 0) process.exitCode = exitCodes.failure;
}
