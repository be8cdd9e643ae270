/** Runs a model file in a thread of its own: batches go over without a copy, the calling thread stays free. */
import { Worker } from 'node:worker_threads';
import { PneumoscopeError } from '../errors.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import type { InferenceReply, InferenceRequest, InferenceResult, InferenceSettings } from './inference-worker.ts';

export type { InferenceResult, InferenceSettings } from './inference-worker.ts';

interface Waiting {
  readonly resolve: (reply: InferenceReply) => void;
  readonly reject: (reason: unknown) => void;
}

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './inference-worker.ts' : './inference-worker.js',
  import.meta.url,
);

export class InferenceClient {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #failure: Error | undefined;
  #lastId = 0;

  private constructor(settings: InferenceSettings) {
    this.#path = settings.path;
    // No flags of the process: some, such as --input-type, would keep a file from being run.
    this.#worker = new Worker(workerFile, { workerData: settings, name: 'inference', execArgv: [] });
    this.#worker.on('message', (reply: InferenceReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(new Error(`the thread that runs the model ended (code ${code})`));
        resolve();
      });
    });
  }

  /** Loads the model. @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses the file */
  static async start(settings: InferenceSettings): Promise<InferenceClient> {
    const client = new InferenceClient(settings);
    try {
      const { failure } = await client.#wait(0);
      if (failure !== undefined) throw client.#toError(failure);
    } catch (error) {
      // The thread's end is all that keeps the process alive now.
      client.#worker.ref();
      await client.#ended;
      throw error;
    }
    // A model that nobody asks anything must not keep the process alive.
    client.#worker.unref();
    return client;
  }

  /**
   * @param images [count, C, H, W]; its memory moves over and must not be used after
   * @throws PneumoscopeError E_MODEL_FILE when the file is not the classifier that it says it is
   */
  async run(images: Float32Array<ArrayBuffer>, count: number): Promise<InferenceResult> {
    const id = ++this.#lastId;
    const reply = this.#wait(id);
    const request: InferenceRequest = { id, images, count };
    if (this.#failure === undefined) this.#worker.postMessage(request, [images.buffer]);
    const { result, failure } = await reply;
    if (result === undefined) throw this.#toError(failure);
    return result;
  }

  /** Finishes what was asked, frees the model's memory and ends the thread. May be called twice. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#worker.ref();
      const request: InferenceRequest = 'close';
      this.#worker.postMessage(request, []);
    }
    await this.#ended;
  }

  #wait(id: number): Promise<InferenceReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle(reply: InferenceReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting?.resolve(reply);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  #toError(failure: InferenceReply['failure']): Error {
    if (failure?.code !== undefined) return new PneumoscopeError(failure.code, `${failure.message}.`);
    return new PneumoscopeError(
      'E_MODEL_FILE',
      `${this.#path} is damaged: the model in it cannot be run (${failure?.message ?? 'no reason given'}).`,
    );
  }
}
