/** Below the list: what this browser keeps of it, and the way to change that. X-rays on a disk are never kept in silence. */
import type { JSX } from 'preact';
import { openDialog } from '../dialogs-state.ts';
import { keeping, keptCount } from '../keeping.ts';
import { keepChoice, words } from '../preferences.ts';
import { items } from '../worklist-state.ts';
import { Icon } from './icon.tsx';

export function KeepingLine(): JSX.Element | null {
  const text = words.value;
  const state = keeping.value;
  if (state === 'starting') return null;
  const isKept = state === 'on' && keepChoice.value !== 'off';
  const isPartly = state === 'full' || state === 'failed';
  const sentence = isKept
    ? text.keptFor[keepChoice.value]
    : isPartly
      ? text.keptPartly(items.value.length - keptCount.value)
      : text.keptFor.off;
  return (
    <p class={`keeping-line${isPartly ? ' keeping-partly' : ''}`}>
      <Icon name="lock" />
      <span>{sentence}</span>
      <button
        type="button"
        class="link-button"
        onClick={() => {
          openDialog.value = 'keeping';
        }}
      >
        {text.keepingChange}
      </button>
    </p>
  );
}
