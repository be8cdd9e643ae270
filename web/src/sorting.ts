/** The order of the worklist: what a person should look at first stands first. */
import { probabilityOf, statuses, statusOf, type ItemState, type Row, type Status } from './item.ts';

export const sortings = ['urgency', 'most-probable', 'least-probable', 'name', 'added'] as const;
export type Sorting = (typeof sortings)[number];

/** Everything, or what has one status; `waiting` takes what is being sent along. */
export type Filter = 'all' | Status;

/** What is asked for of the list. */
export interface ListQuestion {
  readonly sorting: Sorting;
  readonly filter: Filter;
  /** part of a name, in any case; '' for all */
  readonly search: string;
}

const toWaiting = (status: Status): Status => (status === 'sending' ? 'waiting' : status);

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

const urgencies = new Map(statuses.map((status) => [status, statuses.indexOf(toWaiting(status))]));

/** Statuses stand in `statuses` by urgency; what is being sent is no more urgent than what waits, so that rows do not jump. */
export function urgencyOf(state: ItemState): number {
  return urgencies.get(statusOf(state)) ?? statuses.length;
}

/** What a row is compared by, found out once for each row: lists have thousands. */
interface Keyed<Item> {
  readonly row: Row<Item>;
  readonly urgency: number;
  readonly probability: number | null;
}

type Comparison = (one: Keyed<unknown>, other: Keyed<unknown>) => number;

/** What has no probability comes last, whichever way round. */
function byProbability(sign: 1 | -1): Comparison {
  return ({ probability: first }, { probability: second }) => {
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  };
}

const highFirst = byProbability(-1);

const comparisons: Readonly<Record<Sorting, Comparison>> = {
  urgency: (one, other) => one.urgency - other.urgency || highFirst(one, other),
  'most-probable': highFirst,
  'least-probable': byProbability(1),
  name: (one, other) => names.compare(one.row.name, other.row.name),
  added: () => 0,
};

/** Whether an answer can move a row. */
export const followsAnswers = (sorting: Sorting): boolean => sorting !== 'name' && sorting !== 'added';

/** Equals stay in the order in which they were added. */
export function sortRows<Item>(rows: readonly Row<Item>[], sorting: Sorting): readonly Row<Item>[] {
  const compare = comparisons[sorting];
  return rows
    .map((row) => ({ row, urgency: urgencyOf(row.state), probability: probabilityOf(row.state) }))
    .toSorted((one, other) => compare(one, other) || one.row.id - other.row.id)
    .map(({ row }) => row);
}

/** @param search part of a name, in any case; '' for all */
export function filterRows<Item>(rows: readonly Row<Item>[], filter: Filter, search: string): readonly Row<Item>[] {
  const part = search.trim().toLowerCase();
  return rows.filter(
    ({ name, state }) =>
      (filter === 'all' || toWaiting(statusOf(state)) === filter) && (part === '' || name.toLowerCase().includes(part)),
  );
}

export function arrangeRows<Item>(
  rows: readonly Row<Item>[],
  { sorting, filter, search }: ListQuestion,
): readonly Row<Item>[] {
  return sortRows(filterRows(rows, filter, search), sorting);
}

/** By what the filters show. */
export function countStatuses(states: Iterable<ItemState>): Readonly<Record<Status, number>> {
  const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  for (const state of states) counts[toWaiting(statusOf(state))] += 1;
  return counts;
}
