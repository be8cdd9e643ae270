/** The worklist: its images, their order, which one is chosen. */
import { batch, computed, signal } from '@preact/signals';
import type { Found } from './collect-files.ts';
import type { Row, WorkItem } from './item.ts';
import { countStatuses, filterRows, sortRows, type Filter, type Sorting } from './sorting.ts';
import { dropThumbnails } from './thumbnails.ts';

export const items = signal<readonly WorkItem[]>([]);
export const sorting = signal<Sorting>('urgency');
export const filter = signal<Filter>('all');
export const search = signal('');
/** The image that the viewer shows. */
export const chosen = signal<WorkItem | null>(null);
/** The image beside it; undefined: no comparison; null: one that is still to be chosen. */
export const compared = signal<WorkItem | null | undefined>(undefined);
/** On a narrow screen either the list or the viewer is there. */
export const place = signal<'list' | 'viewer'>('list');

export const rows = computed<readonly Row[]>(() =>
  items.value.map((item) => ({ item, id: item.id, name: item.name, state: item.state.value })),
);
export const counts = computed(() => countStatuses(rows.value));
export const shownRows = computed(() => sortRows(filterRows(rows.value, filter.value, search.value), sorting.value));
export const chosenIndex = computed(() => shownRows.value.findIndex(({ item }) => item === chosen.value));

/** Whether the choice is the user's own, which nothing changes by itself. */
let isOwnChoice = false;
let nextId = 1;

const identity = ({ file, name }: Pick<WorkItem, 'file' | 'name'>): string =>
  `${name}\n${file.size}\n${file.lastModified}`;

/** @returns the new ones; what is on the list already is not added again */
export function addItems(found: readonly Found[]): readonly WorkItem[] {
  const known = new Set(items.value.map(identity));
  const added: WorkItem[] = [];
  for (const { file, name } of found) {
    const item: WorkItem = { id: nextId, file, name, state: signal({ kind: 'waiting' }) };
    if (known.has(identity(item))) continue;
    known.add(identity(item));
    nextId += 1;
    added.push(item);
  }
  batch(() => {
    items.value = [...items.value, ...added];
    if (chosen.value !== null) return;
    chosen.value = added[0] ?? null;
    isOwnChoice = false;
  });
  return added;
}

/** The neighbour is chosen where the chosen one goes. */
export function removeItems(gone: ReadonlySet<WorkItem>): void {
  batch(() => {
    const index = chosenIndex.value;
    const before = shownRows.value;
    items.value = items.value.filter((item) => !gone.has(item));
    if (compared.value !== undefined && compared.value !== null && gone.has(compared.value)) compared.value = null;
    if (chosen.value !== null && gone.has(chosen.value)) {
      const next =
        before.slice(index + 1).find(({ item }) => !gone.has(item)) ??
        before.slice(0, Math.max(0, index)).findLast(({ item }) => !gone.has(item));
      chosen.value = next?.item ?? items.value[0] ?? null;
    }
    if (items.value.length === 0) {
      place.value = 'list';
      compared.value = undefined;
      filter.value = 'all';
      search.value = '';
    }
  });
  dropThumbnails([...gone].map(({ file }) => file));
}

/** While a second image is being looked for, the list chooses that one. */
export function choose(item: WorkItem): void {
  isOwnChoice = true;
  if (compared.value === undefined) chosen.value = item;
  else if (item !== chosen.value) compared.value = item;
}

/** Of a list that was just read, as long as nobody chose another one. */
export function chooseMostUrgent(): void {
  const first = shownRows.peek()[0]?.item;
  if (!isOwnChoice && first !== undefined && compared.peek() === undefined) chosen.value = first;
}

/** What the arrow keys of the list move. */
export const current = computed(() => compared.value ?? chosen.value);
export const currentIndex = computed(() => shownRows.value.findIndex(({ item }) => item === current.value));

export function chooseIndex(index: number): void {
  const list = shownRows.value;
  const row = list[Math.min(list.length - 1, Math.max(0, index))];
  if (row !== undefined) choose(row.item);
}

/** @param step 1: the next; over the chosen one itself while comparing */
export function chooseNext(step: 1 | -1): void {
  const list = shownRows.value;
  let index = currentIndex.value + step;
  if (compared.value !== undefined && list[index]?.item === chosen.value) index += step;
  if (list[index] !== undefined) chooseIndex(index);
}

export function toggleCompare(): void {
  if (chosen.value === null) return;
  if (compared.value !== undefined) {
    compared.value = undefined;
    return;
  }
  const list = shownRows.value;
  const next = list[chosenIndex.value + 1] ?? list[chosenIndex.value - 1];
  compared.value = next?.item ?? null;
}

export function swapCompared(): void {
  const other = compared.value;
  if (other === undefined || other === null || chosen.value === null) return;
  batch(() => {
    compared.value = chosen.value;
    chosen.value = other;
  });
}
