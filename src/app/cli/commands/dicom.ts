/** `pneumoscope dicom`: the group of commands that look at DICOM files and make other files of them. */
import type { Command } from 'commander';
import { registerDicomConvert } from './dicom-convert.ts';
import { registerDicomInfo } from './dicom-info.ts';

export function registerDicom(program: Command): void {
  const dicom = program.command('dicom').description('look at DICOM files, and convert them to PNG').helpCommand(false);
  registerDicomInfo(dicom);
  registerDicomConvert(dicom);
}
