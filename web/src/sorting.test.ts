import { describe, expect, it } from 'vitest';
import { done, failed, negative, positive, refused, rowsOf } from './made-up-rows.ts';
import { countStatuses, filterRows, sortRows } from './sorting.ts';

const rows = rowsOf({
  'b waiting': { kind: 'waiting' },
  'a negative': negative(0.3),
  'c failed': failed,
  'd positive': positive(0.7),
  'e uncertain': done({ uncertain: true, probability: 0.95 }),
  'img10 refused': refused,
  'img2 positive': positive(0.9),
  'f sending': { kind: 'sending' },
});
const names = (list: typeof rows): string[] => list.map(({ name }) => name);

describe('sortRows', () => {
  it('puts first what a person should look at first', () => {
    expect(names(sortRows(rows, 'urgency'))).toEqual([
      'img2 positive',
      'd positive',
      'e uncertain',
      'img10 refused',
      'c failed',
      'a negative',
      'b waiting',
      'f sending',
    ]);
  });

  it('puts what has no probability last, whichever way round', () => {
    expect(names(sortRows(rows, 'most-probable')).slice(0, 4)).toEqual([
      'e uncertain',
      'img2 positive',
      'd positive',
      'a negative',
    ]);
    expect(names(sortRows(rows, 'least-probable')).slice(0, 4)).toEqual([
      'a negative',
      'd positive',
      'img2 positive',
      'e uncertain',
    ]);
  });

  it('sorts numbers in names as numbers, and keeps the order in which images were added', () => {
    expect(names(sortRows(rows, 'name')).slice(-2)).toEqual(['img2 positive', 'img10 refused']);
    expect(sortRows(rows.toReversed(), 'added')).toEqual(rows);
  });

  it('keeps equals in the order in which they were added', () => {
    const equals = rowsOf({ z: positive(0.5), y: positive(0.5), x: positive(0.5) });
    expect(names(sortRows(equals.toReversed(), 'urgency'))).toEqual(['z', 'y', 'x']);
  });
});

describe('filterRows', () => {
  it('takes a status and a part of a name in any case', () => {
    expect(names(filterRows(rows, 'positive', ''))).toEqual(['d positive', 'img2 positive']);
    expect(names(filterRows(rows, 'all', ' IMG'))).toEqual(['img10 refused', 'img2 positive']);
    expect(filterRows(rows, 'failed', 'img')).toEqual([]);
  });

  it('counts what is being sent as waiting', () => {
    expect(filterRows(rows, 'waiting', '')).toHaveLength(2);
    expect(countStatuses(rows.map(({ state }) => state))).toMatchObject({
      positive: 2,
      waiting: 2,
      sending: 0,
      refused: 1,
      negative: 1,
    });
  });
});
