/** `pneumoscope dataset audit`: can the label be guessed without looking at the lungs? */
import type { Command } from 'commander';
import type { AuditResult } from '../../../study/audit/audit-result.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path, wholeNumber } from '../values.ts';

interface AuditCommandOptions extends OutputOptions {
  readonly labels?: string;
  readonly encoding?: string;
  readonly html?: string;
  readonly size: number;
  readonly seed: number;
  readonly folds: number;
  readonly bootstrap: number;
  readonly positive?: string;
  readonly maxImages: number;
}

export function registerDatasetAudit(dataset: Command): void {
  const command = dataset
    .command('audit')
    .description('measure how well the label can be predicted without the lungs')
    .argument('<folder>', 'the images: FOLDER/CLASS/..., or FOLDER/{train,test,val}/CLASS/...', path('The folder'))
    .option('--labels <file>', 'CSV with the columns file and label; patient and split are optional', path('--labels'))
    .option('--encoding <name>', 'encoding of the table, such as gbk or windows-1252; default: UTF-8')
    .option('--html <file>', 'write a self-contained page to this file', path('--html'))
    .option(
      '--size <pixels>',
      'width and height of the prepared image',
      wholeNumber('--size', { min: 32, max: 1024 }),
      256,
    )
    .option('--seed <number>', 'seed of folds, intervals and sample', wholeNumber('--seed', { min: 0 }), 0)
    .option('--folds <number>', 'number of cross-validation folds', wholeNumber('--folds', { min: 2, max: 100 }), 5)
    .option(
      '--bootstrap <number>',
      'draws of patients for the intervals',
      wholeNumber('--bootstrap', { min: 100, max: 100_000 }),
      1000,
    )
    .option(
      '--positive <class>',
      'the class to compare with all others; default: the last in order that does not mean healthy',
    )
    .option(
      '--max-images <number>',
      'above this number, a random sample of whole patients is used',
      wholeNumber('--max-images', { min: 10, max: 10_000_000 }),
      10_000,
    )
    .addHelpText(
      'after',
      `
The audit tests each property of a file (its metadata) and each simple figure of the prepared pixels: border,
corners, sharpness, grey levels. It measures how well that property alone separates the classes, on patients that
were not used for the fit. It repeats this for each preprocessing option. Every file is read once.

The exit code is 0 whatever the audit finds: a leak is a result, not a failure.

Examples:
  $ pneumoscope dataset audit raw/chest_xray/train
  $ pneumoscope dataset audit data --html audit.html
  $ pneumoscope dataset audit data --json | jq '.features[] | select(.verdict == "strong") | .title'`,
    );
  addOutputOptions(command).action((folder: string, options: AuditCommandOptions) => {
    return runCommand(options, 'Run the same command again', async ({ output, signal }) => {
      const { labels, encoding, html, size, seed, folds, bootstrap, positive, maxImages } = options;
      const [{ auditDataset }, { renderAudit }] = await Promise.all([
        import('../../../study/audit/audit.ts'),
        import('../../../study/audit/audit-text.ts'),
      ]);
      const result = await auditDataset({
        folder,
        labels,
        encoding,
        size,
        seed,
        folds,
        bootstrap,
        positive,
        maxImages,
        signal,
        onProgress: (progress) => output.progress(progress),
      });
      for (const { reason } of result.unreadable) output.warn(reason);
      const failure = html === undefined ? undefined : await writePage(html, result).catch(asError);
      // A disk that fills up must not cost the figures; but with --json there is one document, and that is the error then.
      if (failure instanceof Error && options.json === true) throw failure;
      const written = html === undefined || failure instanceof Error ? '' : `\n\nWritten to ${html}`;
      output.result(result, () => renderAudit(result) + written);
      if (failure instanceof Error) throw failure;
    });
  });
}

async function writePage(file: string, result: AuditResult): Promise<void> {
  const [{ renderAuditPage }, { writeFileWhole }] = await Promise.all([
    import('../../../study/audit/audit-page.ts'),
    import('../../../base/files/write-file.ts'),
  ]);
  await writeFileWhole(file, await renderAuditPage(result));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
