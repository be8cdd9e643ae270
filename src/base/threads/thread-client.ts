/** Asks a thread of its own for work that would block the calling one. The thread's file calls hostThread. */
import { Worker, type MessagePort, type ResourceLimits } from 'node:worker_threads';
import type { HelperPort } from './helper-port.ts';
import { budgets } from '../budgets.ts';
import { reviveError } from './error-data.ts';
import type { ThreadContract, ThreadQuestion, ThreadReply, ThreadRequest, ThreadStart } from './thread-messages.ts';
import { createCallState, waitForCalls } from './unbroken.ts';

export interface ThreadOptions<Settings> {
  /** The `.ts` file of the thread. In the published package the `.js` file beside it runs. */
  readonly file: URL;
  /** What the thread is for, such as 'training'; error sentences and profiles name it. */
  readonly name: string;
  /** What the thread starts with. */
  readonly settings: Settings;
  /** Memory and ports in `settings` that move to the thread and must not be used after. */
  readonly moved?: readonly (ArrayBuffer | HelperPort)[];
  /** Beside the limit that every thread's heap has. */
  readonly resourceLimits?: ResourceLimits;
  /** Called once when the thread is dead or was ended; all that waited is rejected by then. */
  readonly onDeath?: () => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** The worker is TypeScript in a checkout and JavaScript in the published package, as this file is. */
const isCheckout = import.meta.url.endsWith('.ts');

/** Threads that this one started and that have not ended. */
const living = new Set<{ readonly terminate: () => Promise<unknown> }>();

/**
 * Ends every thread that this one started. A thread that is in native code ends when that code returns, and the process cannot exit before.
 *
 * @returns whether all have ended within the time
 */
export async function endThreads(milliseconds: number): Promise<boolean> {
  if (living.size === 0) return true;
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  const ended = Promise.all([...living].map((thread) => thread.terminate())).then(() => true);
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** The process stays alive while something waits for the thread, but not for the thread itself. */
export class ThreadClient<Thread extends ThreadContract<Thread>> {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #onDeath: (() => void) | undefined;
  readonly #waiting = new Map<number, Waiting>();
  readonly #calls = createCallState();
  readonly #ended = Promise.withResolvers<void>();
  #lastId = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor({ file, name, settings, moved = [], resourceLimits = {}, onDeath }: ThreadOptions<Thread['settings']>) {
    this.#name = name;
    this.#onDeath = onDeath;
    this.#worker = new Worker(isCheckout ? file : new URL(file.href.replace(/\.ts$/, '.js')), {
      name,
      workerData: { settings, calls: this.#calls } satisfies ThreadStart<Thread['settings']>,
      transferList: [...moved] as (ArrayBuffer | MessagePort)[],
      // No flags of the process: some, such as --input-type, would keep a file from being run.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: budgets.threadHeap.limit / 2 ** 20, ...resourceLimits },
    });
    living.add(this);
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on('messageerror', (error) => void this.terminate(error));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) => {
      living.delete(this);
      this.#ended.resolve();
      this.#fail(new Error(`the thread of the ${name} ended (code ${code})`));
    });
    this.#worker.unref();
  }

  /** Why the thread answers nothing any more; undefined while it does. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when the thread has started. @throws what its start threw, as {@link ask} does */
  async ready(): Promise<void> {
    await this.#post({ kind: 'ready' });
  }

  /**
   * Requests are answered one at a time, in their order; several may be under way.
   *
   * @param moved buffers of the request that move to the thread and must not be used after; all else is copied
   * @throws the error that the thread threw, with its code, fields and stack; the cause of its death when it dies
   */
  ask<Name extends keyof Thread['calls'] & string>(
    name: Name,
    request: Thread['calls'][Name]['request'],
    moved: readonly ArrayBuffer[] = [],
  ): Promise<Thread['calls'][Name]['reply']> {
    if (this.#closing !== undefined) return Promise.reject(this.#failure ?? this.#closed());
    return this.#post({ kind: 'call', name, request }, moved);
  }

  /** Answers what was asked before, frees what the thread holds and ends it. Never fails. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Ends the thread at once, or when it leaves a call that must not be broken off. What waits is rejected when the thread has ended.
   *
   * @param reason rejects what waits now, and what is asked later
   */
  async terminate(reason?: Error): Promise<void> {
    if (reason !== undefined) this.#fail(reason);
    this.#worker.ref();
    await Promise.race([waitForCalls(this.#calls), this.#ended.promise]);
    await this.#worker.terminate();
  }

  async #close(): Promise<void> {
    // What the thread fails to free is freed with it.
    await this.#post({ kind: 'close' }).catch(() => undefined);
    await this.terminate(this.#closed());
  }

  #closed(): Error {
    return new Error(`the ${this.#name} was closed`);
  }

  #post(question: ThreadQuestion, moved: readonly ArrayBuffer[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = ++this.#lastId;
      this.#worker.postMessage({ ...question, id } satisfies ThreadRequest, moved);
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in reply) waiting?.reject(reviveError(reply.error));
    else waiting?.resolve(reply.value);
  }

  #fail(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
    this.#worker.unref();
    this.#onDeath?.();
  }
}
