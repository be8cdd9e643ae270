/** Work on many cases, a few at a time. */
import { availableParallelism } from 'node:os';

/** Hands out the cases in their order, to as many lanes as there are cores and four at most. */
export async function inLanes<Case>(
  cases: Iterable<Case>,
  work: (one: Case, lane: number) => Promise<void>,
  lanes = Math.min(4, availableParallelism()),
): Promise<void> {
  const left = cases[Symbol.iterator]();
  const run = async (lane: number): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value, lane);
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
}
