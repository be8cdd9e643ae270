/** What a quarantine takes: files that are bad by themselves and, where that is wanted, second copies. */
import type { ImageCatalogue } from '../records/image-catalogue.ts';
import { bySeverity } from './duplicates.ts';
import type { BadFile } from './quarantine.ts';
import type { UnreadableKind } from './scan-images.ts';
import type { WorkDatabase } from '../records/work-database.ts';

export interface NumberedFile extends BadFile {
  /** in the catalogue */
  readonly id: number;
}

/** What is gone cannot be moved, and a file that nobody may open is not a bad one. */
const stayingKinds: readonly UnreadableKind[] = ['missing', 'inaccessible'];

const unreadable = `FROM unreadable JOIN images USING (id) WHERE kind NOT IN (${stayingKinds.map(() => '?').join(', ')})`;
/** Which label is right nobody knows, so groups with two are left alone. */
const copied = "FROM groups WHERE sort = 'identical' AND severalLabels = 0";

/** The unreadable by name, then second copies group by group. */
export function* listBadFiles({ database }: ImageCatalogue, withCopies: boolean): Generator<NumberedFile> {
  const sql = `SELECT id, file, reason ${unreadable} ORDER BY file`;
  for (const row of database.rows<NumberedFile>(sql, ...stayingKinds)) yield row;
  if (withCopies) yield* listSecondCopies(database);
}

export function countBadFiles({ database }: ImageCatalogue, withCopies: boolean): number {
  const copies = withCopies ? database.number(`SELECT COALESCE(SUM(size - 1), 0) ${copied}`) : 0;
  return copies + database.number(`SELECT COUNT(*) ${unreadable}`, ...stayingKinds);
}

/**
 * All but one of a group of identical images. The one that stays is the first of the last split: figures on a test set stay comparable
 * when its copies in the training set go.
 */
function* listSecondCopies(database: WorkDatabase): Generator<NumberedFile> {
  const members = `
    SELECT id, file FROM members JOIN images USING (id) JOIN split_order USING (split)
    WHERE sort = 'identical' AND first = ? ORDER BY place DESC, id
  `;
  for (const { first } of database.rows<{ first: number }>(`SELECT first ${copied} ORDER BY ${bySeverity}`)) {
    let kept: string | undefined;
    for (const { id, file } of database.rows<{ id: number; file: string }>(members, first)) {
      if (kept === undefined) kept = file;
      else yield { id, file, reason: `${file} is identical to ${kept}` };
    }
  }
}
