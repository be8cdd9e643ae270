import { expect, it } from 'vitest';
import { negative, positive, rowsOf } from './made-up-rows.ts';
import { compareOrders, noNews } from './order-news.ts';
import { arrangeRows, type ListQuestion } from './sorting.ts';

const question: ListQuestion = { sorting: 'urgency', filter: 'all', search: '' };
const before = rowsOf({
  a: positive(0.9),
  b: negative(0.2),
  c: { kind: 'waiting' },
  d: { kind: 'waiting' },
  e: { kind: 'waiting' },
});
const after = rowsOf({ a: positive(0.9), b: negative(0.2), c: negative(0.1), d: positive(0.95), e: negative(0.4) });
const held = arrangeRows(before, question).map(({ id }) => id);
const changed = new Set([3, 4, 5]);

it('counts the answers that would stand higher, and those that need a look', () => {
  // c stands where it stood among the others that went up; d goes to the top, e before b.
  expect(compareOrders(held, arrangeRows(after, question), changed)).toEqual({
    higher: 2,
    positive: 1,
    more: 0,
    fewer: 0,
  });
});

it('says nothing of rows that only make room', () => {
  expect(compareOrders(held, arrangeRows(before, question), changed)).toEqual(noNews);
  expect(compareOrders(held, arrangeRows(after, question), new Set())).toEqual(noNews);
});

it('counts what a filter would show and hide', () => {
  const waiting: ListQuestion = { ...question, filter: 'waiting' };
  const ids = arrangeRows(before, waiting).map(({ id }) => id);
  expect(compareOrders(ids, arrangeRows(after, waiting), new Set())).toMatchObject({ more: 0, fewer: 3 });
  const ill: ListQuestion = { ...question, filter: 'positive' };
  expect(compareOrders([1], arrangeRows(after, ill), new Set())).toMatchObject({ more: 1, fewer: 0 });
});
