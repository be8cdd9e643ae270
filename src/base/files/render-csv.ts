/** Tables as comma-separated values (RFC 4180, with plain line ends), which spreadsheets and pandas read alike. */

type Cell = string | number | null;

/** @returns one line per row behind the header, each with its line end; null is an empty cell */
export function renderCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(renderCell).join(',')}\n`).join('');
}

function renderCell(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
