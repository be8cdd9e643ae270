/** The whole page takes what is dropped or pasted. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { collectPasted, collectTransfer } from '../collect-files.ts';
import { words } from '../preferences.ts';
import { say } from '../messages.ts';
import { addFound } from '../additions.ts';
import { Icon } from './icon.tsx';

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;

export function DropZone(): JSX.Element {
  const isOver = useSignal(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    // Entering a child is also leaving its parent.
    let depth = 0;
    const listen = (
      name: 'dragenter' | 'dragleave' | 'dragover' | 'drop',
      handle: (event: DragEvent) => void,
    ): void => {
      const onEvent = (event: DragEvent): void => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        handle(event);
      };
      window.addEventListener(name, onEvent, { signal });
    };
    listen('dragenter', () => {
      depth += 1;
      isOver.value = true;
    });
    listen('dragleave', () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) isOver.value = false;
    });
    listen('dragover', ({ dataTransfer }) => {
      if (dataTransfer !== null) dataTransfer.dropEffect = 'copy';
    });
    listen('drop', ({ dataTransfer }) => {
      depth = 0;
      isOver.value = false;
      if (dataTransfer === null) return;
      collectTransfer(dataTransfer).then(addFound, () => say(({ problems }) => problems['file-gone'] ?? ''));
    });
    window.addEventListener(
      'paste',
      ({ clipboardData }) => {
        if (clipboardData === null || clipboardData.files.length === 0) return;
        void collectPasted([...clipboardData.files], new Date()).then(addFound);
      },
      { signal },
    );
    return () => listening.abort();
  }, []);
  const text = words.value;
  return (
    <div class="drop-veil" hidden={!isOver.value}>
      <p>
        <Icon name="image" />
        <b>{text.dropNow}</b>
        <span>{text.dropNowText}</span>
      </p>
    </div>
  );
}
