/** A table of labels, as comma-separated values -> its rows, each with the line it stands on. */
import { findColumns, readTable, refuse, type TableRow } from '../../base/files/csv-table.ts';

export interface LabelRow {
  /** in the table, counted from 1 with the header */
  readonly line: number;
  /** as written */
  readonly file: string;
  readonly label: string;
  /** undefined where there is no such column or its cell is empty */
  readonly patient: string | undefined;
  readonly split: string | undefined;
}

const columns = {
  required: ['file', 'label'],
  optional: ['patient', 'split'],
  form: 'file,label[,patient][,split]',
} as const;
type Column = (typeof columns.required)[number] | (typeof columns.optional)[number];
type Places = ReadonlyMap<Column, number>;

/**
 * Reads a table a piece at a time. The header names the columns, in any order and case; other columns are passed over.
 *
 * @param encoding as `readTableText` takes it
 * @throws PneumoscopeError E_NOT_FOUND; E_USAGE: an unknown encoding; E_DATASET: not a table of this form, naming the line
 */
export async function* readLabels(file: string, encoding?: string): AsyncGenerator<LabelRow> {
  let places: Places | undefined;
  for await (const row of readTable(file, columns.required.join(','), encoding)) {
    if (places === undefined) places = findColumns<Column>(file, row.cells, columns);
    else yield toLabelRow(row, places, file);
  }
}

function toLabelRow({ line, cells }: TableRow, places: Places, file: string): LabelRow {
  const cell = (column: Column): string | undefined => cells[places.get(column) ?? -1] || undefined;
  const name = cell('file');
  const label = cell('label');
  if (name === undefined) refuse(file, line, 'names no file');
  if (label === undefined) refuse(file, line, `gives ${name} no label`);
  return { line, file: name, label, patient: cell('patient'), split: cell('split') };
}
