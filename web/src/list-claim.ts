/** Which list belongs to this tab. A tab that was duplicated has its parent's number, and must not write into its list. */
import type { KeptList } from './kept-lists.ts';
import { pageBudgets } from './page-budgets.ts';
import { readForTab, writeForTab } from './tab-storage.ts';

const lockOf = (id: string): string => `pneumoscope-list ${id}`;

/** Holds the list until the page is left. @returns whether no other tab holds it */
function claim(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { signal: AbortSignal.timeout(pageBudgets.claimWait.limit) };
    const held = navigator.locks.request(lockOf(id), options, () => {
      resolve(true);
      return new Promise(() => undefined);
    });
    held.catch(() => resolve(false));
  });
}

export async function isHeldBySomeone(id: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lockOf(id));
}

/**
 * @param lists all that are kept
 * @returns the list of this tab: its own one, or the last one that was kept for everybody, or a new one
 */
export async function claimList(lists: readonly KeptList[], mayAdopt: boolean): Promise<string> {
  const own = readForTab('list') ?? readFromHistory();
  if (own !== null && (await claim(own))) return remember(own);
  const others = lists.filter(({ scope }) => scope === 'browser').toSorted((one, other) => other.usedAt - one.usedAt);
  for (const { id } of mayAdopt ? others : []) {
    if (!(await isHeldBySomeone(id)) && (await claim(id))) return remember(id);
  }
  const id = crypto.randomUUID();
  await claim(id);
  return remember(id);
}

function remember(id: string): string {
  writeForTab('list', id);
  history.replaceState({ list: id }, '');
  return id;
}

/** A tab that is reopened after a crash of the whole browser has its history, but not always its storage. */
function readFromHistory(): string | null {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'list' in state && typeof state.list === 'string'
    ? state.list
    : null;
}

/** Lists that nobody has used for so long that they must go. */
export function findForgotten(lists: readonly KeptList[], now: number): readonly string[] {
  return lists.filter(({ usedAt }) => now - usedAt > pageBudgets.unusedList.limit).map(({ id }) => id);
}
