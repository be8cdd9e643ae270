/** A thread of the pool, as the pool sees it: it is asked, answers in the order of the asking, and may die. */
import { budgets } from '../../base/budgets.ts';
import { ThreadClient } from '../../base/threads/thread-client.ts';
import type { DecodingHost } from './decoding-host.ts';
import type { WorkerSettings, WorkerThread } from './worker-messages.ts';

/**
 * Of what a thread has just allocated. V8 begins to mark its whole heap once less room is left for old objects than new ones may fill, or once
 * much is held outside of the heap; in a small heap that comes before the new ones are full by default, and cost every thirtieth image 10 to 20 ms.
 * With so little they are swept every ten images, in half a millisecond.
 */
const youngMegabytes = 3;

type Calls = WorkerThread['calls'];

/** What was asked for, or why it was not given. */
type Reply<Name extends keyof Calls> = { readonly value: Calls[Name]['reply'] } | { readonly failure: Error };

export class InferenceThread {
  readonly #thread: ThreadClient<WorkerThread>;

  /** @param host decodes for it @param onDeath called once, after everything that was asked is answered with the failure */
  constructor({ device, threads, maximumPixels }: WorkerSettings, host: DecodingHost, onDeath: () => void) {
    const decoding = host.openPort();
    this.#thread = new ThreadClient<WorkerThread>({
      file: new URL('./inference-worker.ts', import.meta.url),
      name: 'service worker',
      settings: { device, threads, maximumPixels, decoding },
      moved: [decoding],
      resourceLimits: {
        maxYoungGenerationSizeMb: youngMegabytes,
        maxOldGenerationSizeMb: budgets.serviceThreadHeap.limit / 2 ** 20,
      },
      onDeath,
    });
  }

  /** Why it is dead; undefined while it lives. */
  get failure(): Error | undefined {
    return this.#thread.failure;
  }

  /** Never fails: that the thread is dead, or dies meanwhile, is a failure that it answers with. */
  ask<Name extends keyof Calls>(name: Name, request: Calls[Name]['request']): Promise<Reply<Name>> {
    // Bytes are copied: should the thread die, they are needed again.
    return this.#thread.ask(name, request).then(
      (value) => ({ value }),
      (failure: Error) => ({ failure }),
    );
  }

  /** Frees its models and ends the thread. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  /**
   * From now on it is dead, whatever it does: native code in it ends when it likes.
   *
   * @returns resolves when it has ended
   */
  terminate(reason: Error): Promise<void> {
    return this.#thread.terminate(reason);
  }
}
