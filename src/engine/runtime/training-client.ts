/** A training in a thread of its own, seen from the main thread, whose event loop stays free while a step computes. */
import { ThreadClient } from '../../base/threads/thread-client.ts';
import type { FileDigest } from './buffer-files.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import type { BufferFile, NoiseInput, TrainingThread } from './training-messages.ts';
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

/** Calls are answered in order; several may be under way. */
export class TrainingClient {
  readonly #thread: ThreadClient<TrainingThread>;

  private constructor(thread: ThreadClient<TrainingThread>) {
    this.#thread = thread;
  }

  /** @throws PneumoscopeError E_DEVICE when the program's device is not available here */
  static async create(program: TrainingProgram): Promise<TrainingClient> {
    const file = new URL('./training-worker.ts', import.meta.url);
    const thread = new ThreadClient<TrainingThread>({ file, name: 'training', settings: program });
    try {
      await thread.ready();
      return new TrainingClient(thread);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  /** Forward, backward and update. */
  async step({ images, labels, noise = [], ...factors }: StepRequest): Promise<StepAnswer> {
    const request = { images: images.buffer, labels: labels.buffer, count: labels.length, factors, noise };
    const moved = [images.buffer, labels.buffer, ...noise.map(({ data }) => data.buffer)];
    const size = images.length;
    const count = labels.length;
    const reply = await this.#thread.ask('step', request, moved);
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
    const reply = await this.#thread.ask('predict', { images: images.buffer, count }, [images.buffer]);
    return { logits: reply.logits, images: new Float32Array(reply.images, 0, size) };
  }

  /** Overwrites part of a buffer; the memory of `data` moves over and is gone. */
  async write(buffer: string, offset: number, data: Float32Array<ArrayBuffer>): Promise<void> {
    await this.#thread.ask('write', { buffer, offset, data }, [data.buffer]);
  }

  /** A copy of a buffer: `weights`, `states`, a slot of the optimiser, `averageStates`, `bestWeights`, `bestStates`. */
  async read(buffer: string): Promise<Float32Array<ArrayBuffer>> {
    return await this.#thread.ask('read', { buffer });
  }

  /** Keeps a copy of the weights and states that `predict` uses now, as `bestWeights` and `bestStates`. */
  async keepBest(): Promise<void> {
    await this.#thread.ask('keepBest', undefined);
  }

  /** Makes the copy that {@link keepBest} kept the current weights and states. */
  async restoreBest(): Promise<void> {
    await this.#thread.ask('restoreBest', undefined);
  }

  /** Makes the averages the current weights and states, where averages are kept. */
  async useAverage(): Promise<void> {
    await this.#thread.ask('useAverage', undefined);
  }

  /**
   * Writes buffers to new files, each on the disk when this returns.
   *
   * @throws PneumoscopeError E_NOT_FINITE when a buffer holds NaN or infinity; an error with `code` such as ENOSPC
   */
  async save(files: readonly BufferFile[]): Promise<readonly FileDigest[]> {
    return await this.#thread.ask('save', { files });
  }

  /** @throws PneumoscopeError E_CHECKPOINT when a file is not what was written */
  async load(files: readonly (BufferFile & FileDigest)[]): Promise<void> {
    await this.#thread.ask('load', { files });
  }

  /** Finishes what was asked, frees the memory and ends the thread. May be called twice; later calls fail. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
