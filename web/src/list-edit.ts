/** What comes to the list and what goes from it; what went last can come back. */
import { batch, signal } from '@preact/signals';
import type { Found } from './collect-files.ts';
import { noNews } from './order-news.ts';
import { orderNews, showAdded } from './list-order.ts';
import { leaveList } from './presence.ts';
import type { ItemState, WorkItem } from './item.ts';
import { dropThumbnails } from './thumbnails.ts';
import {
  chosen,
  chosenIndex,
  compared,
  filter,
  isOwnChoice,
  items,
  place,
  search,
  shownItems,
} from './worklist-state.ts';

let nextId = 1;

const identities = new WeakMap<File, string>();

/** Found out once: the browser has to look at the disk for it. */
function identify({ file, name }: Pick<WorkItem, 'file' | 'name'>): string {
  const known = identities.get(file);
  if (known !== undefined) return known;
  const identity = `${name}\n${file.size}\n${file.lastModified}`;
  identities.set(file, identity);
  return identity;
}

export interface NewImage extends Found {
  readonly state?: ItemState;
}

/** @returns the new ones; what is on the list already is not added again */
export function addItems(found: readonly NewImage[]): readonly WorkItem[] {
  const known = new Set(items.peek().map(identify));
  const added: WorkItem[] = [];
  for (const { file, name, state } of found) {
    const identity = identify({ file, name });
    if (known.has(identity)) continue;
    known.add(identity);
    added.push({ id: nextId, file, name, state: signal<ItemState>(state ?? { kind: 'waiting' }) });
    nextId += 1;
  }
  batch(() => {
    items.value = [...items.peek(), ...added];
    showAdded(added);
    if (chosen.peek() === null) chosen.value = added[0] ?? null;
  });
  return added;
}

/** A list from another time, as it was shown then. */
export interface ListView {
  /** ids */
  readonly order: readonly number[];
  readonly chosen: number | null;
  readonly isOwnChoice: boolean;
}

/** Before anything else is on the list. @param recall gives an image back what is known of it */
export function addKept(
  images: readonly (Found & { readonly id: number })[],
  view: ListView,
  recall: (item: WorkItem) => ItemState,
): readonly WorkItem[] {
  const back = images.map(({ id, file, name }): WorkItem => {
    const item: WorkItem = { id, file, name, state: signal<ItemState>({ kind: 'waiting' }) };
    item.state.value = recall(item);
    return item;
  });
  const byId = new Map(back.map((item) => [item.id, item]));
  nextId = Math.max(nextId, ...byId.keys()) + 1;
  batch(() => {
    items.value = back;
    isOwnChoice.value = view.isOwnChoice;
    chosen.value = byId.get(view.chosen ?? 0) ?? back[0] ?? null;
    shownItems.value = view.order.flatMap((id) => byId.get(id) ?? []);
  });
  return back;
}

/** Images with their places, so that they can be put back there. */
export interface Removed {
  readonly list: readonly (readonly [item: WorkItem, place: number])[];
  readonly shown: readonly (readonly [item: WorkItem, place: number])[];
  readonly chosen: WorkItem | null;
}

const placesOf = (all: readonly WorkItem[], gone: ReadonlySet<WorkItem>): (readonly [WorkItem, number])[] =>
  all.flatMap((item, at) => (gone.has(item) ? [[item, at] as const] : []));

/** The neighbour is chosen where the chosen one goes. */
export function removeItems(gone: ReadonlySet<WorkItem>): Removed {
  const [index, before] = [chosenIndex.peek(), shownItems.peek()];
  const removed = { list: placesOf(items.peek(), gone), shown: placesOf(before, gone), chosen: chosen.peek() };
  batch(() => {
    items.value = items.peek().filter((item) => !gone.has(item));
    shownItems.value = before.filter((item) => !gone.has(item));
    const other = compared.peek();
    if (other !== undefined && other !== null && gone.has(other)) compared.value = null;
    if (removed.chosen !== null && gone.has(removed.chosen)) {
      const next =
        before.slice(index + 1).find((item) => !gone.has(item)) ??
        before.slice(0, Math.max(0, index)).findLast((item) => !gone.has(item));
      chosen.value = next ?? items.peek()[0] ?? null;
    }
    if (items.peek().length === 0) beginAnew();
  });
  dropThumbnails([...gone].map(({ file }) => file));
  return removed;
}

function beginAnew(): void {
  place.value = 'list';
  compared.value = undefined;
  filter.value = 'all';
  search.value = '';
  isOwnChoice.value = false;
  orderNews.value = noNews;
  leaveList();
}

/** Each where it was, or at the end of what is shorter now. */
export function putItemsBack({ list, shown, chosen: before }: Removed): void {
  batch(() => {
    items.value = insertAll(items.peek(), list);
    shownItems.value = insertAll(shownItems.peek(), shown);
    if (compared.peek() === undefined) chosen.value = before;
  });
}

/** In rising order of places, each place is that of the whole list again. */
function insertAll(all: readonly WorkItem[], places: Removed['list']): readonly WorkItem[] {
  const whole = [...all];
  for (const [item, at] of places) whole.splice(at, 0, item);
  return whole;
}
