/**
 * What a reader says of an image, apart from what the model says; in the blind mode before it. An answer that is sealed is nowhere in the
 * page: neither in the list nor in its order, until the reader has said something or left that mode.
 */
import { batch, computed, signal, type Signal } from '@preact/signals';
import { changes, markChanged, setState } from './item-changes.ts';
import type { ItemState, WorkItem } from './item.ts';
import { blindMode } from './preferences.ts';
import { items } from './worklist-state.ts';

export interface Reading {
  /** a class of the model; null: the reader cannot tell */
  readonly label: string | null;
  /** whether it was given before the answer was shown */
  readonly isBlind: boolean;
  /** ISO 8601 */
  readonly at: string;
}

const readings = new WeakMap<WorkItem, Signal<Reading | null>>();
const comments = new WeakMap<WorkItem, Signal<string>>();
const sealed = new WeakMap<WorkItem, ItemState>();

export function readingOf(item: WorkItem): Signal<Reading | null> {
  return ensure(readings, item, null);
}

export function commentOf(item: WorkItem): Signal<string> {
  return ensure(comments, item, '');
}

function ensure<Value>(map: WeakMap<WorkItem, Signal<Value>>, item: WorkItem, value: Value): Signal<Value> {
  const known = map.get(item);
  if (known !== undefined) return known;
  const made = signal(value);
  map.set(item, made);
  return made;
}

/** @param state as the service gave it @returns what may be shown of it */
export function sealAnswer(item: WorkItem, state: ItemState): ItemState {
  if (blindMode.peek() === 'off' || state.kind !== 'done' || readingOf(item).peek() !== null) return state;
  // A file that could not be read has no answer that could be betrayed.
  if (state.answer.status === 'failed') return state;
  sealed.set(item, state);
  return { kind: 'sealed' };
}

function unseal(item: WorkItem): void {
  const state = sealed.get(item);
  sealed.delete(item);
  if (state !== undefined && item.state.peek().kind === 'sealed') setState(item, state);
}

/** @param label a class of the model; null: cannot tell; undefined: takes the reading back, and does not hide the answer again */
export function read(item: WorkItem, label: string | null | undefined): void {
  const isBlind = item.state.peek().kind !== 'done';
  batch(() => {
    const reading = readingOf(item);
    reading.value = label === undefined ? null : { label, isBlind, at: new Date().toISOString() };
    if (label !== undefined) unseal(item);
    markChanged(item);
  });
}

/** What the service said, also where the reader does not know it yet. */
export function answerOf(item: WorkItem): ItemState {
  const shown = item.state.peek();
  return shown.kind === 'sealed' ? (sealed.get(item) ?? shown) : shown;
}

export function saidOf(item: WorkItem): { readonly reading: Reading | null; readonly comment: string } {
  return { reading: readingOf(item).peek(), comment: commentOf(item).peek() };
}

export function comment(item: WorkItem, text: string): void {
  commentOf(item).value = text;
  markChanged(item);
}

export function setBlindMode(isOn: boolean): void {
  batch(() => {
    blindMode.value = isOn ? 'on' : 'off';
    for (const item of items.peek()) {
      if (isOn) setState(item, sealAnswer(item, item.state.peek()));
      else unseal(item);
    }
  });
}

/** @returns null where there is nothing to agree with, or no opinion */
export function agrees(state: ItemState, reading: Reading | null): boolean | null {
  if (reading === null || reading.label === null || state.kind !== 'done' || state.answer.label === null) return null;
  return reading.label === state.answer.label;
}

export const readingCounts = computed(() => {
  // A few times a second, however fast answers come.
  void changes.value;
  const all = items.value.map((item) => ({ state: item.state.peek(), reading: readingOf(item).value }));
  const made = all.filter(({ reading }) => reading !== null);
  return {
    total: all.length,
    read: made.length,
    agreed: made.filter(({ state, reading }) => agrees(state, reading) === true).length,
    disagreed: made.filter(({ state, reading }) => agrees(state, reading) === false).length,
    told: made.filter(({ reading }) => reading?.label !== null).length,
  };
});
