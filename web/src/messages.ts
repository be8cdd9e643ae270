/** Short messages at the edge of the page. They are functions of the words, so that they follow the language. */
import { signal } from '@preact/signals';
import { pageBudgets } from './page-budgets.ts';
import type { Words } from './words-en.ts';

export interface MessageAction {
  readonly label: (words: Words) => string;
  readonly run: () => void;
}

export interface Message {
  readonly id: number;
  readonly text: (words: Words) => string;
  /** `ear`: what everybody else sees anyway; `stays`: until somebody closes it, because nothing else on the page says it */
  readonly to: 'all' | 'ear' | 'stays';
  readonly action: MessageAction | null;
}

/** Milliseconds. */
const shownFor = 7000;
/** Of what can be undone. */
const offeredFor = 15_000;

export const messages = signal<readonly Message[]>([]);
let nextId = 1;

export function say(text: Message['text'], to: Message['to'] = 'all', action: MessageAction | null = null): void {
  const id = nextId;
  nextId += 1;
  messages.value = [...keepLatest(to), { id, text, to, action }];
  if (to !== 'stays') setTimeout(() => dismiss(id), action === null ? shownFor : offeredFor);
}

/** What is only heard pushes nothing out of sight. */
function keepLatest(to: Message['to']): readonly Message[] {
  const same = messages.value.filter((message) => (message.to === 'ear') === (to === 'ear'));
  const gone = same.at(-pageBudgets.messages.limit);
  return messages.value.filter((message) => message !== gone);
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}
