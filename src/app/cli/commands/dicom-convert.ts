/** `pneumoscope dicom convert`: the pixels of a DICOM file as a screen shows them, as a PNG. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import { addDisplayFlags, readDisplayFlags, type ImageFlags } from '../image-flags.ts';
import type { OutputOptions } from '../output.ts';
import { checkNewFile } from './check-new-file.ts';
import { path } from '../values.ts';

interface ConvertOptions extends OutputOptions, Pick<ImageFlags, 'voi' | 'window'> {
  readonly overwrite?: boolean;
}

export function registerDicomConvert(dicom: Command): void {
  const command = dicom
    .command('convert')
    .description('write the pixels of a DICOM file as predict sees them, as a grey PNG of 8 bits')
    .argument('<in>', 'a DICOM file', path('<in>'))
    .argument('<out>', 'the PNG file to write', path('<out>'))
    .option('--overwrite', 'replace a file that has the name of <out>');
  addDisplayFlags(command).addHelpText(
    'after',
    `
predict of the PNG gives the probability of predict of the DICOM file, to the last bit. The PNG has no header: neither a name nor an
age is in it, so predict cannot ask about age, body part and view. Words that stand in the pixels stay there.

Exit code 1: <in> cannot be read or is not DICOM, or the disk refuses <out>; then nothing is written.
Exit code 2: <out> exists, is <in>, or does not end in .png.

Examples:
  $ pneumoscope dicom convert study.dcm study.png
  $ pneumoscope dicom convert study.dcm bones.png --window 2000,4000
  $ pneumoscope dicom convert study.dcm study.png --voi 2 --overwrite`,
  );
  addOutputOptions(command).action((file: string, out: string, options: ConvertOptions) => {
    const display = readDisplayFlags(options);
    return runCommand(options, 'Run the same command again', async ({ output }) => {
      const [{ decodeImage }, { readImageFile }, { noDicom }, { paintGrays }, { writeFileWhole }] = await Promise.all([
        import('../../../imaging/decode/decode.ts'),
        import('../../../imaging/decode/read-image-file.ts'),
        import('../../../imaging/decode/dicom/describe-dicom.ts'),
        import('../../../study/charts/picture-grid.ts'),
        import('../../../base/files/write-file.ts'),
      ]);
      if (!/\.png$/i.test(out)) {
        throw new PneumoscopeError('E_USAGE', `${out} is the file to write, whose name must end in .png`);
      }
      await checkNewFile(out, { from: file, overwrite: options.overwrite === true });
      const image = await decodeImage(await readImageFile(file), file, { display });
      const { facts, width, height } = image;
      if (facts === null) throw noDicom(file);
      await writeFileWhole(out, await paintGrays(image.data, width));
      if (facts.hasBurnedInWords) output.warn(`${file} says that words stand in its pixels, and so they do in ${out}`);
      const shown = image.display ?? 'as stored';
      output.result(
        { file, out, width, height, display: shown },
        () => `${out}: ${width} x ${height} pixels, ${shown}`,
      );
    });
  });
}
