import type { JSX } from 'preact';
import { openDialog, tokenDialog } from '../dialogs-state.ts';
import { words } from '../preferences.ts';
import { clearList } from '../removals.ts';
import { items } from '../worklist-state.ts';
import { Dialog } from './dialog.tsx';
import { Help } from './help.tsx';
import { KeepingChoice } from './keeping-choice.tsx';
import { ModelCard } from './model-card.tsx';
import { WhatIf } from './what-if.tsx';
import { TokenForm } from './token-form.tsx';

export function Dialogs(): JSX.Element {
  const text = words.value;
  const open = openDialog.value;
  // The browser tells of a closed dialog late, when another one may be open already.
  const closing = (own: typeof open) => (): void => {
    if (openDialog.value === own) openDialog.value = 'none';
  };
  return (
    <>
      <Dialog title={text.helpTitle} isOpen={open === 'help'} onClose={closing('help')}>
        <Help />
      </Dialog>
      <Dialog title={text.cardTitle} isOpen={open === 'card'} onClose={closing('card')}>
        <ModelCard />
      </Dialog>
      <Dialog title={text.whatIf} isOpen={open === 'what-if'} onClose={closing('what-if')}>
        <WhatIf />
      </Dialog>
      <Dialog title={text.keepingTitle} isNarrow isOpen={open === 'keeping'} onClose={closing('keeping')}>
        <KeepingChoice />
      </Dialog>
      <Dialog title={text.clear} isNarrow isOpen={open === 'clear'} onClose={closing('clear')}>
        <p>{text.clearQuestion(items.value.length)}</p>
        <p class="dialog-actions">
          <button type="button" class="button" onClick={closing('clear')}>
            {text.cancel}
          </button>
          <button
            type="button"
            class="button button-main"
            onClick={() => {
              clearList(items.value);
              openDialog.value = 'none';
            }}
          >
            {text.clearYes}
          </button>
        </p>
      </Dialog>
      <Dialog
        title={text.tokenTitle}
        isNarrow
        isOpen={tokenDialog.value}
        onClose={() => {
          tokenDialog.value = false;
        }}
      >
        <TokenForm />
      </Dialog>
    </>
  );
}
