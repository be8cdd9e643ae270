/**
 * Tells that states of images have changed: rows follow at once, by the state itself. What looks at all images (counts, order, what is
 * kept) follows a few times a second, however fast answers come.
 */
import { signal } from '@preact/signals';
import type { ItemState, WorkItem } from './item.ts';

/** Milliseconds between two looks at the whole list. */
const pause = 200;

/** Counts up after states have changed. */
export const changes = signal(0);

/** Whose states changed since this listener was last called. */
export type ChangeListener = (changed: ReadonlySet<WorkItem>) => void;
const listeners: ChangeListener[] = [];
let changed = new Set<WorkItem>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function setState(item: WorkItem, state: ItemState): void {
  item.state.value = state;
  markChanged(item);
}

/** Of what else is known of an image, such as a reader's opinion. */
export function markChanged(item: WorkItem): void {
  changed.add(item);
  timer ??= setTimeout(flushChanges, pause);
}

/** Tells at once. */
export function flushChanges(): void {
  clearTimeout(timer);
  timer = undefined;
  if (changed.size === 0) return;
  const told = changed;
  changed = new Set();
  changes.value = changes.peek() + 1;
  for (const listener of listeners) listener(told);
}

export function onChanges(listener: ChangeListener): void {
  listeners.push(listener);
}
