/** The worklist as a file: CSV for tables, JSON for programs. */
import { isSettled, statusOf, troubleOf, type Row } from './item.ts';
import type { Reading } from './readings.ts';

const columns = [
  'name',
  'status',
  'label',
  'positive',
  'probability',
  'threshold',
  'uncertain',
  'headerVerdict',
  'headerReason',
  'headerFlags',
  'modality',
  'age',
  'view',
  'bodyPart',
  'display',
  'guardVerdict',
  'guardScore',
  'guardReason',
  'problem',
  'problemDetail',
  'sha256',
  'model',
  'version',
  'reading',
  'readingBlind',
  'comment',
] as const;

/** What the reader says of an image. */
export interface Said {
  readonly reading: Reading | null;
  readonly comment: string;
}

/** What the reader says of a row's image. */
type SaidOf<Item> = (item: Item) => Said;

/** In the column `reading`, of who could not tell: no class is called so. */
const unsure = 'cannot-tell';

export type ExportedRow = Readonly<Record<(typeof columns)[number], string | number | boolean | null>>;

/** What is not settled yet stands there as waiting, so that nobody takes it for negative. */
export function exportRow({ name, state }: Row<unknown>, { reading, comment }: Said): ExportedRow {
  const done = state.kind === 'done' ? state : null;
  const answer = done?.answer;
  const header = answer?.header;
  const trouble = troubleOf(state);
  return {
    name,
    status: isSettled(state) ? statusOf(state) : 'waiting',
    label: answer?.label ?? null,
    positive: answer?.positive ?? null,
    probability: answer?.probability ?? null,
    threshold: answer?.threshold ?? null,
    uncertain: answer?.status === 'answered' ? answer.uncertain : null,
    headerVerdict: header?.verdict ?? null,
    headerReason: header?.reason?.code ?? null,
    headerFlags: header?.flags.map(({ code }) => code).join(' ') || null,
    modality: header?.modality ?? null,
    age: header?.age ?? null,
    view: header?.view ?? null,
    bodyPart: header?.bodyPart ?? null,
    display: answer?.display ?? null,
    guardVerdict: answer?.guard?.verdict ?? null,
    guardScore: answer?.guard?.score ?? null,
    guardReason: answer?.guard?.reason ?? null,
    problem: trouble?.code ?? null,
    problemDetail: trouble?.detail ?? null,
    sha256: answer?.sha256 ?? null,
    model: done?.model.id ?? null,
    version: done?.model.version ?? null,
    reading: reading === null ? null : (reading.label ?? unsure),
    readingBlind: reading?.isBlind ?? null,
    comment: comment === '' ? null : comment,
  };
}

/**
 * A text as a cell. Spreadsheets run what begins like a formula, and names of files come from strangers: an apostrophe before it makes
 * it text. Numbers are left alone.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = isFormula(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Whether a spreadsheet would run it. */
export function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text.trimStart()) || /^[\t\r\n]/.test(text);
}

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function toCsv<Item>(rows: readonly Row<Item>[], saidOf: SaidOf<Item>): string {
  const lines = rows.map((row) => {
    const cells = exportRow(row, saidOf(row.item));
    return columns.map((column) => csvCell(cells[column])).join(',');
  });
  return `\ufeff${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

export function toJson<Item>(
  rows: readonly Row<Item>[],
  saidOf: SaidOf<Item>,
  { notice, at }: { readonly notice: string; readonly at: Date },
): string {
  const images = rows.map((row) => exportRow(row, saidOf(row.item)));
  return `${JSON.stringify({ notice, exportedAt: at.toISOString(), images }, null, 2)}\n`;
}
