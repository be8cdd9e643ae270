/**
 * The thread of a training: holds the session, because a step blocks the thread it runs on, and all the state, because
 * gigabytes should not travel. Answers the requests of training-client.ts in the order in which they came.
 */
import { hostThread, Moving, type ThreadWork } from '../../base/threads/host-thread.ts';
import { readBufferFile, writeBufferFile } from './buffer-files.ts';
import type { Tensors } from './tensor.ts';
import type { NoiseInput, TrainingThread } from './training-messages.ts';
import { TrainingSession } from './training-session.ts';
import type { TrainingProgram } from './training-session.ts';

hostThread<TrainingThread>(async (program) => {
  return serveTraining(await TrainingSession.create(program), program);
});

function serveTraining(
  session: TrainingSession,
  { averageSlot, imageShape }: TrainingProgram,
): ThreadWork<TrainingThread> {
  const state = new TrainingState(session, averageSlot);
  const size = imageShape.reduce((total, side) => total * side, 1);
  const viewImages = (images: ArrayBuffer, count: number): Float32Array => new Float32Array(images, 0, count * size);
  return {
    handlers: {
      step: async ({ images, labels, count, factors, noise }) => {
        const classes = new Float32Array(labels, 0, count);
        const { loss, logits } = await session.step(viewImages(images, count), classes, factors, toTensors(noise));
        return new Moving({ loss, logits: owned(logits), images, labels }, [images, labels]);
      },
      predict: async ({ images, count }) => {
        const logits = await session.predict(viewImages(images, count), count);
        return new Moving({ logits: owned(logits), images }, [images]);
      },
      write: ({ buffer, offset, data }) => state.buffer(buffer).set(data, offset),
      read: ({ buffer }) => {
        const copy = new Float32Array(state.buffer(buffer));
        return new Moving(copy, [copy.buffer]);
      },
      keepBest: () => state.keepBest(),
      restoreBest: () => state.restoreBest(),
      useAverage: () => state.useAverage(),
      save: ({ files }) => files.map(({ buffer, path }) => writeBufferFile(path, state.buffer(buffer), buffer)),
      load: ({ files }) => {
        for (const { buffer, path, bytes, crc32 } of files) {
          readBufferFile(path, state.allocate(buffer), { bytes, crc32 });
        }
      },
    },
    close: () => session.release(),
  };
}

/** The buffers of a training by name, with the best that were kept. */
class TrainingState {
  readonly #buffers: Record<string, Float32Array>;
  /** The buffers that hold what `predict` uses. */
  readonly #evaluated: { readonly weights: string; readonly states: string };

  constructor({ buffers }: TrainingSession, averageSlot: string | null) {
    this.#buffers = { ...buffers };
    this.#evaluated =
      averageSlot === null
        ? { weights: 'weights', states: 'states' }
        : { weights: averageSlot, states: 'averageStates' };
  }

  buffer(name: string): Float32Array {
    const buffer = this.#buffers[name];
    if (buffer === undefined) throw new Error(`a training has no buffer named ${name}`);
    return buffer;
  }

  /** As {@link buffer}, for one that may not have been kept yet. */
  allocate(name: string): Float32Array {
    const like = name === 'bestStates' ? 'states' : 'weights';
    this.#buffers[name] ??= new Float32Array(this.buffer(like).length);
    return this.#buffers[name];
  }

  keepBest(): void {
    this.allocate('bestWeights').set(this.buffer(this.#evaluated.weights));
    this.allocate('bestStates').set(this.buffer(this.#evaluated.states));
  }

  restoreBest(): void {
    this.#copy('bestWeights', 'bestStates');
  }

  useAverage(): void {
    this.#copy(this.#evaluated.weights, this.#evaluated.states);
  }

  /** Makes them the current weights and states. */
  #copy(weights: string, states: string): void {
    this.buffer('weights').set(this.buffer(weights));
    this.buffer('states').set(this.buffer(states));
  }
}

function toTensors(noise: readonly NoiseInput[]): Tensors {
  return Object.fromEntries(noise.map(({ name, shape, data }) => [name, { type: 'float32', shape, data }]));
}

/** Results are always on memory of this thread, never shared. */
function owned(values: Float32Array): Float32Array<ArrayBuffer> {
  return values as Float32Array<ArrayBuffer>;
}
