import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { words } from '../preferences.ts';
import { Icon } from './icon.tsx';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly isNarrow?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** The browser's own dialog: it keeps the focus, closes on Escape and gives the focus back. */
export function Dialog({ title, isOpen, isNarrow = false, onClose, children }: Props): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open === isOpen) return;
    if (isOpen) dialog.showModal();
    else dialog.close();
  }, [isOpen]);
  return (
    <dialog
      ref={element}
      class={isNarrow ? 'dialog dialog-narrow' : 'dialog'}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        // Beside it, where its backdrop is.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      {isOpen && (
        <div class="dialog-inside">
          <header class="dialog-head">
            <h2>{title}</h2>
            <button
              type="button"
              class="button icon-only"
              aria-label={words.value.close}
              onClick={() => element.current?.close()}
            >
              <Icon name="close" />
            </button>
          </header>
          <div class="dialog-body" tabIndex={0} role="region" aria-label={title}>
            {children}
          </div>
        </div>
      )}
    </dialog>
  );
}
