/** A thread of the pool, as the pool sees it: it is asked, answers in the order of the asking, and may die. */
import { Worker } from 'node:worker_threads';
import type { WorkerReply, WorkerRequest, WorkerSettings, WorkFailure } from './worker-messages.ts';

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './inference-worker.ts' : './inference-worker.js',
  import.meta.url,
);

/**
 * Of what a thread has just allocated. V8 begins to mark its whole heap once less room is left for old objects than new ones may fill, or once
 * much is held outside of the heap; in a small heap that comes before the new ones are full by default, and cost every thirtieth image 10 to 20 ms.
 * With so little they are swept every ten images, in half a millisecond.
 */
const youngMegabytes = 3;

/** A request without its number. */
type Request<Kind = WorkerRequest> = Kind extends { readonly id: number } ? Omit<Kind, 'id'> : never;

export class InferenceThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (reply: WorkerReply) => void>();
  #lastId = 0;
  #dead = false;

  /** @param onDeath called once, after everything that was asked is answered with the failure */
  constructor({ device, threads, maximumPixels }: WorkerSettings, onDeath: () => void) {
    const workerData: WorkerSettings = { device, threads, maximumPixels };
    this.#worker = new Worker(workerFile, {
      workerData,
      name: 'service worker',
      // No flags of the process: some, such as --input-type, would keep a file from being run.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    this.#worker.on('message', (reply: WorkerReply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    const die = (error: Error): void => {
      if (this.#dead) return;
      this.#dead = true;
      for (const answer of this.#waiting.values()) answer({ id: 0, failure: toFailure(error) });
      this.#waiting.clear();
      onDeath();
    };
    this.#worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', (code) => die(new Error(`a worker thread ended (code ${code})`)));
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Never fails: that the thread is dead, or dies meanwhile, is a failure that it answers with. */
  ask(request: Request): Promise<WorkerReply> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      if (this.#dead) {
        resolve({ id, failure: toFailure(new Error('the worker thread is dead')) });
        return;
      }
      this.#waiting.set(id, resolve);
      // Bytes are copied: should the thread die, they are needed again.
      this.#worker.postMessage({ ...request, id } satisfies WorkerRequest, []);
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

function toFailure(error: Error): WorkFailure {
  return { unreadable: undefined, code: undefined, message: error.message };
}
