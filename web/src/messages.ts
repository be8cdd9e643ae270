/** Short messages at the edge of the page. They are functions of the words, so that they follow the language. */
import { signal } from '@preact/signals';
import type { Words } from './words-en.ts';

export interface Message {
  readonly id: number;
  readonly text: (words: Words) => string;
  /** `ear`: what everybody else sees anyway */
  readonly to: 'all' | 'ear';
}

const shownFor = 7000;

export const messages = signal<readonly Message[]>([]);
let nextId = 1;

export function say(text: Message['text'], to: Message['to'] = 'all'): void {
  const id = nextId;
  nextId += 1;
  messages.value = [...messages.value.slice(-2), { id, text, to }];
  setTimeout(() => dismiss(id), shownFor);
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}
