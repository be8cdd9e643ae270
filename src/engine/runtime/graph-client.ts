/** Runs graphs in a thread of its own: tensors go over without a copy, the calling thread stays free. */
import { Worker } from 'node:worker_threads';
import { PneumoscopeError } from '../../base/errors.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import type { GraphReply, GraphRequest, GraphSettings, Results, WantedOutputs } from './graph-worker.ts';
import type { Tensors } from './tensor.ts';

export type { GraphSettings, Results, WantedOutputs } from './graph-worker.ts';

interface Waiting {
  readonly resolve: (reply: GraphReply) => void;
  readonly reject: (reason: unknown) => void;
}

/** A request without its number. */
type Question<Request = GraphRequest> = Request extends { readonly id: number } ? Omit<Request, 'id'> : never;

/** The worker is TypeScript in a checkout and JavaScript in the published package. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './graph-worker.ts' : './graph-worker.js',
  import.meta.url,
);

export class GraphClient {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #outputNames: GraphReply['outputNames'];
  #failure: Error | undefined;
  #lastId = 0;

  private constructor(settings: GraphSettings) {
    this.#file = settings.file;
    // No flags of the process: some, such as --input-type, would keep a file from being run.
    this.#worker = new Worker(workerFile, {
      workerData: settings,
      transferList: listBuffers(settings),
      name: 'inference',
      execArgv: [],
    });
    this.#worker.on('message', (reply: GraphReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(new Error(`the thread that runs the model ended (code ${code})`));
        resolve();
      });
    });
  }

  /**
   * Loads the graphs.
   *
   * @param settings the memory of constants and shared tensors moves over and must not be used after
   * @throws PneumoscopeError E_DEVICE; E_MODEL_FILE when the runtime refuses a graph
   */
  static async start(settings: GraphSettings): Promise<GraphClient> {
    const client = new GraphClient(settings);
    try {
      const { failure, outputNames } = await client.#wait(0);
      if (failure !== undefined) throw client.#toError(failure);
      client.#outputNames = outputNames;
    } catch (error) {
      // The thread's end is all that keeps the process alive now.
      client.#worker.ref();
      await client.#ended;
      throw error;
    }
    // A model that nobody asks anything must not keep the process alive.
    client.#worker.unref();
    return client;
  }

  /** A run passes over a wanted output that the graph does not have, so whoever loads a foreign file must look. */
  outputNames(graph: string): readonly string[] {
    return this.#outputNames?.[graph] ?? [];
  }

  /**
   * @param feeds their memory moves over and must not be used after
   * @throws PneumoscopeError E_MODEL_FILE when a graph is not what its file says it is
   */
  async run(graph: string, feeds: Tensors, wanted: WantedOutputs): Promise<Results> {
    const { results = {} } = await this.#ask({ kind: 'run', graph, feeds, wanted }, toBuffers(Object.values(feeds)));
    return results;
  }

  /** Permutes the content of a shared tensor, which all later runs see. */
  async shuffle(tensor: string, seed: number): Promise<void> {
    await this.#ask({ kind: 'shuffle', tensor, seed });
  }

  /** Finishes what was asked, frees the memory and ends the thread. May be called twice. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#worker.ref();
      this.#worker.postMessage({ kind: 'close' } satisfies GraphRequest, []);
    }
    await this.#ended;
  }

  async #ask(question: Question, moved: ArrayBuffer[] = []): Promise<GraphReply> {
    const id = ++this.#lastId;
    const answer = this.#wait(id);
    if (this.#failure === undefined) this.#worker.postMessage({ ...question, id } satisfies GraphRequest, moved);
    const reply = await answer;
    if (reply.failure !== undefined) throw this.#toError(reply.failure);
    return reply;
  }

  #wait(id: number): Promise<GraphReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle(reply: GraphReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    waiting?.resolve(reply);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  #toError(failure: NonNullable<GraphReply['failure']>): Error {
    if (failure.code !== undefined) return new PneumoscopeError(failure.code, `${failure.message}.`);
    return new PneumoscopeError(
      'E_MODEL_FILE',
      `${this.#file} is damaged: the model in it cannot be run (${failure.message}).`,
    );
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
