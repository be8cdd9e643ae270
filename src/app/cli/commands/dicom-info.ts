/** `pneumoscope dicom info`: what DICOM files say of their pixels and patients, and whether a model may be asked about them. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from '../command.ts';
import type { OutputOptions } from '../output.ts';
import { path } from '../values.ts';

interface InfoOptions extends OutputOptions {
  readonly model?: string;
  readonly allowUnknownAge?: boolean;
  readonly skipUnreadable?: boolean;
}

export function registerDicomInfo(dicom: Command): void {
  const command = dicom
    .command('info')
    .description('say how DICOM files are shown, and whether their headers let a model be asked')
    .argument('<path...>', 'DICOM files, folders of them (at any depth), or patterns in quotes')
    .option('--model <file>', 'whose patients count; default: the model of this package', path('--model'))
    .option('--allow-unknown-age', 'let files pass that do not say the age, as predict does with this flag')
    .option('--skip-unreadable', 'leave out files that cannot be read or are not DICOM, and report them')
    .addHelpText(
      'after',
      `
The header is read, and no pixel is decoded: damage within the pixels shows in predict and dicom convert.
Of folders, files with the names of images are taken, such as .dcm. A file without such a name is named itself, or by a pattern.

No name, number or UID of a patient, study or image is printed. What is free text, such as a body part, is printed as it is.

--voi of predict counts the VOI LUTs and windows in the order that is printed here.
--json has for each file the same in fields, and under 'header' the verdict with its stable codes: see docs/dicom.md.

Exit code 0: every file was read, whatever its verdict, or with --skip-unreadable every readable one.
Exit code 1: a file cannot be read or is not DICOM; all such files are named, and nothing else is printed.

Examples:
  $ pneumoscope dicom info study.dcm
  $ pneumoscope dicom info 'studies/**/*' --skip-unreadable --json | jq '.files[].header.reason.code'
  $ pneumoscope dicom info study.dcm --model runs/first/model.onnx`,
    );
  addOutputOptions(command).action((places: readonly string[], options: InfoOptions) =>
    runCommand(options, 'Run the same command again', async ({ output, signal }) => {
      const { model: word, allowUnknownAge, skipUnreadable = false } = options;
      const [
        { findImages },
        { readModelMetadata },
        { defaultModelPath },
        { toModelFile },
        { inspectDicomFiles },
        text,
      ] = await Promise.all([
        import('../../../data/folder/find-images.ts'),
        import('../../../model/use/classifier.ts'),
        import('../../../model/file/default-model.ts'),
        import('../model-words.ts'),
        import('./inspect-dicom-files.ts'),
        import('./dicom-info-text.ts'),
      ]);
      const model = word === undefined ? defaultModelPath() : ((await toModelFile(word)) ?? word);
      const ages = (await readModelMetadata(model)).statement?.ages ?? null;
      const files = await findImages(places);
      const { read, unreadable } = await inspectDicomFiles(
        files,
        { ages, allowUnknownAge },
        { skipUnreadable, signal, onProgress: (progress) => output.progress(progress) },
      );
      for (const { reason } of unreadable) output.warn(reason);
      output.result({ model, ages, files: read.map(text.toFields), unreadable }, () =>
        text.renderDicomFiles(read, unreadable.length),
      );
    }),
  );
}
