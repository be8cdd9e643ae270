/** That the service wants a token, and the way to the dialog that takes one. */
import type { JSX } from 'preact';
import { tokenDialog } from '../dialogs-state.ts';
import { words } from '../preferences.ts';
import { Icon } from './icon.tsx';

interface TokenRequestProps {
  readonly sentence: string;
  /** For a screen reader: alert where it takes the place of everything else. */
  readonly role?: 'alert';
}

export function TokenRequest({ sentence, role }: TokenRequestProps): JSX.Element {
  return (
    <p class="held held-warning" role={role}>
      <Icon name="lock" />
      <span>{sentence}</span>
      <button
        type="button"
        class="button button-small button-main"
        onClick={() => {
          tokenDialog.value = true;
        }}
      >
        {words.value.enterToken}
      </button>
    </p>
  );
}
