/** The worklist: its images, how they are shown, which one is chosen. */
import { batch, computed, signal } from '@preact/signals';
import { changes } from './item-changes.ts';
import { toRow, type Row, type WorkItem } from './item.ts';
import { countStatuses, type Filter, type Sorting } from './sorting.ts';

export const items = signal<readonly WorkItem[]>([]);
export const sorting = signal<Sorting>('urgency');
export const filter = signal<Filter>('all');
export const search = signal('');
/** What the list shows, in its order: made at one moment, and kept until the next one that a person expects (see list-order.ts). */
export const shownItems = signal<readonly WorkItem[]>([]);
/** The image that the viewer shows. */
export const chosen = signal<WorkItem | null>(null);
/** The image beside it; undefined: no comparison; null: one that is still to be chosen. */
export const compared = signal<WorkItem | null | undefined>(undefined);
/** Whether the choice is the user's own, which nothing changes by itself. */
export const isOwnChoice = signal(false);
/** On a narrow screen either the list or the viewer is there. */
export const place = signal<'list' | 'viewer'>('list');

/** Of all images, a few times a second. */
export const counts = computed(() => {
  void changes.value;
  return countStatuses(items.value.map(({ state }) => state.peek()));
});

/** All images as they are now. */
export const currentRows = (): readonly Row[] => items.peek().map(toRow);

export const chosenIndex = computed(() => (chosen.value === null ? -1 : shownItems.value.indexOf(chosen.value)));

/** While a second image is being looked for, the list chooses that one. */
export function choose(item: WorkItem): void {
  batch(() => {
    isOwnChoice.value = true;
    if (compared.value === undefined) chosen.value = item;
    else if (item !== chosen.value) compared.value = item;
  });
}

/** What the arrow keys of the list move. */
export const current = computed(() => compared.value ?? chosen.value);
export const currentIndex = computed(() => (current.value === null ? -1 : shownItems.value.indexOf(current.value)));

export function chooseIndex(index: number): void {
  const list = shownItems.value;
  const item = list[Math.min(list.length - 1, Math.max(0, index))];
  if (item !== undefined) choose(item);
}

/** @param step 1: the next; over the chosen one itself while comparing */
export function chooseNext(step: 1 | -1): void {
  const list = shownItems.value;
  let index = currentIndex.value + step;
  if (compared.value !== undefined && list[index] === chosen.value) index += step;
  if (list[index] !== undefined) chooseIndex(index);
}

/** Asks for the second image: which one it is, the page cannot know. The neighbour in the list is another patient's. */
export function toggleCompare(): void {
  if (chosen.value === null) return;
  compared.value = compared.value === undefined ? null : undefined;
}

export function swapCompared(): void {
  const other = compared.value;
  if (other === undefined || other === null || chosen.value === null) return;
  batch(() => {
    compared.value = chosen.value;
    chosen.value = other;
  });
}
