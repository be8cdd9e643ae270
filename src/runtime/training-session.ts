/**
 * The memory and the graphs of a training: parameters, gradients and moments in flat buffers allocated once, one
 * session for forward and backward, one for the optimiser, one for evaluation. Runs on the calling thread and blocks
 * it; training-client.ts puts it into a worker.
 */
import type { Graph } from '../graph/types.ts';
import { views } from './layout.ts';
import type { Layout } from './layout.ts';
import { Session } from './session.ts';
import type { Device, Tensor, Tensors } from './session.ts';

export { layOut, views } from './layout.ts';
export type { Layout, Region } from './layout.ts';

export interface TrainingProgram {
  /** Outputs loss, logits, `<parameter>_grad`, `<state>_next`. */
  readonly training: Graph;
  /** Inputs rate, gradient, weights, slots; outputs `weights_next`, `<slot>_next`. */
  readonly optimizer: Graph;
  /** Inputs images, parameters, states; output logits. */
  readonly inference: Graph;
  readonly parameters: Layout;
  readonly states: Layout;
  readonly slots: readonly string[];
  readonly chunkSize: number;
  /** Channels, height, width. */
  readonly imageShape: readonly [number, number, number];
  readonly units: number;
  readonly device: Device;
  readonly threads: number;
}

export interface StepResult {
  readonly loss: number;
  /** [count * units] */
  readonly logits: Float32Array;
}

/** Flat buffers by name: `weights`, `states` and the optimiser's slots. All that a checkpoint has to keep. */
export type Buffers = Readonly<Record<string, Float32Array>>;

export class TrainingSession {
  readonly #program: TrainingProgram;
  readonly #training: Session;
  readonly #optimizer: Session;
  #inference: Session | undefined;
  readonly buffers: Buffers;
  readonly #inputs: Tensors;
  readonly #fetches: Tensors;
  readonly #loss: Tensor = { type: 'float32', shape: [], data: new Float32Array(1) };
  readonly #update: { readonly feeds: Tensors; readonly fetches: Tensors; readonly rate: Float32Array };

  private constructor(program: TrainingProgram, training: Session, optimizer: Session) {
    this.#program = program;
    this.#training = training;
    this.#optimizer = optimizer;
    const { parameters, states, slots, chunkSize } = program;
    const weights = new Float32Array(parameters.length);
    const gradient = new Float32Array(parameters.length);
    const stateBuffer = new Float32Array(states.length);
    const moments = Object.fromEntries(slots.map((name) => [name, new Float32Array(parameters.length)]));
    this.buffers = { weights, states: stateBuffer, ...moments };
    const stateTensors = views(stateBuffer, states);
    this.#inputs = { ...views(weights, parameters), ...stateTensors };
    this.#fetches = {
      loss: this.#loss,
      ...renamed(views(gradient, parameters), '_grad'),
      ...renamed(stateTensors, '_next'),
    };
    const chunked = (data: Float32Array): Tensor => ({
      type: 'float32',
      shape: [data.length / chunkSize, chunkSize],
      data,
    });
    const state = Object.fromEntries(
      Object.entries({ weights, ...moments }).map(([name, data]) => [name, chunked(data)]),
    );
    const rate = new Float32Array(1);
    this.#update = {
      rate,
      feeds: { rate: { type: 'float32', shape: [], data: rate }, gradient: chunked(gradient), ...state },
      fetches: renamed(state, '_next'),
    };
  }

  static async create(program: TrainingProgram): Promise<TrainingSession> {
    const { device, threads } = program;
    const training = await Session.create(program.training, { device, threads });
    const optimizer = await Session.create(program.optimizer, { device: 'cpu', threads });
    return new TrainingSession(program, training, optimizer);
  }

  /**
   * One step: forward, backward, update in place.
   * @param images [count, C, H, W]
   * @param labels class indices [count]
   * @param rate the optimiser's factor of this step
   * @param noise uniform numbers per noise input
   */
  async step(images: Float32Array, labels: Float32Array, rate: number, noise: Tensors = {}): Promise<StepResult> {
    const count = labels.length;
    const logits = new Float32Array(count * this.#program.units);
    await this.#training.run(
      {
        ...this.#inputs,
        ...noise,
        images: this.#imageTensor(images, count),
        labels: { type: 'float32', shape: [count], data: labels },
      },
      { ...this.#fetches, logits: { type: 'float32', shape: [count, this.#program.units], data: logits } },
    );
    const loss = this.#loss.data[0] as number;
    if (!Number.isFinite(loss)) return { loss, logits };
    this.#update.rate[0] = rate;
    await this.#optimizer.run(this.#update.feeds, this.#update.fetches);
    return { loss, logits };
  }

  /** Logits [count * units] of images in inference form, with the weights as they are now. */
  async predict(images: Float32Array, count: number): Promise<Float32Array> {
    const { inference, device, threads, units } = this.#program;
    this.#inference ??= await Session.create(inference, { device, threads });
    const logits = new Float32Array(count * units);
    const fetches = { logits: { type: 'float32', shape: [count, units], data: logits } } as const;
    await this.#inference.run({ ...this.#inputs, images: this.#imageTensor(images, count) }, fetches);
    return logits;
  }

  async release(): Promise<void> {
    await this.#training.release();
    await this.#optimizer.release();
    await this.#inference?.release();
  }

  #imageTensor(images: Float32Array, count: number): Tensor {
    return { type: 'float32', shape: [count, ...this.#program.imageShape], data: images };
  }
}

function renamed(tensors: Tensors, suffix: string): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name + suffix, tensor]));
}
