/** The thread in which graphs run, since a run blocks the thread it is on. Answers each request of graph-client.ts. */
import { RandomGenerator } from '../../base/random.ts';
import { hostThread, Moving } from '../../base/threads/host-thread.ts';
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

export interface GraphThread {
  readonly settings: GraphSettings;
  readonly calls: {
    readonly outputNames: { readonly request: undefined; readonly reply: OutputNames };
    readonly run: {
      readonly request: { readonly graph: string; readonly feeds: Tensors; readonly wanted: WantedOutputs };
      /** by the names of the wanted outputs */
      readonly reply: Results;
    };
    readonly shuffle: {
      readonly request: { readonly tensor: string; readonly seed: number };
      readonly reply: void;
    };
  };
}

interface Loaded {
  readonly session: Session;
  /** Those of the shared tensors that it takes. */
  readonly shared: Tensors;
}

hostThread<GraphThread>(async (settings) => {
  const { file, shared } = settings;
  const loaded = await load(settings).catch((error: unknown) => {
    throw refuseModel(file, error);
  });
  return {
    handlers: {
      outputNames: () => Object.fromEntries([...loaded].map(([name, { session }]) => [name, session.outputNames])),
      run: async ({ graph, feeds, wanted }) => {
        // A shape that does not fit is the file's fault here: the images have the shape that its metadata ask for.
        const results = await run(loaded.get(graph) as Loaded, feeds, wanted).catch((error: unknown) => {
          throw refuseModel(file, error);
        });
        return new Moving(
          results,
          Object.values(results).map(({ buffer }) => buffer),
        );
      },
      shuffle: ({ tensor, seed }) => shuffle(shared[tensor] as Tensor, seed),
    },
    close: async () => {
      for (const { session } of loaded.values()) await session.release();
    },
  };
});

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
