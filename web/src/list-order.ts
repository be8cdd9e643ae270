/**
 * When the list sorts itself. Answers come all the time, and a row that moves between a look and a click opens another patient's image.
 * So the order is made at a moment: by itself only while nobody is at the list, and otherwise when somebody asks for it.
 */
import { batch, effect, signal, untracked } from '@preact/signals';
import { flushChanges, onChanges } from './item-changes.ts';
import { toRow, type WorkItem } from './item.ts';
import { compareOrders, noNews, type OrderNews } from './order-news.ts';
import { isSomeoneThere } from './presence.ts';
import { arrangeRows, filterRows, followsAnswers } from './sorting.ts';
import {
  chosen,
  compared,
  currentRows,
  filter,
  isOwnChoice,
  items,
  search,
  shownItems,
  sorting,
} from './worklist-state.ts';

/** Milliseconds. */
const pause = 500;

/** What would change if the list were sorted now. */
export const orderNews = signal<OrderNews>(noNews);

let changedSince = new Set<number>();
let wantsMostUrgent = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether rows must stay where they are. */
export const isHeld = (): boolean => isOwnChoice.peek() || isSomeoneThere();

const question = (): Parameters<typeof arrangeRows>[1] => ({
  sorting: sorting.peek(),
  filter: filter.peek(),
  search: search.peek(),
});

/** Sorts the list and filters it as it is now. */
export function sortNow(): void {
  flushChanges();
  changedSince = new Set();
  batch(() => {
    shownItems.value = arrangeRows(currentRows(), question()).map(({ item }) => item);
    orderNews.value = noNews;
  });
}

/** What was added stands last where the order is held. */
export function showAdded(added: readonly WorkItem[]): void {
  if (isHeld()) {
    const shown = filterRows(added.map(toRow), filter.peek(), search.peek());
    shownItems.value = [...shownItems.peek(), ...shown.map(({ item }) => item)];
  } else sortNow();
}

/** Of a list that was just read, as soon as nobody is at it, and as long as nobody chose another one. */
export function chooseMostUrgent(): void {
  wantsMostUrgent = true;
  follow();
}

function follow(): void {
  clearTimeout(timer);
  timer = undefined;
  if (isHeld()) {
    review();
    // Whoever is at the list goes away again.
    if (!isOwnChoice.peek() && (changedSince.size > 0 || wantsMostUrgent)) followLater();
    return;
  }
  sortNow();
  const first = shownItems.peek()[0];
  if (wantsMostUrgent && first !== undefined && compared.peek() === undefined) chosen.value = first;
  wantsMostUrgent = false;
}

function followLater(): void {
  timer ??= setTimeout(follow, pause);
}

function review(): void {
  if (!followsAnswers(sorting.peek()) && filter.peek() === 'all') return;
  const fresh = arrangeRows(currentRows(), question());
  const held = shownItems.peek().map(({ id }) => id);
  orderNews.value = compareOrders(held, fresh, followsAnswers(sorting.peek()) ? changedSince : new Set());
}

onChanges((changed) => {
  for (const { id } of changed) changedSince.add(id);
  followLater();
});

// Another question is a moment at which everybody expects another order.
effect(() => {
  void [sorting.value, filter.value, search.value];
  untracked(sortNow);
});

effect(() => {
  if (items.value.length > 0) return;
  changedSince = new Set();
  wantsMostUrgent = false;
});
