/** Reads the headers of DICOM files one after the other, and asks the gate about each. */
import { throwIfInterrupted, type TaskOptions } from '../../../base/tasks.ts';
import { describeDicom, type DicomDescription } from '../../../imaging/decode/dicom/describe-dicom.ts';
import { readImageFile } from '../../../imaging/decode/read-image-file.ts';
import { orUnreadable, UnreadableImagesError, type UnreadableImage } from '../../../imaging/decode/unreadable-image.ts';
import type { HeaderGateOptions } from '../../../model/gate/header-gate.ts';
import { reportHeader, type HeaderReport } from '../../../model/gate/header-report.ts';

export interface InspectedFile {
  readonly file: string;
  readonly description: DicomDescription;
  readonly header: HeaderReport;
}

/** @throws UnreadableImagesError that names all files that cannot be read, unless these are skipped */
export async function inspectDicomFiles(
  files: readonly string[],
  gate: HeaderGateOptions,
  { skipUnreadable, signal, onProgress }: TaskOptions & { readonly skipUnreadable: boolean },
): Promise<{ readonly read: readonly InspectedFile[]; readonly unreadable: readonly UnreadableImage[] }> {
  const read: InspectedFile[] = [];
  const unreadable: UnreadableImage[] = [];
  for (const file of files) {
    throwIfInterrupted(signal);
    const found = await orUnreadable(file, inspect(file, gate));
    if ('reason' in found) unreadable.push(found);
    else read.push(found);
    onProgress?.({ label: 'Reading', done: read.length + unreadable.length, total: files.length, unit: 'files' });
  }
  if (unreadable.length > 0 && !skipUnreadable) throw new UnreadableImagesError(unreadable, files.length);
  return { read, unreadable };
}

async function inspect(file: string, gate: HeaderGateOptions): Promise<InspectedFile> {
  const description = describeDicom(await readImageFile(file), file);
  return { file, description, header: reportHeader(description.facts, gate) };
}
