/**
 * A table that says which image shows which patient. An image is found by its whole name with folders, else by the name of its file, but only
 * where one row and one image alone have that: a wrong guess would show a stranger's lungs.
 */
import { findDate, readDate, type NamedPatient } from './named-patient.ts';

/** Why a table cannot be used. */
export type TableFault =
  | { readonly kind: 'unreadable' | 'no-reader' | 'not-text' | 'empty' }
  | { readonly kind: 'too-large'; /** bytes */ readonly limit: number }
  | { readonly kind: 'too-many-rows'; readonly limit: number }
  | { readonly kind: 'not-csv'; readonly line: number }
  | { readonly kind: 'no-column' | 'column-twice'; readonly column: TableColumn }
  | { readonly kind: 'width'; readonly line: number; readonly cells: number; readonly columns: number }
  | { readonly kind: 'conflict'; readonly line: number; readonly other: number; readonly file: string };

export class TableError extends Error {
  readonly fault: TableFault;

  constructor(fault: TableFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

export interface TableLine {
  /** counted from 1 with the header */
  readonly line: number;
  readonly cells: readonly string[];
}

export type TableColumn = 'file' | 'patient' | 'date';

/** What a column may be called, in small letters. */
const columnNames: Readonly<Record<TableColumn, readonly string[]>> = {
  file: ['file', 'name', 'filename', 'file name', 'file_name', '文件', '文件名'],
  patient: ['patient', 'patient id', 'patient_id', 'patientid', '患者', '患者编号', '患者id'],
  date: ['date', 'study date', 'study_date', 'studydate', '日期', '检查日期'],
};

interface TableEntry extends NamedPatient {
  readonly line: number;
}

/** Rows by the name of the image with its folders. */
export type TableEntries = ReadonlyMap<string, TableEntry>;

export interface TableContent {
  readonly entries: TableEntries;
  /** rows whose date is none, or could be another day where day and month are swapped */
  readonly unreadDates: number;
}

/** @throws TableError */
export function readEntries([header, ...lines]: readonly TableLine[]): TableContent {
  if (header === undefined) throw new TableError({ kind: 'empty' });
  const names = header.cells.map((cell) => cell.toLowerCase());
  const [file, patient, date] = [
    requireColumn(names, 'file'),
    requireColumn(names, 'patient'),
    findColumn(names, 'date'),
  ];
  const entries = new Map<string, TableEntry>();
  let unreadDates = 0;
  for (const { line, cells } of lines) {
    if (cells.length !== names.length)
      throw new TableError({ kind: 'width', line, cells: cells.length, columns: names.length });
    const key = normalisePath(cells[file] ?? '');
    const day = cells[date] ?? '';
    const entry = { patient: cells[patient] ?? '', date: readDate(day), line };
    // A row without a patient says nothing.
    if (key === '' || entry.patient === '') continue;
    const other = entries.get(key);
    if (other !== undefined && (other.patient !== entry.patient || other.date !== entry.date))
      throw new TableError({ kind: 'conflict', line, other: other.line, file: key });
    if (day !== '' && entry.date === null) unreadDates += 1;
    entries.set(key, other ?? entry);
  }
  if (entries.size === 0) throw new TableError({ kind: 'empty' });
  return { entries, unreadDates };
}

/** @returns -1 where there is none */
function findColumn(header: readonly string[], column: TableColumn): number {
  const own = columnNames[column];
  const at = header.findIndex((name) => own.includes(name));
  if (at >= 0 && header.findLastIndex((name) => own.includes(name)) !== at)
    throw new TableError({ kind: 'column-twice', column });
  return at;
}

function requireColumn(header: readonly string[], column: TableColumn): number {
  const at = findColumn(header, column);
  if (at < 0) throw new TableError({ kind: 'no-column', column });
  return at;
}

/** With `/`, and one spelling of letters with accents, which file systems write in two ways. */
function normalisePath(name: string): string {
  return name
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '');
}

const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** @param names of all images of the list, with their folders @returns for each whom it shows, or null */
export function matchTable(names: readonly string[], entries: TableEntries): readonly (NamedPatient | null)[] {
  const paths = names.map(normalisePath);
  const imagesOf = Map.groupBy(paths, fileOf);
  const rowsOf = Map.groupBy(entries.keys(), fileOf);
  return paths.map((path) => {
    const file = fileOf(path);
    const [row, ...others] = rowsOf.get(file) ?? [];
    const isAlone = others.length === 0 && imagesOf.get(file)?.length === 1;
    const entry = entries.get(path) ?? (row !== undefined && isAlone ? entries.get(row) : undefined);
    return entry === undefined ? null : { patient: entry.patient, date: entry.date ?? findDate(path) };
  });
}
