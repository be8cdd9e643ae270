/**
 * Keeps the list of this tab on the browser's disk while it grows, and brings it back. Whatever goes wrong with that, the list goes on in
 * memory.
 */
import { batch, effect, signal } from '@preact/signals';
import { onChanges } from './item-changes.ts';
import { isSettled } from './item.ts';
import { KeptLists, type KeptList } from './kept-lists.ts';
import { recallNote } from './kept-notes.ts';
import { claimList, findForgotten, isHeldBySomeone } from './list-claim.ts';
import { addKept } from './list-edit.ts';
import { say } from './messages.ts';
import { keepChoices, type KeepChoice } from './keep-choices.ts';
import { pageBudgets } from './page-budgets.ts';
import { keepChoice, keepKey } from './preferences.ts';
import { clearList } from './removals.ts';
import { rereadStale, sender, wantedModel } from './service-state.ts';
import { chosen, filter, isOwnChoice, items, search, shownItems, sorting } from './worklist-state.ts';
import { WriteQueue } from './write-queue.ts';

/** `full`: the rest of the list is in memory alone; `failed`: all that was added since; `unavailable`: this browser keeps nothing here */
export type Keeping = 'starting' | 'on' | 'off' | 'full' | 'failed' | 'unavailable';
export const keeping = signal<Keeping>('starting');
/** images of the list that stand on the disk */
export const keptCount = signal(0);
/** lists on the disk that no open tab has: those of tabs that were closed, or of a browser that crashed */
export const strayLists = signal(0);

/** Milliseconds. */
const listPause = 400;
const expiryPause = 60_000;

interface Store {
  readonly lists: KeptLists;
  readonly id: string;
  readonly queue: WriteQueue;
}
let store: Store | null = null;
let usedAt = Date.now();

/** Brings the list of this tab back, and keeps it from then on. */
export async function startKeeping(): Promise<void> {
  if (keepChoice.peek() === 'off') keeping.value = 'off';
  else await openStore();
  watch();
}

async function openStore(): Promise<void> {
  // Without a secure connection anybody on the way could read what is kept.
  if (!isSecureContext || !('locks' in navigator)) {
    keeping.value = 'unavailable';
    return;
  }
  try {
    const lists = await KeptLists.open();
    for (const gone of findForgotten(await lists.all(), Date.now())) await lists.removeList(gone);
    const id = await claimList(await lists.all(), keepChoice.peek() === 'browser');
    const queue = new WriteQueue(lists, id, { onKept: (count) => (keptCount.value = count), onTrouble });
    store = { lists, id, queue };
    await restore(store);
    await countStrays(store);
    keeping.value = 'on';
  } catch {
    keeping.value = 'unavailable';
  }
}

async function restore({ lists, id, queue }: Store): Promise<void> {
  const list = await lists.find(id);
  if (list === undefined) return;
  const images = await lists.images(id);
  const notes = new Map((await lists.answers(id)).map((note) => [note.id, note]));
  if (images.length === 0) return;
  ({ usedAt } = list);
  batch(() => {
    ({ sorting: sorting.value, filter: filter.value, search: search.value } = list.question);
    wantedModel.value ??= list.model;
  });
  const back = addKept(images, list, (item) => recallNote(item, notes.get(item.id)));
  queue.knows(back);
  sender.add(back.filter(({ state }) => !isSettled(state.peek())));
  rereadStale();
}

async function countStrays({ lists, id }: Store): Promise<void> {
  let count = 0;
  for (const list of await lists.all()) if (list.id !== id && !(await isHeldBySomeone(list.id))) count += 1;
  strayLists.value = count;
}

function onTrouble(trouble: 'full' | 'failed'): void {
  if (keeping.peek() === trouble) return;
  keeping.value = trouble;
  say((words) => (trouble === 'full' ? words.keepingFull : words.keepingFailed), 'stays');
}

function watch(): void {
  let listTimer: ReturnType<typeof setTimeout> | undefined;
  const putList = (): void => {
    clearTimeout(listTimer);
    listTimer = undefined;
    if (store !== null && items.peek().length > 0) store.queue.putList(describeList(store.id));
  };
  effect(() => {
    const all = items.value;
    store?.queue.follow(all);
    void keeping.value;
  });
  effect(() => {
    void [items.value, shownItems.value, chosen.value, isOwnChoice.value, sorting.value, filter.value, search.value];
    void [wantedModel.value, keepChoice.value, keeping.value];
    usedAt = Date.now();
    listTimer ??= setTimeout(putList, listPause);
  });
  onChanges((changed) => store?.queue.putNotes(changed));
  addEventListener('pagehide', putList);
  // The choice is the browser's, so it holds for every tab.
  addEventListener('storage', ({ key, newValue }) => {
    const choice = keepChoices.find((each) => each === newValue);
    if (key === keepKey && choice !== undefined) void chooseKeeping(choice);
  });
  setInterval(forgetUnused, expiryPause);
  effect(() => {
    const isLost = items.value.length > keptCount.value || keeping.value === 'off' || keeping.value === 'unavailable';
    const listen = items.value.length > 0 && isLost ? addEventListener : removeEventListener;
    listen('beforeunload', warn);
  });
}

const warn = (event: Event): void => event.preventDefault();

function describeList(id: string): KeptList {
  return {
    id,
    usedAt,
    scope: keepChoice.peek() === 'browser' ? 'browser' : 'tab',
    question: { sorting: sorting.peek(), filter: filter.peek(), search: search.peek() },
    order: shownItems.peek().map((item) => item.id),
    chosen: chosen.peek()?.id ?? null,
    isOwnChoice: isOwnChoice.peek(),
    model: wantedModel.peek(),
  };
}

/** A page may stay open for days on a computer that others use too. */
function forgetUnused(): void {
  const isRunning = sender.inFlight.peek() > 0;
  if (isRunning) usedAt = Date.now();
  if (items.peek().length === 0 || Date.now() - usedAt <= pageBudgets.unusedList.limit) return;
  clearList(items.peek());
  say((words) => words.unusedForgotten, 'stays');
}

/** Deletes the list of this tab, and what tabs that were closed have left in this browser. */
export async function forgetAll(): Promise<void> {
  clearList(items.peek());
  await forgetKept();
  say((words) => words.forgotten);
}

async function forgetKept(): Promise<void> {
  if (store === null) return;
  await store.queue.settled();
  for (const { id } of await store.lists.all()) {
    // What another tab has open is that tab's.
    if (id === store.id || !(await isHeldBySomeone(id))) await store.lists.removeList(id);
  }
  strayLists.value = 0;
}

/** What is kept already goes where nothing is to be kept; and what is on the list is kept from now on where it was not. */
export async function chooseKeeping(choice: KeepChoice): Promise<void> {
  keepChoice.value = choice;
  if (choice === 'off') {
    keeping.value = 'off';
    store?.queue.stop();
    await forgetKept();
    store = null;
    keptCount.value = 0;
  } else if (store === null) await openStore();
}
