/** All that a check found, as lines of JSON: a result holds the first of each list. */
import { writeFileWhole } from '../../base/files/write-file.ts';
import { listPatientsInSeveralSplits } from './balance.ts';
import { listBlank, listMisnamed, listPaged, listUnreadable } from './check-lists.ts';
import type { CheckResult, FindingKind } from './check-result.ts';
import { listGroupedImages, type GroupSort } from './duplicates.ts';
import { listHiddenImages, listOtherFiles } from './hidden-images.ts';
import type { ImageCatalogue } from '../records/image-catalogue.ts';
import { listFilesOfMode } from './modes.ts';
import { listSizeOutliers } from './outliers.ts';

/** What was found, and about which file, patient, class or folder; the other fields are those of the result's lists. */
type FindingLine = { readonly finding: FindingKind } & Readonly<Record<string, unknown>>;

/** Bytes that are written at a time. */
const chunkSize = 1 << 16;

/**
 * Files that were moved aside are among the lines: where they are now stands in the log of the quarantine.
 *
 * @throws PneumoscopeError E_DISK
 */
export async function writeFindings(
  file: string,
  catalogue: ImageCatalogue,
  found: Pick<CheckResult, 'emptyClasses' | 'modes'>,
): Promise<void> {
  await writeFileWhole(file, toChunks(listLines(catalogue, found)));
}

function* toChunks(lines: Iterable<FindingLine>): Generator<Uint8Array> {
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < chunkSize) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

function* listLines(
  catalogue: ImageCatalogue,
  { emptyClasses, modes }: Pick<CheckResult, 'emptyClasses' | 'modes'>,
): Generator<FindingLine> {
  const { database } = catalogue;
  for (const one of listUnreadable(catalogue)) yield { finding: 'unreadable', ...one };
  for (const one of catalogue.unreadableFolders()) yield { finding: 'unreadable-folders', ...one };
  yield* listGroupLines(catalogue, 'identical');
  yield* listGroupLines(catalogue, 'similar');
  for (const one of listPatientsInSeveralSplits(catalogue)) yield { finding: 'patients-across-splits', ...one };
  for (const one of emptyClasses) yield { finding: 'empty-classes', ...one };
  for (const one of listMisnamed(catalogue)) yield { finding: 'misnamed', ...one };
  for (const one of listHiddenImages(catalogue)) yield { finding: 'hidden', ...one };
  for (const file of listBlank(catalogue)) yield { finding: 'blank', file };
  for (const one of listPaged(catalogue)) yield { finding: 'several-pages', ...one };
  for (const { channels, bitsPerChannel } of modes.slice(1)) {
    for (const file of listFilesOfMode(database, channels, bitsPerChannel)) {
      yield { finding: 'mixed-modes', file, channels, bitsPerChannel };
    }
  }
  for (const one of listSizeOutliers(database)) yield { finding: 'size-outliers', ...one };
  for (const file of catalogue.filesWithoutPatient()) yield { finding: 'patients-unknown', file };
  for (const file of listOtherFiles(catalogue)) yield { finding: 'left-out', file };
}

function* listGroupLines({ database }: ImageCatalogue, sort: GroupSort): Generator<FindingLine> {
  for (const one of listGroupedImages(database, sort)) {
    const where = one.severalLabels ? '-with-two-labels' : one.crossesSplits ? '-across-splits' : '';
    yield { finding: `${sort}${where}`, ...one };
  }
}
