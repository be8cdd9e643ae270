/** Images that were taken off the list, and how they come back. */
import { putItemsBack, removeItems, type Removed } from './list-edit.ts';
import { isSettled, type WorkItem } from './item.ts';
import { say } from './messages.ts';
import { sender } from './service-state.ts';

let last: Removed | null = null;

/** Can be undone until others go. */
export function takeOff(gone: readonly WorkItem[]): void {
  if (gone.length === 0) return;
  const set = new Set(gone);
  sender.forget(set);
  const removed = removeItems(set);
  last = removed;
  say((words) => words.removed(gone.length, gone[0]?.name ?? ''), 'all', {
    label: (words) => words.undo,
    run: () => {
      if (last === removed) undoRemoval();
    },
  });
}

export function undoRemoval(): void {
  if (last === null) return;
  const back = last;
  last = null;
  putItemsBack(back);
  sender.add(back.list.map(([item]) => item).filter(({ state }) => !isSettled(state.peek())));
  say((words) => words.putBack(back.list.length));
}

/** The whole list, for good. */
export function clearList(all: readonly WorkItem[]): void {
  const set = new Set(all);
  sender.forget(set);
  removeItems(set);
  last = null;
}
