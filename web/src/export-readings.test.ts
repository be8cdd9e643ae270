import { signal } from '@preact/signals';
import { expect, it } from 'vitest';
import { toReadingsCsv } from './export-readings.ts';
import type { WorkItem } from './item.ts';
import { negative } from './made-up-rows.ts';
import { comment, read } from './readings.ts';

const item = (name: string): WorkItem => ({ id: 1, name, file: new File([], name), state: signal(negative(0.2)) });

it('names files so that programs find them and spreadsheets run none', () => {
  const [plain, formula, unsure, unread] = ['ward/a.png', '=1+1.png', 'b.png', 'c.png'].map(item);
  for (const each of [plain, formula]) read(each as WorkItem, 'PNEUMONIA');
  read(unsure as WorkItem, null);
  comment(plain as WorkItem, '=2, 3');
  const lines = toReadingsCsv([plain, formula, unsure, unread] as WorkItem[])
    .trimEnd()
    .split('\r\n')
    .slice(1);
  expect(lines.map((line) => line.split(',').slice(0, 6))).toEqual([
    ['ward/a.png', 'PNEUMONIA', 'NORMAL', '0.2', 'false', 'false'],
    ['./=1+1.png', 'PNEUMONIA', 'NORMAL', '0.2', 'false', 'false'],
  ]);
  expect(lines[0]).toContain(`"'=2, 3"`);
});
