/** What a reader said, as a table that `pneumoscope calibrate --labels` takes: it reads `file` and `label`, and passes over the rest. */
import { csvCell, isFormula } from './export-list.ts';
import type { WorkItem } from './item.ts';
import { agrees, commentOf, readingOf } from './readings.ts';

const columns = [
  'file',
  'label',
  'answer',
  'probability',
  'agrees',
  'blind',
  'comment',
  'readAt',
  'model',
  'version',
  'sha256',
] as const;

/** RFC 4180. Images that the reader could not tell have no label, so they are left out. */
export function toReadingsCsv(items: readonly WorkItem[]): string {
  const lines = items.flatMap((item) => {
    const reading = readingOf(item).value;
    if (reading === null || reading.label === null) return [];
    const state = item.state.value;
    const done = state.kind === 'done' ? state : null;
    const cells: Readonly<Record<(typeof columns)[number], string | number | boolean | null>> = {
      // An apostrophe would be part of the name for a program; a path that begins in this folder is no formula.
      file: isFormula(item.name) ? `./${item.name}` : item.name,
      label: reading.label,
      answer: done?.answer.label ?? null,
      probability: done?.answer.probability ?? null,
      agrees: agrees(state, reading),
      blind: reading.isBlind,
      comment: commentOf(item).value,
      readAt: reading.at,
      model: done?.model.id ?? null,
      version: done?.model.version ?? null,
      sha256: done?.answer.sha256 ?? null,
    };
    return [columns.map((column) => csvCell(cells[column])).join(',')];
  });
  return `\ufeff${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}
