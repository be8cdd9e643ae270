/** What this browser keeps of lists: the choice, in plain words, and how all of it is deleted. */
import type { JSX } from 'preact';
import { chooseKeeping, forgetAll, keeping } from '../keeping.ts';
import { openDialog } from '../dialogs-state.ts';
import { keepChoices } from '../keep-choices.ts';
import { keepChoice, words } from '../preferences.ts';

export function KeepingChoice(): JSX.Element {
  const text = words.value;
  return (
    <div class="keeping-choice">
      <p>{text.keepingText}</p>
      {keeping.value === 'unavailable' && <p class="about-warning">{text.keepingUnavailable}</p>}
      <fieldset disabled={keeping.value === 'unavailable'}>
        <legend class="unseen">{text.keepingTitle}</legend>
        {keepChoices.map((choice) => (
          <label key={choice} class="keeping-option">
            <input
              type="radio"
              name="keeping"
              checked={keepChoice.value === choice}
              onChange={() => void chooseKeeping(choice)}
            />
            <span>
              <b>{text.keepChoices[choice].title}</b>
              <span>{text.keepChoices[choice].text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            void forgetAll();
            openDialog.value = 'none';
          }}
        >
          {text.forget}
        </button>
      </p>
    </div>
  );
}
