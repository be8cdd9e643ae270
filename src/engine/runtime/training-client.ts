/** A training in a thread of its own, seen from the main thread, whose event loop stays free while a step computes. */
import { Worker } from 'node:worker_threads';
import { errorCodes, PneumoscopeError } from '../../base/errors.ts';
import type { ErrorCode } from '../../base/errors.ts';
import type { FileDigest } from './buffer-files.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import type {
  BufferFile,
  ErrorData,
  NoiseInput,
  TrainingCall,
  TrainingCalls,
  TrainingReply,
} from './training-messages.ts';
import type { TrainingProgram, UpdateFactors } from './training-session.ts';

export type { FileDigest } from './buffer-files.ts';
export type { BufferFile, NoiseInput } from './training-messages.ts';

export interface StepRequest extends UpdateFactors {
  /** [count, C, H, W]; its memory moves to the thread and comes back with the answer */
  readonly images: Float32Array<ArrayBuffer>;
  /** class index per image; moves as well */
  readonly labels: Float32Array<ArrayBuffer>;
  readonly noise?: readonly NoiseInput[];
}

export interface StepAnswer {
  /** mean over the batch, before the update; the weights are not updated when it is not finite */
  readonly loss: number;
  /** [count * units] */
  readonly logits: Float32Array<ArrayBuffer>;
  /** the request's own memory, to be used again */
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: Float32Array<ArrayBuffer>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './training-worker.ts' : './training-worker.js',
  import.meta.url,
);

/** Calls are answered in order; several may be under way. */
export class TrainingClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor() {
    // No flags of the process: some, such as --input-type, would keep a file from being run.
    this.#worker = new Worker(workerFile, { name: 'training', execArgv: [] });
    this.#worker.on('message', (reply: TrainingReply) => this.#settle(reply));
    this.#worker.on('error', (error) =>
      this.#fail(new Error(`the training thread failed: ${error.message}`, { cause: error })),
    );
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the training thread ended unexpectedly (code ${code})`)));
  }

  /** @throws PneumoscopeError E_DEVICE when the program's device is not available here */
  static async create(program: TrainingProgram): Promise<TrainingClient> {
    const client = new TrainingClient();
    try {
      await client.#call('create', { program });
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Forward, backward and update. */
  async step({ images, labels, noise = [], ...factors }: StepRequest): Promise<StepAnswer> {
    const request = { images: images.buffer, labels: labels.buffer, count: labels.length, factors, noise };
    const moved = [images.buffer, labels.buffer, ...noise.map(({ data }) => data.buffer)];
    const size = images.length;
    const count = labels.length;
    const reply = await this.#call('step', request, moved);
    return {
      loss: reply.loss,
      logits: reply.logits,
      images: new Float32Array(reply.images, 0, size),
      labels: new Float32Array(reply.labels, 0, count),
    };
  }

  /** Logits [count * units] in inference form; the memory of `images` moves over and comes back. */
  async predict(images: Float32Array<ArrayBuffer>, count: number): Promise<Pick<StepAnswer, 'logits' | 'images'>> {
    const size = images.length;
    const reply = await this.#call('predict', { images: images.buffer, count }, [images.buffer]);
    return { logits: reply.logits, images: new Float32Array(reply.images, 0, size) };
  }

  /** Overwrites part of a buffer; the memory of `data` moves over and is gone. */
  async write(buffer: string, offset: number, data: Float32Array<ArrayBuffer>): Promise<void> {
    await this.#call('write', { buffer, offset, data }, [data.buffer]);
  }

  /** A copy of a buffer: `weights`, `states`, a slot of the optimiser, `averageStates`, `bestWeights`, `bestStates`. */
  async read(buffer: string): Promise<Float32Array<ArrayBuffer>> {
    return await this.#call('read', { buffer });
  }

  /** Keeps a copy of the weights and states that `predict` uses now, as `bestWeights` and `bestStates`. */
  async keepBest(): Promise<void> {
    await this.#call('keepBest', {});
  }

  /** Makes the copy that {@link keepBest} kept the current weights and states. */
  async restoreBest(): Promise<void> {
    await this.#call('restoreBest', {});
  }

  /** Makes the averages the current weights and states, where averages are kept. */
  async useAverage(): Promise<void> {
    await this.#call('useAverage', {});
  }

  /**
   * Writes buffers to new files, each on the disk when this returns.
   *
   * @throws PneumoscopeError E_NOT_FINITE when a buffer holds NaN or infinity; an error with `code` such as ENOSPC
   */
  async save(files: readonly BufferFile[]): Promise<readonly FileDigest[]> {
    return await this.#call('save', { files });
  }

  /** @throws PneumoscopeError E_CHECKPOINT when a file is not what was written */
  async load(files: readonly (BufferFile & FileDigest)[]): Promise<void> {
    await this.#call('load', { files });
  }

  /** Frees the memory and ends the thread. May be called twice; calls still under way fail. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#failure === undefined) await this.#call('release', {}).catch(() => undefined);
    this.#fail(new Error('the training was closed'));
    await this.#worker.terminate();
  }

  #call<Call extends TrainingCall>(
    call: Call,
    request: TrainingCalls[Call]['request'],
    moved: readonly ArrayBuffer[] = [],
  ): Promise<TrainingCalls[Call]['reply']> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, call, ...request }, [...moved]);
    });
  }

  #settle(reply: TrainingReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(fromErrorData(reply.error));
    else waiting?.resolve(reply.value);
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function fromErrorData({ message, stack, code, systemCode }: ErrorData): Error {
  if (code !== undefined && code in errorCodes) return new PneumoscopeError(code as ErrorCode, message);
  const error = Object.assign(new Error(message), systemCode === undefined ? {} : { code: systemCode });
  if (stack !== undefined) error.stack = stack;
  return error;
}
