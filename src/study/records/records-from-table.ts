/** A folder of images and a table of their labels -> a catalogue of images. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { refuse } from '../../base/files/csv-table.ts';
import { compareCodePoints, walkFolder } from '../../data/folder/dataset-folder.ts';
import { isInside } from '../../base/files/inside.ts';
import { knownPatientId, patientId } from '../../data/kermany/patients.ts';
import { compareSourceNames } from '../../data/split/split-sources.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { CatalogueHead, RecordOptions } from './image-record.ts';
import { readLabels, type LabelRow } from './labels-csv.ts';
import type { WorkDatabase } from './work-database.ts';

/** What the walk met, with its name in one of the forms that Unicode has for it, and on which line the table names a file. */
const schema = `
  CREATE TABLE present (file TEXT PRIMARY KEY, form TEXT) WITHOUT ROWID;
  CREATE INDEX present_by_form ON present (form);
  CREATE TABLE named (file TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID;
`;

/**
 * @param database gets the images, in the order of the table, and what is passed over
 * @param table its paths are relative to `folder`
 * @throws PneumoscopeError as `listImageRecords`; E_DATASET names the table's line: a file named twice, missing, or outside `folder`
 */
export async function listFromTable(
  database: WorkDatabase,
  folder: string,
  table: string,
  { signal, encoding }: TaskOptions & Pick<RecordOptions, 'encoding'>,
): Promise<CatalogueHead> {
  await requireFolder(folder);
  database.define(schema);
  await listPresent(database, folder, signal);
  let rows = 0;
  let missing = 0;
  let firstMissing: LabelRow | undefined;
  for await (const row of readLabels(table, encoding)) {
    throwIfInterrupted(signal);
    const file = await findSpelling(database, toRelative(row, folder, table), { folder, table, row });
    if (database.run('INSERT OR IGNORE INTO named VALUES (?, ?)', file, row.line) === 0) {
      const first = database.number('SELECT line FROM named WHERE file = ?', file);
      refuse(table, row.line, `names ${row.file} again, after line ${first}; keep one of them`);
    }
    rows += 1;
    // What the walk did not meet may lie behind a link, or be spelt otherwise on a disk that does not mind.
    if (database.run('DELETE FROM present WHERE file = ?', file) === 1 || (await exists(path.join(folder, file)))) {
      addImage(database, file, row);
    } else {
      firstMissing ??= row;
      missing += 1;
    }
  }
  refuseMissing(firstMissing, missing, folder, table);
  if (rows === 0) throw new PneumoscopeError('E_DATASET', `${table} has no row below its header`);
  const ownName = await findInside(table, folder);
  database.run('INSERT INTO left_out SELECT file FROM present WHERE file IS NOT ?', ownName ?? null);
  database.define('DROP TABLE present; DROP TABLE named');
  const distinct = (column: string): string[] =>
    [...database.rows<{ name: string }>(`SELECT DISTINCT ${column} AS name FROM images`)].map(({ name }) => name);
  return {
    root: folder,
    classNames: distinct('label').toSorted(compareCodePoints),
    splits: distinct('split')
      .filter((name) => name !== '')
      .toSorted(compareSourceNames),
  };
}

/** Some disks and programs take letters and their accents apart, others put them together: a name that is not there may be there in another form. */
async function findSpelling(
  database: WorkDatabase,
  file: string,
  { folder, table, row }: { readonly folder: string; readonly table: string; readonly row: LabelRow },
): Promise<string> {
  const isListed = database.number(
    'SELECT COUNT(*) FROM (SELECT 1 FROM present WHERE file = ? UNION SELECT 1 FROM named WHERE file = ?)',
    file,
    file,
  );
  if (isListed > 0 || (await exists(path.join(folder, file)))) return file;
  const alike = [...database.rows<{ file: string }>('SELECT file FROM present WHERE form = ?', file.normalize('NFC'))];
  if (alike.length > 1) {
    refuse(
      table,
      row.line,
      `names ${row.file}, and ${alike.length} files have that name in other forms of Unicode; rename one`,
    );
  }
  return alike[0]?.file ?? file;
}

async function listPresent(database: WorkDatabase, folder: string, signal: AbortSignal | undefined): Promise<void> {
  for await (const entry of walkFolder(folder)) {
    throwIfInterrupted(signal);
    if (entry.kind === 'unreadable') {
      database.run(
        'INSERT INTO unreadable_folders VALUES (?, ?)',
        entry.folder === '' ? '.' : entry.folder,
        entry.code,
      );
    } else {
      const file = entry.folder === '' ? entry.name : `${entry.folder}/${entry.name}`;
      database.run('INSERT OR IGNORE INTO present VALUES (?, ?)', file, file.normalize('NFC'));
    }
  }
}

function addImage(database: WorkDatabase, file: string, { label, split, patient }: LabelRow): void {
  const known = patient !== undefined || knownPatientId(file) !== undefined;
  const values = [file, label, split ?? '', patient ?? patientId(file), Number(known)];
  database.run('INSERT INTO images (file, label, split, patient, known) VALUES (?, ?, ?, ?, ?)', ...values);
}

async function requireFolder(folder: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined)
    throw new PneumoscopeError('E_NOT_FOUND', `${folder} does not exist; name a folder of images`);
  if (!entry.isDirectory()) throw new PneumoscopeError('E_DATASET', `${folder} is a file; name a folder of images`);
}

/** With '/', without '.' and '..' in it. */
function toRelative({ file, line }: LabelRow, folder: string, table: string): string {
  const root = path.resolve(folder);
  const resolved = path.resolve(root, path.sep === '/' ? file.replaceAll('\\', '/') : file);
  if (isInside(resolved, root) && resolved !== root) return path.relative(root, resolved).split(path.sep).join('/');
  refuse(table, line, `names ${file}, which does not lie in ${folder}; paths are relative to that folder`);
}

function refuseMissing(first: LabelRow | undefined, count: number, folder: string, table: string): void {
  if (first === undefined) return;
  const more = count === 1 ? '' : ` (and ${count - 1} more rows name files that are not there)`;
  refuse(table, first.line, `names ${first.file}, which is not in ${folder}${more}; mend the table`);
}

/** What the table is called where it lies in the folder itself; it is then no file that was passed over. */
async function findInside(table: string, folder: string): Promise<string | undefined> {
  const relative = path.relative(await realpath(folder), await realpath(table));
  return relative.startsWith('..') ? undefined : relative.split(path.sep).join('/');
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
