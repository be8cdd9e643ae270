import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { words } from '../preferences.ts';
import { tokenNeed, giveToken } from '../service-state.ts';

/** Submitting it is handled here: the service's policy forbids forms that go anywhere. */
export function TokenForm(): JSX.Element {
  const text = words.value;
  const field = useRef<HTMLInputElement>(null);
  const token = useSignal('');
  const isShown = useSignal(false);
  const isWrong = tokenNeed.value === 'wrong';
  const send = (): void => {
    const given = token.value.trim();
    if (given === '') return;
    field.current?.select();
    void giveToken(given);
  };
  return (
    <div class="token">
      <p>{text.tokenText}</p>
      <label class="token-field">
        {text.tokenLabel}
        <input
          ref={field}
          // By this the browser finds where the focus of a dialog goes; without it Enter would close the dialog.
          autoFocus
          {...(isShown.value ? { type: 'text' as const } : { type: 'password' as const })}
          autocomplete="off"
          spellcheck={false}
          value={token.value}
          aria-invalid={isWrong}
          {...(isWrong && { 'aria-describedby': 'token-wrong' })}
          onInput={({ currentTarget }) => {
            token.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') send();
          }}
        />
      </label>
      {isWrong && (
        <p id="token-wrong" class="token-wrong" role="alert">
          {text.tokenWrong}
        </p>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={isShown.value}
          onChange={({ currentTarget }) => {
            isShown.value = currentTarget.checked;
          }}
        />
        {text.tokenShow}
      </label>
      <p class="dialog-actions">
        <button type="button" class="button button-main" onClick={send}>
          {text.tokenSend}
        </button>
      </p>
    </div>
  );
}
