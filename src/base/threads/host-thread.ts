/** The side of a ThreadClient that runs in the thread: answers requests one at a time, in the order in which they came. */
import { parentPort, workerData } from 'node:worker_threads';
import { packError } from './error-data.ts';
import type { ThreadContract, ThreadReply, ThreadRequest, ThreadStart } from './thread-messages.ts';
import { shareCalls } from './unbroken.ts';

/** What a thread does. An error that a handler throws becomes the answer to its request; the thread goes on. */
export interface ThreadWork<Thread extends ThreadContract<Thread>> {
  /** One per call. */
  readonly handlers: {
    readonly [Name in keyof Thread['calls']]: (
      request: Thread['calls'][Name]['request'],
    ) => Answer<Thread['calls'][Name]['reply']>;
  };
  /** Frees what the thread holds. */
  readonly close?: () => void | Promise<void>;
}

type Answer<Reply> = Reply | Moving<Reply> | Promise<Reply | Moving<Reply>>;

/** A reply whose buffers move to the asking thread, where all else is copied. */
export class Moving<Reply> {
  readonly reply: Reply;
  readonly buffers: readonly ArrayBuffer[];

  constructor(reply: Reply, buffers: readonly ArrayBuffer[]) {
    this.reply = reply;
    this.buffers = buffers;
  }
}

/**
 * Called once by the file that a ThreadClient runs.
 *
 * @param start gets the client's settings, once the whole file has run. What it throws answers every request.
 */
export function hostThread<Thread extends ThreadContract<Thread>>(
  start: (settings: Thread['settings']) => ThreadWork<Thread> | Promise<ThreadWork<Thread>>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('this file runs in a worker thread only');
  const post = (reply: ThreadReply, moved: readonly ArrayBuffer[] = []): void => port.postMessage(reply, moved);
  const { settings, calls } = workerData as ThreadStart<Thread['settings']>;
  shareCalls(calls);
  const started = Promise.resolve(settings).then(start);
  let last: Promise<unknown> = started.catch(() => undefined);
  port.on('message', (request: ThreadRequest) => {
    const { id } = request;
    last = last.then(async () => {
      try {
        const value = await answer(await started, request);
        if (value instanceof Moving) post({ id, value: value.reply }, value.buffers);
        else post({ id, value });
      } catch (error) {
        post({ id, error: packError(error) });
      }
    });
  });
}

function answer<Thread extends ThreadContract<Thread>>(
  { handlers, close }: ThreadWork<Thread>,
  request: ThreadRequest,
): unknown {
  if (request.kind === 'ready') return undefined;
  if (request.kind === 'close') return close?.();
  return handlers[request.name as keyof Thread['calls']](request.request);
}
