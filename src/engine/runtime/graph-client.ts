/** Runs graphs in a thread of its own: tensors go over without a copy, the calling thread stays free. */
import { ThreadClient } from '../../base/threads/thread-client.ts';
import type { GraphSettings, OutputNames, Results, WantedOutputs } from './graph-session.ts';
import type { GraphThread } from './graph-worker.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import type { Tensors } from './tensor.ts';

export type { GraphSettings, Results, WantedOutputs } from './graph-session.ts';

export class GraphClient {
  readonly #thread: ThreadClient<GraphThread>;
  readonly #outputNames: OutputNames;

  private constructor(thread: ThreadClient<GraphThread>, outputNames: OutputNames) {
    this.#thread = thread;
    this.#outputNames = outputNames;
  }

  /**
   * Loads the graphs.
   *
   * @param settings the memory of constants and shared tensors moves over and must not be used after
   * @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses a graph
   */
  static async start(settings: GraphSettings): Promise<GraphClient> {
    const file = new URL('./graph-worker.ts', import.meta.url);
    const thread = new ThreadClient<GraphThread>({ file, name: 'model', settings, moved: listBuffers(settings) });
    try {
      return new GraphClient(thread, await thread.ask('outputNames', undefined));
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  /** A run passes over a wanted output that the graph does not have, so whoever loads a foreign file must look. */
  outputNames(graph: string): readonly string[] {
    return this.#outputNames[graph] ?? [];
  }

  /**
   * @param feeds their memory moves over and must not be used after
   * @throws PneumoscopeError E_MODEL_FILE when a graph is not what its file says it is
   */
  run(graph: string, feeds: Tensors, wanted: WantedOutputs): Promise<Results> {
    return this.#thread.ask('run', { graph, feeds, wanted }, toBuffers(Object.values(feeds)));
  }

  /** Permutes the content of a shared tensor, which all later runs see. */
  shuffle(tensor: string, seed: number): Promise<void> {
    return this.#thread.ask('shuffle', { tensor, seed });
  }

  /** Finishes what was asked, frees the memory and ends the thread. May be called twice. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** What constants and shared tensors lie in; several may be views of one file's bytes. */
function listBuffers({ graphs, shared }: GraphSettings): ArrayBuffer[] {
  const constants = Object.values(graphs).flatMap((graph) => (typeof graph === 'string' ? [] : graph.constants));
  return toBuffers([...constants, ...Object.values(shared)]);
}

function toBuffers(holders: readonly { readonly data: { readonly buffer: ArrayBufferLike } }[]): ArrayBuffer[] {
  const buffers = holders.map(({ data }) => data.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
