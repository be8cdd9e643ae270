/** The order of the worklist: what a person should look at first stands first. */
import { probabilityOf, statuses, statusOf, type ItemState, type Row, type Status } from './item.ts';

export const sortings = ['urgency', 'most-probable', 'least-probable', 'name', 'added'] as const;
export type Sorting = (typeof sortings)[number];

/** Everything, or what has one status; `waiting` takes what is being sent along. */
export type Filter = 'all' | Status;

const toWaiting = (status: Status): Status => (status === 'sending' ? 'waiting' : status);

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Statuses stand in `statuses` by urgency; what is being sent is no more urgent than what waits, so that rows do not jump. */
export function urgencyOf(state: ItemState): number {
  return statuses.indexOf(toWaiting(statusOf(state)));
}

type Comparison = (one: Row<unknown>, other: Row<unknown>) => number;

/** What has no probability comes last, whichever way round. */
function byProbability(sign: 1 | -1): Comparison {
  return (one, other) => {
    const [first, second] = [probabilityOf(one.state), probabilityOf(other.state)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  };
}

const highFirst = byProbability(-1);

const comparisons: Readonly<Record<Sorting, Comparison>> = {
  urgency: (one, other) => urgencyOf(one.state) - urgencyOf(other.state) || highFirst(one, other),
  'most-probable': highFirst,
  'least-probable': byProbability(1),
  name: (one, other) => names.compare(one.name, other.name),
  added: () => 0,
};

/** Equals stay in the order in which they were added. */
export function sortRows<Item>(rows: readonly Row<Item>[], sorting: Sorting): readonly Row<Item>[] {
  const compare = comparisons[sorting];
  return rows.toSorted((one, other) => compare(one, other) || one.id - other.id);
}

/** @param search part of a name, in any case; '' for all */
export function filterRows<Item>(rows: readonly Row<Item>[], filter: Filter, search: string): readonly Row<Item>[] {
  const wanted = search.trim().toLowerCase();
  return rows.filter(
    ({ name, state }) =>
      (filter === 'all' || toWaiting(statusOf(state)) === filter) &&
      (wanted === '' || name.toLowerCase().includes(wanted)),
  );
}

/** By what the filters show. */
export function countStatuses(rows: readonly Row<unknown>[]): Readonly<Record<Status, number>> {
  const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
  for (const { state } of rows) counts[toWaiting(statusOf(state))] += 1;
  return counts;
}
