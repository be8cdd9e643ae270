/** `pneumoscope dicom`: the group of commands that look at DICOM files and make other files of them. */
import type { Command } from 'commander';
import { registerDicomAnonymise } from './dicom-anonymise.ts';
import { registerDicomConvert } from './dicom-convert.ts';
import { registerDicomInfo } from './dicom-info.ts';

export function registerDicom(program: Command): void {
  const dicom = program
    .command('dicom')
    .description('look at DICOM files, convert them to PNG, and take the names out of them')
    .helpCommand(false);
  registerDicomInfo(dicom);
  registerDicomConvert(dicom);
  registerDicomAnonymise(dicom);
}
