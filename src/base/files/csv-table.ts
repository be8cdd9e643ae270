/** Comma-separated values (RFC 4180) -> rows of cells, each with the line it stands on, and the errors that tables give. */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { PneumoscopeError, systemErrorCode } from '../errors.ts';
import { readTableText } from './table-text.ts';

export interface TableRow {
  /** in the table, counted from 1 with the header */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table a piece at a time, its header first. Cells are trimmed; a byte-order mark, either kind of line end, quoted cells and
 * empty lines are as usual.
 *
 * @param columns how a header looks, for error sentences, such as 'file,label'
 * @param encoding as `readTableText` takes it
 * @throws PneumoscopeError E_NOT_FOUND; E_USAGE: an unknown encoding; E_DATASET: not a table, not of that encoding, or a row of another width than
 * the header, naming the line
 */
export async function* readTable(file: string, columns: string, encoding?: string): AsyncGenerator<TableRow> {
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
  const source = Readable.from(readTableText(file, encoding));
  const parser = parse(options);
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  let width: number | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // A cell with line breaks ends lines after it began.
      const line = info.lines;
      width ??= record.length;
      if (record.length !== width) {
        refuse(file, line, `has ${record.length} cells, where the header has ${width}; quote cells that hold a comma`);
      }
      yield { line, cells: record };
    }
  } catch (error) {
    throw describe(error, file, columns);
  } finally {
    source.destroy();
  }
  if (width === undefined) throw invalid(`${file} is empty; its first line must name the columns: ${columns}`);
}

/**
 * Where the columns of the given names stand in a header, whatever their case.
 *
 * @param form the whole header, for error sentences
 * @throws PneumoscopeError E_DATASET: one of them stands there twice, or a required one is missing
 */
export function findColumns<Name extends string>(
  file: string,
  header: readonly string[],
  columns: { readonly required: readonly Name[]; readonly optional: readonly Name[]; readonly form: string },
): ReadonlyMap<Name, number> {
  const names = header.map((cell) => cell.toLowerCase());
  const places = new Map<Name, number>();
  for (const column of [...columns.required, ...columns.optional]) {
    const at = names.indexOf(column);
    if (at < 0) continue;
    if (names.lastIndexOf(column) !== at) refuse(file, 1, `names the column ${column} twice; rename one of them`);
    places.set(column, at);
  }
  const missing = columns.required.filter((column) => !places.has(column));
  if (missing.length === 0) return places;
  const shown = header.join(',').slice(0, 100);
  if (shown.includes('\u0000') || shown.includes('\ufffd')) {
    throw invalid(`${file} is not UTF-8 text; save the table as 'CSV UTF-8'`);
  }
  const separator = header.length === 1 ? [';', '\t'].find((one) => shown.includes(one)) : undefined;
  if (separator !== undefined) {
    const word = separator === '\t' ? 'tabs' : `'${separator}'`;
    throw invalid(`${file} separates its cells by ${word}; save it with commas`);
  }
  refuse(file, 1, `names no column ${missing.join(' and ')}, but '${shown}'; it must be ${columns.form}`);
}

/** @throws PneumoscopeError E_DATASET, naming the table's line */
export function refuse(file: string, line: number, what: string): never {
  throw invalid(`${file}, line ${line}, ${what}`);
}

function describe(error: unknown, file: string, columns: string): unknown {
  if (error instanceof CsvError) {
    const where = typeof error['lines'] === 'number' ? `, line ${error['lines']},` : '';
    return invalid(`${file}${where} is not comma-separated values: ${error.message}`, error);
  }
  const code = systemErrorCode(error);
  if (error instanceof PneumoscopeError || code === undefined) return error;
  const remedy = `name a table with the columns ${columns}`;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new PneumoscopeError('E_NOT_FOUND', `${file} does not exist; ${remedy}`);
  }
  if (code === 'EISDIR') return invalid(`${file} is a folder; ${remedy}`, error);
  return invalid(`${file} cannot be read (${code}); check its permissions`, error);
}

function invalid(sentence: string, cause?: unknown): PneumoscopeError {
  return new PneumoscopeError('E_DATASET', sentence, { cause });
}
