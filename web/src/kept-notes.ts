/** What is kept of an image beside its file: the answer, and what the reader said. */
import type { ItemState, SettledState, WorkItem } from './item.ts';
import type { KeptAnswer } from './kept-lists.ts';
import { answerOf, commentOf, readingOf, sealAnswer } from './readings.ts';

export type Note = Omit<KeptAnswer, 'list'>;

const toSettled = (state: ItemState): SettledState | null =>
  state.kind === 'done' || state.kind === 'failed' ? state : null;

/** null where there is nothing to keep yet */
export function noteOf(item: WorkItem): Note | null {
  const state = toSettled(answerOf(item));
  const reading = readingOf(item).peek();
  const comment = commentOf(item).peek();
  return state === null && reading === null && comment === '' ? null : { id: item.id, state, reading, comment };
}

/** Gives an image back what was kept of it. @returns the state in which it is shown */
export function recallNote(item: WorkItem, note: Note | undefined): ItemState {
  if (note === undefined) return { kind: 'waiting' };
  readingOf(item).value = note.reading;
  commentOf(item).value = note.comment;
  return note.state === null ? { kind: 'waiting' } : sealAnswer(item, note.state);
}
