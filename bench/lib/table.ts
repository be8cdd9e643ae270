/** Tables for a terminal that are Markdown at the same time, so that a README can take them as they are. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** @param rows cells as text, one for each column; a missing cell stays empty */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) => Math.max(3, title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const render = (cells: readonly string[]): string =>
    `| ${columns.map(({ align }, i) => pad(cells[i] ?? '', widths[i] ?? 0, align)).join(' | ')} |`;
  const rule = columns.map(({ align }, i) => {
    const width = widths[i] ?? 3;
    return align === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
  });
  return [render(columns.map(({ title }) => title)), render(rule), ...rows.map(render)].join('\n');
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

/** A goal and whether it was reached, for the column beside a measured ratio. */
export function renderGoal(value: number, goal: number, unit = 'x'): string {
  return `${goal}${unit} ${value >= goal ? 'reached' : 'MISSED'}`;
}
