import type { JSX } from 'preact';
import { dismiss, messages } from '../messages.ts';
import { words } from '../preferences.ts';
import { Icon } from './icon.tsx';

export function Messages(): JSX.Element {
  const text = words.value;
  return (
    <div class="messages" role="status">
      {messages.value.map((message) => (
        <p key={message.id} class={message.to === 'ear' ? 'unseen' : 'message'}>
          <span>{message.text(text)}</span>
          {message.action !== null && (
            <button
              type="button"
              class="button button-small"
              onClick={() => {
                message.action?.run();
                dismiss(message.id);
              }}
            >
              {message.action.label(text)}
            </button>
          )}
          {message.to !== 'ear' && (
            <button
              type="button"
              class="button icon-only"
              aria-label={text.dismiss}
              onClick={() => dismiss(message.id)}
            >
              <Icon name="close" />
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
