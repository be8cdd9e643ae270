/** The end of a trial: a row a part, and the cases that did not hold. */
import { renderTable } from '../bench/lib/table.ts';
import type { PartReport } from './settings.ts';

/** More are only counted: the first ones tell the kind. */
const shownAtMost = 20;

export function renderSummary(
  seed: number,
  reports: readonly (PartReport & { readonly part: string; readonly seconds: number })[],
): string {
  const columns = [
    { title: 'part' },
    { title: 'cases', align: 'right' },
    { title: 'held', align: 'right' },
    { title: 'broke', align: 'right' },
    { title: 'worst' },
    { title: 'seconds', align: 'right' },
  ] as const;
  const rows = reports.map(({ part, cases, broke, worst, skipped, seconds }) => [
    part,
    String(cases),
    String(Math.max(0, cases - broke.length)),
    String(broke.length),
    skipped === undefined ? worst : `skipped: ${skipped}`,
    String(seconds),
  ]);
  const broken = reports.flatMap(({ part, broke }) => broke.map((sentence) => `- ${part}: ${sentence}`));
  const more = broken.length > shownAtMost ? [`- and ${broken.length - shownAtMost} more`] : [];
  const list = broken.length === 0 ? [] : ['', 'What broke:', ...broken.slice(0, shownAtMost), ...more];
  return [`Trial with seed ${seed}`, '', renderTable(columns, rows), ...list].join('\n');
}
