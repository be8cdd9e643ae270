import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { pickers } from '../actions.ts';
import { collectPicked } from '../collect-files.ts';
import { words } from '../preferences.ts';
import { addFound } from '../additions.ts';
import { Icon } from './icon.tsx';

export function AddButtons({ isSmall }: { readonly isSmall: boolean }): JSX.Element {
  const text = words.value;
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // No attribute that JSX knows of.
    folder.current?.setAttribute('webkitdirectory', '');
    pickers.files = () => files.current?.click();
    pickers.folder = () => folder.current?.click();
  }, []);
  const onPick = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    void collectPicked([...(currentTarget.files ?? [])]).then(addFound);
    // The same file can be picked again.
    currentTarget.value = '';
  };
  const size = isSmall ? '' : ' button-large';
  return (
    <span class="joined-apart">
      <button
        type="button"
        class={`button button-main${size}`}
        {...(isSmall && { 'aria-label': text.addFiles })}
        onClick={() => pickers.files()}
      >
        <Icon name="plus" />
        <span class={isSmall ? 'add-long' : ''}>{text.addFiles}</span>
        {isSmall && (
          <span class="add-short" aria-hidden="true">
            {text.addShort}
          </span>
        )}
      </button>
      <button
        type="button"
        class={`button${isSmall ? ' icon-only' : size}`}
        {...(isSmall && { 'aria-label': text.addFolder, title: text.addFolder })}
        onClick={() => pickers.folder()}
      >
        <Icon name="folder" />
        {!isSmall && text.addFolder}
      </button>
      <input ref={files} class="picker pick-files" type="file" multiple hidden tabIndex={-1} onChange={onPick} />
      <input ref={folder} class="picker pick-folder" type="file" multiple hidden tabIndex={-1} onChange={onPick} />
    </span>
  );
}
