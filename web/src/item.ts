/** One image of the worklist and what is known of it. */
import type { Signal } from '@preact/signals';
import type { ImageAnswer, ModelReference } from '../../src/app/client/service-client.ts';

/** Why something did not work: the service's code and words, or a code of the page's own without words. */
export interface Trouble {
  readonly code: string;
  /** finer than the code, of one image; absent where the service did not look at it */
  readonly reason?: string | null;
  /** the service's sentence, in English; null where the page's dictionary has all there is to say */
  readonly detail: string | null;
}

export type ItemState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending' }
  /** answered, and kept from the reader, who says something first */
  | { readonly kind: 'sealed' }
  | { readonly kind: 'done'; readonly answer: ImageAnswer; readonly model: ModelReference }
  | { readonly kind: 'failed'; readonly trouble: Trouble };

export type SettledState = Extract<ItemState, { readonly kind: 'done' | 'failed' }>;

export interface WorkItem {
  readonly id: number;
  readonly file: File;
  /** with its folders; never sent anywhere */
  readonly name: string;
  /** written through `setState` alone, which tells those who count and sort */
  readonly state: Signal<ItemState>;
}

/** An item as it is at one moment, for sorting, counting and exporting. */
export interface Row<Item = WorkItem> {
  readonly item: Item;
  readonly id: number;
  readonly name: string;
  readonly state: ItemState;
}

export const toRow = (item: WorkItem): Row => ({ item, id: item.id, name: item.name, state: item.state.peek() });

/** `named`: of more than two classes, where nothing is looked for in particular. */
export const statuses = [
  'sealed',
  'positive',
  'uncertain',
  'refused',
  'failed',
  'named',
  'negative',
  'sending',
  'waiting',
] as const;

export type Status = (typeof statuses)[number];

export function statusOf(state: ItemState): Status {
  if (state.kind !== 'done') return state.kind;
  const { answer } = state;
  if (answer.status !== 'answered') return answer.status;
  if (answer.uncertain) return 'uncertain';
  if (answer.positive === null) return 'named';
  return answer.positive ? 'positive' : 'negative';
}

export function probabilityOf(state: ItemState): number | null {
  return state.kind === 'done' ? state.answer.probability : null;
}

export function troubleOf(state: ItemState): Trouble | null {
  if (state.kind === 'failed') return state.trouble;
  if (state.kind !== 'done' || state.answer.problem === null) return null;
  const { problem, reason } = state.answer;
  return { code: problem.code, reason: reason?.code ?? null, detail: problem.detail };
}

export const isSettled = (state: ItemState): boolean =>
  state.kind === 'done' || state.kind === 'failed' || state.kind === 'sealed';

/** Troubles that lie in the file itself: it would fail in the same way again. */
const lasting = new Set([
  'wrong-type',
  'unreadable-image',
  'too-large',
  'file-too-large',
  'file-gone',
  'header-refused',
  'guard-refused',
]);

export const canTryAgain = ({ code }: Trouble): boolean => !lasting.has(code);
