/** A table of labels, as comma-separated values (RFC 4180) -> its rows, each with the line it stands on. */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { errorCode } from '../data/task.ts';
import { PneumoscopeError } from '../errors.ts';

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

const required = ['file', 'label'] as const;
const columns = [...required, 'patient', 'split'] as const;
type Column = (typeof columns)[number];
type Places = ReadonlyMap<Column, number>;

/**
 * Reads a table a piece at a time. The header names the columns, in any order and case; other columns are passed over. Cells
 * are trimmed; a byte-order mark, either kind of line end, quoted cells and empty lines are as usual.
 *
 * @throws PneumoscopeError E_NOT_FOUND; E_DATASET: not a table of this form, naming the line
 */
export async function* readLabels(file: string): AsyncGenerator<LabelRow> {
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
  const source = createReadStream(file);
  const parser = parse(options);
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  let places: Places | undefined;
  let width = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // A cell with line breaks ends lines after it began.
      const line = info.lines;
      if (places === undefined) {
        places = readHeader(record, file);
        width = record.length;
        continue;
      }
      if (record.length !== width) {
        refuse(file, line, `has ${record.length} cells, where the header has ${width}; quote cells that hold a comma`);
      }
      yield toRow(record, places, file, line);
    }
  } catch (error) {
    throw describe(error, file);
  } finally {
    source.destroy();
  }
  if (places === undefined) throw invalid(`${file} is empty; its first line must name the columns: file,label`);
}

function readHeader(cells: readonly string[], file: string): Places {
  const names = cells.map((cell) => cell.toLowerCase());
  const places = new Map<Column, number>();
  for (const column of columns) {
    const at = names.indexOf(column);
    if (at < 0) continue;
    if (names.lastIndexOf(column) !== at) refuse(file, 1, `names the column ${column} twice; rename one of them`);
    places.set(column, at);
  }
  const missing = required.filter((column) => !places.has(column));
  if (missing.length === 0) return places;
  const shown = cells.join(',').slice(0, 100);
  if (shown.includes('\u0000') || shown.includes('\ufffd')) {
    throw invalid(`${file} is not UTF-8 text; save the table as 'CSV UTF-8'`);
  }
  const separator = cells.length === 1 ? [';', '\t'].find((one) => shown.includes(one)) : undefined;
  if (separator !== undefined) {
    const word = separator === '\t' ? 'tabs' : `'${separator}'`;
    throw invalid(`${file} separates its cells by ${word}; save it with commas`);
  }
  refuse(file, 1, `names no column ${missing.join(' and ')}, but '${shown}'; it must be file,label[,patient][,split]`);
}

function toRow(cells: readonly string[], places: Places, file: string, line: number): LabelRow {
  const cell = (column: Column): string | undefined => cells[places.get(column) ?? -1] || undefined;
  const name = cell('file');
  const label = cell('label');
  if (name === undefined) refuse(file, line, 'names no file');
  if (label === undefined) refuse(file, line, `gives ${name} no label`);
  return { line, file: name, label, patient: cell('patient'), split: cell('split') };
}

/** @throws PneumoscopeError E_DATASET, naming the table's line */
export function refuse(file: string, line: number, what: string): never {
  throw invalid(`${file}, line ${line}, ${what}`);
}

function describe(error: unknown, file: string): unknown {
  if (error instanceof CsvError) {
    const where = typeof error['lines'] === 'number' ? `, line ${error['lines']},` : '';
    return invalid(`${file}${where} is not comma-separated values: ${error.message}`, error);
  }
  const code = errorCode(error);
  if (error instanceof PneumoscopeError || code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PneumoscopeError('E_NOT_FOUND', `${file} does not exist; name a table with the columns file,label`);
  }
  if (code === 'EISDIR') return invalid(`${file} is a folder; name a table with the columns file,label`, error);
  return invalid(`${file} cannot be read (${code}); check its permissions`, error);
}

function invalid(sentence: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError('E_DATASET', sentence, { cause });
}
