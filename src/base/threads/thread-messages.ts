/** What a client and its thread say to each other. */
import type { ErrorData } from './error-data.ts';
import type { CallState } from './unbroken.ts';

/** What is asked by one kind of call, and what is answered. Both must survive structured cloning. */
export interface Call {
  readonly request: unknown;
  readonly reply: unknown;
}

/**
 * What one kind of thread starts with and answers, calls by name. Each kind is declared once, as an interface, and types both
 * its client and its worker.
 */
export interface ThreadContract<Thread extends { readonly calls: unknown }> {
  readonly settings: unknown;
  readonly calls: { readonly [Name in keyof Thread['calls']]: Call };
}

/** What a thread begins with. */
export interface ThreadStart<Settings> {
  readonly settings: Settings;
  readonly calls: CallState;
}

export type ThreadQuestion =
  | { readonly kind: 'call'; readonly name: string; readonly request: unknown }
  /** answered when the thread has started */
  | { readonly kind: 'ready' }
  /** answered when all before it is answered and the thread has freed what it holds */
  | { readonly kind: 'close' };

export type ThreadRequest = ThreadQuestion & { readonly id: number };

/** Carries the number of its request. */
export type ThreadReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData };
