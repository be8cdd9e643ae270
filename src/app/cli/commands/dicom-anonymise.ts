/** `pneumoscope dicom anonymise`: a DICOM file with the same pixels that says nothing of who is on it. */
import type { Command } from 'commander';
import { addOutputOptions, runCommand } from '../command.ts';
import type { Output, OutputOptions } from '../output.ts';
import { path } from '../values.ts';
import { checkNewFile } from './check-new-file.ts';

interface AnonymiseOptions extends OutputOptions {
  readonly key?: string;
  readonly overwrite?: boolean;
}

export function registerDicomAnonymise(dicom: Command): void {
  const command = dicom
    .command('anonymise')
    .description('write a DICOM file with the same pixels, without what names the patient, the study or the hospital')
    .argument('<in>', 'a DICOM file', path('<in>'))
    .argument('<out>', 'the DICOM file to write', path('<out>'))
    .option('--key <file>', 'a secret of at least 16 bytes; default: a new one, which is not kept', path('--key'))
    .option('--overwrite', 'replace a file that has the name of <out>')
    .addHelpText(
      'after',
      `
Only what is on a list is kept: what shows the pixels, modality, body part, view, orientation, age, sex, and that it was compressed with loss.
Names, dates, numbers, free text, private attributes and all else are dropped. An age of 90 years or more becomes 90.
docs/dicom.md has the list.

UIDs and the patient's ID are replaced. With the same --key the same becomes the same, so that images of one study and patient stay together.
Anyone who has the key can tell whether an ID belongs to a file. Keep it secret, or throw it away.

Pixels stay as they are. Words that stand in them stay too. A warning says so if the header says that there are some; many headers
say nothing. Look at each image before you give it away.

Exit code 1: <in> cannot be read, is not DICOM or no grey image, or the disk refuses <out>; then nothing is written.
Exit code 2: <out> exists or is <in>, or the key is too short.

Examples:
  $ openssl rand -hex 32 > secret.key
  $ pneumoscope dicom anonymise study.dcm anonymous.dcm --key secret.key
  $ pneumoscope dicom info anonymous.dcm`,
    );
  addOutputOptions(command).action((file: string, out: string, options: AnonymiseOptions) =>
    runCommand(options, 'Run the same command again', ({ output }) => anonymise(file, out, options, output)),
  );
}

async function anonymise(file: string, out: string, options: AnonymiseOptions, output: Output): Promise<void> {
  const [{ anonymiseImage }, { readImageFile }, { writeFileWhole }] = await Promise.all([
    import('../../../imaging/decode/dicom/anonymise-image.ts'),
    import('../../../imaging/decode/read-image-file.ts'),
    import('../../../base/files/write-file.ts'),
  ]);
  await checkNewFile(out, { from: file, overwrite: options.overwrite === true });
  const key = await readKey(options.key);
  const { bytes, warnings } = anonymiseImage(await readImageFile(file), file, key);
  await writeFileWhole(out, bytes);
  for (const warning of warnings) output.warn(`${out}: ${warning.sentence}`);
  output.result(
    { file, out, bytes: bytes.length, warnings },
    () => `Written to ${out}; look at its pixels before you give it away`,
  );
}

const leastKeyBytes = 16;

/** @throws PneumoscopeError E_NOT_FOUND; E_USAGE */
async function readKey(file: string | undefined): Promise<Uint8Array> {
  const [{ randomBytes }, { readFile, stat }, { refuse }] = await Promise.all([
    import('node:crypto'),
    import('node:fs/promises'),
    import('../../../base/errors.ts'),
  ]);
  if (file === undefined) return randomBytes(32);
  const missing = `The key ${file} does not exist; make one with: openssl rand -hex 32`;
  const entry = await stat(file).catch((error: unknown) => refuse('E_NOT_FOUND', missing, error));
  if (!entry.isFile()) refuse('E_USAGE', `The key ${file} is no file`);
  const key = await readFile(file).catch((error: unknown) =>
    refuse('E_USAGE', `The key ${file} cannot be read`, error),
  );
  if (key.length >= leastKeyBytes) return key;
  return refuse('E_USAGE', `The key ${file} has ${key.length} bytes, where at least ${leastKeyBytes} are needed`);
}
