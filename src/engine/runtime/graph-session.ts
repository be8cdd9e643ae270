/** Graphs that run on the calling thread, for who is a thread of its own already: a run blocks the caller. */
import { RandomGenerator } from '../../base/random.ts';
import type { Graph } from '../graph/types.ts';
import { refuseModel } from './refuse-model.ts';
import { Session } from './session.ts';
import type { Device, Tensor, Tensors } from './tensor.ts';

export interface GraphSettings {
  /** What error sentences call the graphs: the path of the model file. */
  readonly file: string;
  /** By the name under which they are run: a graph, or the path of a file that holds one. */
  readonly graphs: Readonly<Record<string, Graph | string>>;
  /**
   * Fed to every graph that has an input of that name. One tensor for several graphs is held once, and the runtime makes no packed copy
   * of it, as it does of a large constant.
   */
  readonly shared: Tensors;
  readonly device: Device;
  readonly threads: number | undefined;
}

/** Outputs wanted of a run: the shape of each float32 output by its name. */
export type WantedOutputs = Readonly<Record<string, readonly number[]>>;

export type Results = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** The outputs that each graph has. */
export type OutputNames = Readonly<Record<string, readonly string[]>>;

interface Loaded {
  readonly session: Session;
  /** Those of the shared tensors that it takes. */
  readonly shared: Tensors;
}

/** As `GraphClient`, without a thread. */
export class GraphSession {
  readonly #file: string;
  readonly #shared: Tensors;
  readonly #loaded: ReadonlyMap<string, Loaded>;

  private constructor({ file, shared }: GraphSettings, loaded: ReadonlyMap<string, Loaded>) {
    this.#file = file;
    this.#shared = shared;
    this.#loaded = loaded;
  }

  /** @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses a graph */
  static async load(settings: GraphSettings): Promise<GraphSession> {
    const loaded = await load(settings).catch((error: unknown) => {
      throw refuseModel(settings.file, error);
    });
    return new GraphSession(settings, loaded);
  }

  get outputNames(): OutputNames {
    return Object.fromEntries([...this.#loaded].map(([name, { session }]) => [name, session.outputNames]));
  }

  /** @throws PneumoscopeError E_MODEL_FILE when a graph is not what its file says it is */
  async run(graph: string, feeds: Tensors, wanted: WantedOutputs): Promise<Results> {
    // A shape that does not fit is the file's fault here: the images have the shape that its metadata ask for.
    return run(this.#loaded.get(graph) as Loaded, feeds, wanted).catch((error: unknown) => {
      throw refuseModel(this.#file, error);
    });
  }

  /** Permutes the content of a shared tensor, which all later runs see. */
  shuffle(tensor: string, seed: number): void {
    shuffle(this.#shared[tensor] as Tensor, seed);
  }

  /** Frees the memory. */
  async close(): Promise<void> {
    for (const { session } of this.#loaded.values()) await session.release();
  }
}

async function load({ graphs, shared, device, threads }: GraphSettings): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  const options = { device, blockedLayout: true, ...(threads === undefined ? {} : { threads }) };
  for (const [name, graph] of Object.entries(graphs)) {
    const session =
      typeof graph === 'string' ? await Session.load(graph, options) : await Session.create(graph, options);
    const inputs = typeof graph === 'string' ? [] : graph.inputs.map((input) => input.name);
    const taken = Object.entries(shared).filter(([tensor]) => inputs.includes(tensor));
    loaded.set(name, { session, shared: Object.fromEntries(taken) });
  }
  return loaded;
}

async function run({ session, shared }: Loaded, feeds: Tensors, wanted: WantedOutputs): Promise<Results> {
  const results: Record<string, Float32Array<ArrayBuffer>> = {};
  const fetches: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(wanted)) {
    const data = new Float32Array(shape.reduce((total, size) => total * size, 1));
    results[name] = data;
    fetches[name] = { type: 'float32', shape, data };
  }
  await session.run({ ...shared, ...feeds }, fetches);
  return results;
}

/** Fisher-Yates in place: a permutation of 67 million weights beside them would be as large as they are. */
function shuffle({ data }: Tensor, seed: number): void {
  const random = new RandomGenerator(seed);
  for (let i = data.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = data[i] as number;
    data[i] = data[j] as number;
    data[j] = held;
  }
}
