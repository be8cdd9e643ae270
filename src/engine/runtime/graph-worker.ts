/** The thread in which graphs run, since a run blocks the thread it is on. Answers each request of graph-client.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { PneumoscopeError, type ErrorCode } from '../../base/errors.ts';
import type { Graph } from '../graph/types.ts';
import { RandomGenerator } from '../../base/random.ts';
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

export type GraphRequest =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly graph: string;
      readonly feeds: Tensors;
      readonly wanted: WantedOutputs;
    }
  | { readonly kind: 'shuffle'; readonly id: number; readonly tensor: string; readonly seed: number }
  | { readonly kind: 'close' };

export interface GraphReply {
  /** Of the request; 0: the graphs are loaded, or failed to load. */
  readonly id: number;
  /** Of a run, by name. */
  readonly results?: Results;
  /** Of loading: the outputs that each graph has. */
  readonly outputNames?: Readonly<Record<string, readonly string[]>>;
  readonly failure?: GraphFailure;
}

export type Results = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface GraphFailure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
}

interface Loaded {
  readonly session: Session;
  /** Those of the shared tensors that it takes. */
  readonly shared: Tensors;
}

if (parentPort !== null) {
  const port = parentPort;
  const settings = workerData as GraphSettings;
  const reply = (message: GraphReply, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved);
  try {
    const loaded = await load(settings);
    const answer = async (request: GraphRequest): Promise<void> => {
      if (request.kind === 'close') {
        for (const { session } of loaded.values()) await session.release();
        port.close();
        return;
      }
      try {
        if (request.kind === 'shuffle') {
          shuffle(settings.shared[request.tensor] as Tensor, request.seed);
          reply({ id: request.id });
          return;
        }
        const results = await run(loaded.get(request.graph) as Loaded, request.feeds, request.wanted);
        reply(
          { id: request.id, results },
          Object.values(results).map(({ buffer }) => buffer),
        );
      } catch (error) {
        reply({ id: request.id, failure: describe(error) });
      }
    };
    // One at a time, in order: the next request waits for the one before it.
    let last: Promise<void> = Promise.resolve();
    port.on('message', (request: GraphRequest) => {
      last = last.then(() => answer(request));
    });
    const outputNames = [...loaded].map(([name, { session }]) => [name, session.outputNames]);
    reply({ id: 0, outputNames: Object.fromEntries(outputNames) as Record<string, readonly string[]> });
  } catch (error) {
    reply({ id: 0, failure: describe(error) });
    port.close();
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

function describe(error: unknown): GraphFailure {
  // A shape that does not fit is the file's fault here: the images have the shape that its metadata ask for.
  const code = error instanceof PneumoscopeError && error.code === 'E_DEVICE' ? error.code : undefined;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? '';
  return { code, message };
}
