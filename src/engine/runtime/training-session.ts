/**
 * The memory and the graphs of a training: parameters, gradients and moments in flat buffers allocated once, one
 * session for forward and backward, one for the optimiser, one for evaluation. Runs on the calling thread and blocks
 * it; training-client.ts puts it into a worker.
 */
import type { Graph } from '../graph/types.ts';
import { views } from './layout.ts';
import type { Layout } from './layout.ts';
import { Session } from './session.ts';
import type { Device, Tensor, Tensors } from './tensor.ts';

export { layOut, views } from './layout.ts';
export type { Layout, Region } from './layout.ts';

export interface TrainingProgram {
  /** Outputs loss, logits, `<parameter>_grad`, `<state>_next`. */
  readonly training: Graph;
  /** Inputs rate, gradient, weights, slots, and decay, decays, keep where it has them; outputs `weights_next`, `<slot>_next`. */
  readonly optimizer: Graph;
  /** Inputs images, parameters, states; output logits. */
  readonly inference: Graph;
  readonly parameters: Layout;
  readonly states: Layout;
  readonly slots: readonly string[];
  /** The slot that averages the weights: validation and the finished model use it, with averages of the states; null: none does. */
  readonly averageSlot: string | null;
  /** Parameters whose weights decay, where the optimiser lets them. */
  readonly decayed: readonly string[];
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

/** Flat buffers by name: `weights`, `states`, the optimiser's slots, `averageStates` beside an average. All that a checkpoint has to keep. */
export type Buffers = Readonly<Record<string, Float32Array>>;

/** What the optimiser is told at a step. */
export interface UpdateFactors {
  /** its step size */
  readonly rate: number;
  /** share that decaying weights lose; default 0 */
  readonly decay?: number | undefined;
  /** share that averages keep; default 0: they become the present values */
  readonly keep?: number | undefined;
}

export class TrainingSession {
  readonly #program: TrainingProgram;
  readonly #training: Session;
  readonly #optimizer: Session;
  #inference: Session | undefined;
  readonly buffers: Buffers;
  readonly #inputs: Tensors;
  /** What `predict` uses. */
  readonly #evaluated: Tensors;
  readonly #fetches: Tensors;
  readonly #loss: Tensor = { type: 'float32', shape: [], data: new Float32Array(1) };
  readonly #update: { readonly feeds: Tensors; readonly fetches: Tensors };
  readonly #factors = { rate: new Float32Array(1), decay: new Float32Array(1), keep: new Float32Array(1) };

  private constructor(program: TrainingProgram, training: Session, optimizer: Session) {
    this.#program = program;
    this.#training = training;
    this.#optimizer = optimizer;
    const { parameters, states, slots, averageSlot, chunkSize } = program;
    const weights = new Float32Array(parameters.length);
    const gradient = new Float32Array(parameters.length);
    const stateBuffer = new Float32Array(states.length);
    const moments = Object.fromEntries(slots.map((name) => [name, new Float32Array(parameters.length)]));
    const average = averageSlot === null ? undefined : moments[averageSlot];
    const averageStates = new Float32Array(average === undefined ? 0 : states.length);
    this.buffers = { weights, states: stateBuffer, ...moments, ...(average && { averageStates }) };
    const stateTensors = views(stateBuffer, states);
    this.#inputs = { ...views(weights, parameters), ...stateTensors };
    this.#evaluated = average ? { ...views(average, parameters), ...views(averageStates, states) } : this.#inputs;
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
    const wanted = new Set(program.optimizer.inputs.map(({ name }) => name));
    const factors = Object.entries(this.#factors).filter(([name]) => wanted.has(name));
    this.#update = {
      feeds: {
        ...Object.fromEntries(
          factors.map(([name, data]): [string, Tensor] => [name, { type: 'float32', shape: [], data }]),
        ),
        gradient: chunked(gradient),
        ...state,
        ...(wanted.has('decays') && { decays: chunked(markDecayed(program)) }),
      },
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
   * @param factors what the optimiser is told at this step
   * @param noise uniform numbers per noise input
   */
  async step(
    images: Float32Array,
    labels: Float32Array,
    { rate, decay = 0, keep = 0 }: UpdateFactors,
    noise: Tensors = {},
  ): Promise<StepResult> {
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
    for (const [name, value] of Object.entries({ rate, decay, keep })) this.#factors[name as 'rate'][0] = value;
    await this.#optimizer.run(this.#update.feeds, this.#update.fetches);
    this.#averageStates(keep);
    return { loss, logits };
  }

  /** Logits [count * units] of images in inference form, with the weights as they are now, or their average where one is kept. */
  async predict(images: Float32Array, count: number): Promise<Float32Array> {
    const { inference, device, threads, units } = this.#program;
    this.#inference ??= await Session.create(inference, { device, threads });
    const logits = new Float32Array(count * units);
    const fetches = { logits: { type: 'float32', shape: [count, units], data: logits } } as const;
    await this.#inference.run({ ...this.#evaluated, images: this.#imageTensor(images, count) }, fetches);
    return logits;
  }

  async release(): Promise<void> {
    await this.#training.release();
    await this.#optimizer.release();
    await this.#inference?.release();
  }

  /** As the optimiser's graph averages the weights. */
  #averageStates(keep: number): void {
    const { states, averageStates } = this.buffers as {
      readonly states: Float32Array;
      readonly averageStates?: Float32Array;
    };
    averageStates?.forEach((before, index) => {
      const now = states[index] as number;
      averageStates[index] = now + keep * (before - now);
    });
  }

  #imageTensor(images: Float32Array, count: number): Tensor {
    return { type: 'float32', shape: [count, ...this.#program.imageShape], data: images };
  }
}

/** 1 at each weight that decays, else 0. */
function markDecayed({ parameters, decayed }: TrainingProgram): Float32Array {
  const marks = new Float32Array(parameters.length);
  const tensors = views(marks, parameters);
  for (const name of decayed) (tensors[name] as Tensor).data.fill(1 as never);
  return marks;
}

function renamed(tensors: Tensors, suffix: string): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name + suffix, tensor]));
}
