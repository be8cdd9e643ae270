/** A table of what is known of images beside their class (sex, age band, device ...) -> columns for subgroups of an evaluation. */
import path from 'node:path';
import { findColumns, readTable, refuse } from '../../base/files/csv-table.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { SubgroupColumn } from '../../statistics/study/subgroups.ts';

/** What these columns hold makes no groups; that of the patient tells which images belong together. */
const notGroups = new Set(['file', 'label', 'split', 'patient']);
const form = 'file, and a column for each thing to group by';

export interface GroupsTable {
  /** where it was read */
  readonly file: string;
  /** as the header names them */
  readonly columns: readonly string[];
  readonly rows: readonly GroupsRow[];
}

interface GroupsRow {
  /** in the table, counted from 1 with the header */
  readonly line: number;
  /** as written */
  readonly file: string;
  readonly patient: string | undefined;
  /** in the order of the table's columns; undefined for an empty cell */
  readonly values: readonly (string | undefined)[];
}

/** What a table says of certain images. */
export interface MatchedGroups {
  readonly columns: readonly SubgroupColumn[];
  /** by file; empty where the table has no such column */
  readonly patients: ReadonlyMap<string, string>;
  /** sentences about rows without an image, and images without a row */
  readonly warnings: readonly string[];
}

/**
 * @param encoding as `readTableText` takes it
 * @throws PneumoscopeError E_NOT_FOUND; E_USAGE: an unknown encoding; E_DATASET: not a table of this form, naming the line
 */
export async function readGroups(file: string, encoding?: string): Promise<GroupsTable> {
  let header: { readonly file: number; readonly patient: number; readonly groups: readonly number[] } | undefined;
  let columns: readonly string[] = [];
  const rows: GroupsRow[] = [];
  for await (const { line, cells } of readTable(file, form, encoding)) {
    if (header === undefined) {
      const groups = [...cells.keys()].filter((at) => !notGroups.has((cells[at] as string).toLowerCase()));
      columns = groups.map((at) => cells[at] as string);
      const optional = [...columns.map((name) => name.toLowerCase()), 'patient'];
      const places = findColumns<string>(file, cells, { required: ['file'], optional, form });
      if (columns.includes('')) refuse(file, 1, 'has a column without a name; name it or take it out');
      header = { file: places.get('file') as number, patient: places.get('patient') ?? -1, groups };
      continue;
    }
    const name = cells[header.file];
    if (name === undefined || name === '') refuse(file, line, 'names no file');
    const values = header.groups.map((at) => cells[at] || undefined);
    rows.push({ line, file: name, patient: cells[header.patient] || undefined, values });
  }
  if (rows.length === 0) throw new PneumoscopeError('E_DATASET', `${file} has no row below its header`);
  return { file, columns, rows };
}

/**
 * A row may name its image relative to the evaluated folder (`NORMAL/a.jpeg`), with that folder before it (`test/NORMAL/a.jpeg`),
 * by its whole path, or by its name alone where no other image has it.
 *
 * @param folder the evaluated one
 * @param files relative to it, with '/'
 * @throws PneumoscopeError E_DATASET: no row is about these images; a row names an image again, or a name that several have
 */
export function matchGroups(table: GroupsTable, folder: string, files: readonly string[]): MatchedGroups {
  const find = indexFiles(folder, files);
  const rowOf = new Map<string, GroupsRow>();
  const unmatched: GroupsRow[] = [];
  for (const row of table.rows) {
    const found = find(row.file);
    if (found.length > 1) {
      const example = `such as ${found.slice(0, 2).join(' and ')}`;
      refuse(
        table.file,
        row.line,
        `names ${row.file}, but several images have that name, ${example}; write their folder too`,
      );
    }
    const [file] = found;
    if (file === undefined) {
      unmatched.push(row);
      continue;
    }
    const earlier = rowOf.get(file);
    if (earlier !== undefined) {
      refuse(table.file, row.line, `names ${row.file} again, after line ${earlier.line}; keep one of them`);
    }
    rowOf.set(file, row);
  }
  const [stranger] = unmatched;
  if (rowOf.size === 0) {
    const sentence = `${table.file} has no row about the images in ${folder}: it names ${stranger?.file}, the folder holds ${files[0]}`;
    throw new PneumoscopeError('E_DATASET', sentence);
  }
  const rows = [...rowOf];
  return {
    columns: table.columns.map((name, index) => {
      return { name, values: collect(rows, ({ values }) => values[index]) };
    }),
    patients: collect(rows, ({ patient }) => patient),
    warnings: [
      ...(stranger === undefined
        ? []
        : [
            `${unmatched.length} of ${table.rows.length} rows of ${table.file} name no image in ${folder}; the first is ${stranger.file} in line ${stranger.line}.`,
          ]),
      ...warnOfMissing(table, files, rowOf),
    ],
  };
}

function warnOfMissing(table: GroupsTable, files: readonly string[], rowOf: ReadonlyMap<string, unknown>): string[] {
  const missing = files.filter((file) => !rowOf.has(file));
  if (missing.length === 0) return [];
  return [
    `${missing.length} of ${files.length} images have no row in ${table.file}, the first is ${missing[0]}; they stand in the group «not stated».`,
  ];
}

function collect(
  rows: readonly (readonly [file: string, row: GroupsRow])[],
  pick: (row: GroupsRow) => string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap(([file, row]): [string, string][] => {
      const value = pick(row);
      return value === undefined ? [] : [[file, value]];
    }),
  );
}

/** @returns the files that a table may mean by what it wrote */
function indexFiles(folder: string, files: readonly string[]): (written: string) => readonly string[] {
  const root = path.resolve(folder);
  const known = new Set(files);
  // Some disks and programs take letters and their accents apart, others put them together.
  const byForm = Map.groupBy(files, toForm);
  const byName = Map.groupBy(files, (file) => toForm(path.posix.basename(file)));
  const ownName = `${path.basename(root)}/`;
  return (written) => {
    const absolute = path.isAbsolute(written);
    const relative = absolute ? path.relative(root, written).split(path.sep).join('/') : written;
    const plain = path.posix.normalize(relative.replaceAll('\\', '/'));
    const inside = plain.startsWith(ownName) ? plain.slice(ownName.length) : plain;
    for (const file of [plain, inside]) if (known.has(file)) return [file];
    const alike = byForm.get(toForm(plain)) ?? byForm.get(toForm(inside));
    if (alike !== undefined) return alike;
    return plain.includes('/') ? [] : (byName.get(toForm(plain)) ?? []);
  };
}

function toForm(file: string): string {
  return file.normalize('NFC');
}
