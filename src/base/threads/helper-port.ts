/** A thread asks the one that started it for work whose memory must outlive the asking thread. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { packError, reviveError } from './error-data.ts';
import type { Moving } from './host-thread.ts';
import type { Call, ThreadReply } from './thread-messages.ts';

/** A `MessagePort` of Node, by a name of ours: who uses the library's types needs none of Node's. */
export interface HelperPort {
  readonly close: () => void;
}

interface HelpRequest {
  readonly id: number;
  readonly request: unknown;
}

/**
 * Offered by who starts a thread. Keeps no process alive.
 *
 * @param help is told when the asking thread has ended, and with it all who wait
 * @returns moves to the thread, for {@link HelperClient}
 */
export function offerHelp<Help extends Call>(
  help: (request: Help['request'], ended: AbortSignal) => Promise<Moving<Help['reply']>>,
): HelperPort {
  const { port1: own, port2: theirs } = new MessageChannel();
  const ended = new AbortController();
  own.once('close', () => ended.abort());
  own.on('message', ({ id, request }: HelpRequest) => {
    const post = (answer: ThreadReply, moved: readonly ArrayBuffer[] = []): void => own.postMessage(answer, moved);
    help(request, ended.signal).then(
      ({ reply, buffers }) => post({ id, value: reply }, buffers),
      (error: unknown) => post({ id, error: packError(error) }),
    );
  });
  own.unref();
  return theirs;
}

/** In the thread. Requests are answered as they are done, not in their order. */
export class HelperClient<Help extends Call> {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, PromiseWithResolvers<Help['reply']>>();
  #lastId = 0;

  constructor(port: HelperPort) {
    this.#port = port as MessagePort;
    this.#port.on('message', (reply: ThreadReply) => this.#settle(reply));
    // The thread lives for who asks it, not for whom it asks.
    this.#port.unref();
  }

  /** @param moved buffers of the request that move over and must not be used after @throws what the helper threw */
  ask(request: Help['request'], moved: readonly ArrayBuffer[] = []): Promise<Help['reply']> {
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Help['reply']>();
    this.#waiting.set(id, waiting);
    this.#port.postMessage({ id, request } satisfies HelpRequest, moved);
    return waiting.promise;
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(reviveError(reply.error));
    else waiting?.resolve(reply.value);
  }
}
