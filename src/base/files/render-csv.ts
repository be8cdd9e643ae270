/**
 * Tables as comma-separated values (RFC 4180, with plain line ends), which spreadsheets and pandas read alike. Names come from strangers:
 * a spreadsheet must not take one for a formula, and a terminal must not obey it.
 */
import { showControls } from '../text.ts';

type Cell = string | number | null;

/**
 * A text that a spreadsheet would compute stands behind an apostrophe, and control characters are written as `\x1b`. So such a name is not
 * the file's own any more; JSON has it unchanged.
 *
 * @returns one line per row behind the header, each with its line end; null is an empty cell
 */
export function renderCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(renderCell).join(',')}\n`).join('');
}

/** What Excel, LibreOffice and Google Sheets begin a formula with; East Asian editions take the wide forms too. */
const beginsFormula = /^\s*[=+\-@＝＋－＠]/;

function renderCell(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const shown = showControls(cell ?? '');
  const text = beginsFormula.test(shown) ? `'${shown}` : shown;
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
