/** A file that the reader chose -> the table of patients in it. Its content stays in this tab. */
import { pageBudgets } from './page-budgets.ts';
import { readEntries, TableError, type TableContent, type TableLine } from './patient-table.ts';

export interface PatientTable extends TableContent {
  /** of the file */
  readonly name: string;
  /** whether its text was read as GBK, because it is not UTF-8 */
  readonly isGbk: boolean;
}

/** @throws TableError */
export async function readPatientTable(file: File): Promise<PatientTable> {
  const { limit } = pageBudgets.tableBytes;
  if (file.size > limit) throw new TableError({ kind: 'too-large', limit });
  const bytes = new Uint8Array(
    await file.arrayBuffer().catch(() => {
      throw new TableError({ kind: 'unreadable' });
    }),
  );
  const { text, isGbk } = decodeTable(bytes);
  return { name: file.name, isGbk, ...readEntries(await parseRows(text)) };
}

/** By its byte-order mark; without one UTF-8, or GBK, in which Chinese spreadsheets save a CSV. */
export function decodeTable(bytes: Uint8Array): { readonly text: string; readonly isGbk: boolean } {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff && 'utf-16be';
  for (const encoding of wide === false ? ['utf-8', 'gbk'] : [wide]) {
    const text = tryDecode(bytes, encoding);
    if (text !== undefined) return { text, isGbk: encoding === 'gbk' };
  }
  throw new TableError({ kind: 'not-text' });
}

/** Undefined where it is not of this encoding; a spreadsheet's own file has zero bytes, which no text has. */
function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

const separators = [',', ';', '\t'] as const;

/** The one that stands most often in the first line. */
function findSeparator(text: string): string {
  const header = text.slice(0, 10_000).split(/[\r\n]/, 1)[0] ?? '';
  const count = (separator: string): number => header.split(separator).length;
  return separators.reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** The reader of such tables comes when the first one is there: most people who use the page have none. @throws TableError */
export async function parseRows(text: string): Promise<readonly TableLine[]> {
  const { CsvError, parse } = await import('csv-parse/browser/esm/sync').catch(() => {
    throw new TableError({ kind: 'no-reader' });
  });
  const { limit } = pageBudgets.tableRows;
  const options = {
    delimiter: findSeparator(text),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  } as const;
  try {
    // The header, and one row more than may be.
    const parsed: unknown = parse(text, { ...options, trim: true, to: limit + 2 });
    const rows = parsed as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
    if (rows.length > limit + 1) throw new TableError({ kind: 'too-many-rows', limit });
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new TableError({ kind: 'not-csv', line: Number(error['lines']) });
  }
}
