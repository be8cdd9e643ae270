import { expect, it } from 'vitest';
import { matchTable, readEntries } from './patient-table.ts';

const entriesOf = (...rows: readonly (readonly string[])[]) =>
  readEntries(
    [['file', 'patient', 'date'], ...rows.map(([file = '', patient = '', date = '']) => [file, patient, date])].map(
      (cells, at) => ({ line: at + 1, cells }),
    ),
  );

const patients = (names: readonly string[], ...rows: readonly (readonly string[])[]): readonly (string | undefined)[] =>
  matchTable(names, entriesOf(...rows).entries).map((named) => named?.patient);

it('finds an image by its whole name with folders first', () => {
  expect(patients(['a/1.png', 'b/1.png'], ['b/1.png', 'P2'], ['a/1.png', 'P1'])).toEqual(['P1', 'P2']);
});

it('finds an image by the name of its file where one row and one image alone have it', () => {
  expect(patients(['ward/1.png', '2.png'], ['1.png', 'P1'], ['C:\\films\\2.png', 'P2'])).toEqual(['P1', 'P2']);
  // Which of the two images, and which of the two rows?
  expect(patients(['a/1.png', 'b/1.png'], ['1.png', 'P1'])).toEqual([undefined, undefined]);
  expect(patients(['1.png'], ['a/1.png', 'P1'], ['b/1.png', 'P2'])).toEqual([undefined]);
  // An image that has a row of its own is that row's, and the other one remains unknown.
  expect(patients(['1.png', 'b/1.png'], ['1.png', 'P1'])).toEqual(['P1', undefined]);
});

it('takes slashes of either kind, a leading one, and letters with accents in either spelling', () => {
  const names = ['a/1.png', 'b/2.png', 'Mu\u0308ller.png'];
  expect(patients(names, ['a\\1.png', 'P1'], ['./b/2.png', 'P2'], ['M\u00FCller.png', 'P3'])).toEqual([
    'P1',
    'P2',
    'P3',
  ]);
});

it('takes the day of the table, else that of the name', () => {
  const { entries, unreadDates } = entriesOf(
    ['1_20240131.png', 'P1', '2023/2/1'],
    ['2_20240131.png', 'P1', ''],
    ['3.png', 'P1', '1.2.2023'],
  );
  expect(unreadDates).toBe(1);
  const found = matchTable(['1_20240131.png', '2_20240131.png', '3.png'], entries);
  expect(found.map((named) => named?.date)).toEqual(['2023-02-01', '2024-01-31', null]);
});
