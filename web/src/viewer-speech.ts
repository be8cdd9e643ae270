/** Says what changes in the viewer while the focus is elsewhere: screen readers speak of what has it, and of nothing else. */
import { effect, untracked } from '@preact/signals';
import { isSettled, probabilityOf, statusOf, type WorkItem } from './item.ts';
import { say } from './messages.ts';
import { heatOn, orientationOf } from './viewer-state.ts';
import { compared, current, currentIndex, shownItems } from './worklist-state.ts';

const hasFocus = (selector: string): boolean => (document.activeElement?.closest(selector) ?? null) !== null;

export function speakOfViewer(): void {
  let spoken: WorkItem | null = null;
  let wasSettled = false;
  effect(() => {
    const item = current.value;
    if (item === null) return;
    const state = item.state.value;
    const isOther = item !== spoken;
    const isAnswered = !isOther && !wasSettled && isSettled(state);
    spoken = item;
    wasSettled = isSettled(state);
    // In the list its rows are spoken.
    if (!(isOther ? !hasFocus('[role=listbox]') : isAnswered && hasFocus('.viewer'))) return;
    untracked(() => sayImage(item));
  });
  sayChanges(
    () => heatOn.value,
    (isOn) => say((words) => (isOn ? words.heatIsOn : words.heatIsOff), 'ear'),
  );
  sayChanges(
    () => compared.value !== undefined,
    (isOn) => say((words) => (isOn ? words.compareIsOn : words.compareIsOff), 'ear'),
  );
  sayChanges(
    () => (current.value === null ? null : orientationOf(current.value).value),
    (orientation) => {
      if (orientation === null) return;
      const { quarters, isMirrored } = orientation;
      say((words) => words.orientationIs(90 * quarters, isMirrored) || words.orientationNone, 'ear');
    },
  );
}

/** What is so from the start is not said. */
function sayChanges<Value>(read: () => Value, speak: (value: Value) => void): void {
  let before: { readonly value: Value } | null = null;
  effect(() => {
    const value = read();
    const known = before;
    before = { value };
    if (known !== null && known.value !== value) untracked(() => speak(value));
  });
}

function sayImage(item: WorkItem): void {
  const [index, total] = [currentIndex.peek(), shownItems.peek().length];
  const state = item.state.peek();
  const [status, probability] = [statusOf(state), probabilityOf(state)];
  const position = index + 1;
  say(
    (words) =>
      [
        item.name,
        words.status[status],
        ...(probability === null ? [] : [words.percent(probability)]),
        ...(position === 0 ? [] : [words.rowPosition(position, total)]),
      ].join(words.comma),
    'ear',
  );
}
