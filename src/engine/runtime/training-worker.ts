/**
 * The thread of a training: holds the session, because a step blocks the thread it runs on, and all the state, because
 * gigabytes should not travel. Answers the requests of training-client.ts in the order in which they came.
 */
import { parentPort } from 'node:worker_threads';
import { PneumoscopeError } from '../../base/errors.ts';
import { readBufferFile, writeBufferFile } from './buffer-files.ts';
import type { Tensors } from './tensor.ts';
import type { ErrorData, NoiseInput, TrainingReply, TrainingRequest } from './training-messages.ts';
import { TrainingSession } from './training-session.ts';
import type { TrainingProgram } from './training-session.ts';

interface Answer {
  readonly value: Extract<TrainingReply, { readonly value: unknown }>['value'];
  readonly moved?: readonly ArrayBuffer[];
}

class TrainingWorker {
  #session: TrainingSession | undefined;
  #size = 0;
  #buffers: Record<string, Float32Array> = {};
  /** The buffers that hold what `predict` uses. */
  #evaluated = { weights: 'weights', states: 'states' };

  async handle(request: TrainingRequest): Promise<Answer> {
    switch (request.call) {
      case 'create':
        return await this.#create(request.program);
      case 'step': {
        const { images, labels, count, factors, noise } = request;
        const pixels = new Float32Array(images, 0, count * this.#size);
        const { loss, logits } = await this.#running().step(
          pixels,
          new Float32Array(labels, 0, count),
          factors,
          toTensors(noise),
        );
        return { value: { loss, logits: owned(logits), images, labels }, moved: [images, labels] };
      }
      case 'predict': {
        const { images, count } = request;
        const logits = await this.#running().predict(new Float32Array(images, 0, count * this.#size), count);
        return { value: { logits: owned(logits), images }, moved: [images] };
      }
      case 'write':
        this.#buffer(request.buffer).set(request.data, request.offset);
        return { value: undefined };
      case 'read': {
        const copy = new Float32Array(this.#buffer(request.buffer));
        return { value: copy, moved: [copy.buffer] };
      }
      case 'keepBest':
        this.#buffers['bestWeights'] ??= new Float32Array(this.#buffer('weights').length);
        this.#buffers['bestStates'] ??= new Float32Array(this.#buffer('states').length);
        this.#copy(this.#evaluated.weights, 'bestWeights');
        this.#copy(this.#evaluated.states, 'bestStates');
        return { value: undefined };
      case 'restoreBest':
        this.#copy('bestWeights', 'weights');
        this.#copy('bestStates', 'states');
        return { value: undefined };
      case 'useAverage':
        this.#copy(this.#evaluated.weights, 'weights');
        this.#copy(this.#evaluated.states, 'states');
        return { value: undefined };
      case 'save':
        return { value: request.files.map(({ buffer, path }) => writeBufferFile(path, this.#buffer(buffer), buffer)) };
      case 'load':
        for (const { buffer, path, bytes, crc32 } of request.files) {
          this.#buffers[buffer] ??= new Float32Array(
            this.#buffer(buffer === 'bestStates' ? 'states' : 'weights').length,
          );
          readBufferFile(path, this.#buffer(buffer), { bytes, crc32 });
        }
        return { value: undefined };
      case 'release':
        await this.#session?.release();
        this.#session = undefined;
        this.#buffers = {};
        return { value: undefined };
    }
  }

  async #create(program: TrainingProgram): Promise<Answer> {
    this.#session = await TrainingSession.create(program);
    this.#buffers = { ...this.#session.buffers };
    if (program.averageSlot !== null) this.#evaluated = { weights: program.averageSlot, states: 'averageStates' };
    this.#size = program.imageShape.reduce((total, side) => total * side, 1);
    return { value: undefined };
  }

  #running(): TrainingSession {
    if (this.#session === undefined) throw new Error('the training session does not exist yet, or was released');
    return this.#session;
  }

  #buffer(name: string): Float32Array {
    const buffer = this.#buffers[name];
    if (buffer === undefined) throw new Error(`a training has no buffer named ${name}`);
    return buffer;
  }

  #copy(from: string, to: string): void {
    this.#buffer(to).set(this.#buffer(from));
  }
}

function toTensors(noise: readonly NoiseInput[]): Tensors {
  return Object.fromEntries(noise.map(({ name, shape, data }) => [name, { type: 'float32', shape, data }]));
}

/** Results are always on memory of this thread, never shared. */
function owned(values: Float32Array): Float32Array<ArrayBuffer> {
  return values as Float32Array<ArrayBuffer>;
}

function toErrorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (error instanceof PneumoscopeError) return { message, stack, code: error.code };
  return { message, stack, systemCode: (error as NodeJS.ErrnoException).code };
}

if (parentPort !== null) {
  const port = parentPort;
  const worker = new TrainingWorker();
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: TrainingRequest) => {
    last = last.then(async () => {
      try {
        const { value, moved = [] } = await worker.handle(request);
        port.postMessage({ id: request.id, value } satisfies TrainingReply, [...moved]);
      } catch (error) {
        port.postMessage({ id: request.id, error: toErrorData(error) } satisfies TrainingReply);
      }
    });
  });
}
