/**
 * One ONNX Runtime session over a graph. The only file that knows onnxruntime-node; tensors are typed arrays with a
 * shape, allocated by the caller, and results are written into the caller's arrays.
 */
// Before the runtime.
// oxlint-disable-next-line import/no-unassigned-import -- it works by being loaded
import './no-telemetry.ts';
import * as onnxruntime from 'onnxruntime-node';
import { PneumoscopeError } from '../../base/errors.ts';
import { runUnbroken } from '../../base/threads/unbroken.ts';
import type { Graph, Node, Value } from '../graph/types.ts';
import { encodeModel } from '../onnx/encode.ts';
import { avoidWebgpuDefects } from './avoid-webgpu-defects.ts';
import { checkTensors } from './check-tensors.ts';
import type { Device, Tensor, Tensors } from './tensor.ts';

export interface SessionOptions {
  readonly device?: Device;
  /** Threads of one operator; the results depend on it in the last bits. */
  readonly threads?: number;
  /**
   * Lets convolutions with constant filters run in the blocked NCHWc layout: much faster for a network whose weights
   * are part of the graph, a loss for a training graph, whose only constant filters are tiny.
   */
  readonly blockedLayout?: boolean;
  /** Writes a Chrome trace of every node's time to a file with this prefix. */
  readonly profilePrefix?: string;
}

const completionToken = 'completion_token';

export class Session {
  readonly #session: onnxruntime.InferenceSession;
  /** Wrapped once per tensor: the wrapper checks sizes and holds the memory, and most tensors are fed every step. */
  readonly #wrapped = new WeakMap<Tensor, onnxruntime.Tensor>();
  readonly #hasToken: boolean;

  private constructor(session: onnxruntime.InferenceSession, hasToken: boolean) {
    this.#session = session;
    this.#hasToken = hasToken;
  }

  /** @throws PneumoscopeError E_DEVICE when the device is not available here */
  static async create(graph: Graph, options: SessionOptions = {}): Promise<Session> {
    const safe = options.device === 'webgpu' ? avoidWebgpuDefects(graph) : graph;
    return new Session(await createSession(encodeModel(withCompletionToken(safe)), options), true);
  }

  /**
   * Opens an .onnx file, without bringing it into JavaScript's memory, or its bytes. Meant for graphs with small outputs.
   * @throws PneumoscopeError E_DEVICE; any other error means that the runtime refuses the file
   */
  static async load(model: string | Uint8Array<ArrayBuffer>, options: SessionOptions = {}): Promise<Session> {
    return new Session(await createSession(model, options), false);
  }

  /** A run passes over a wanted output that the graph does not have, so whoever loads a foreign file must look. */
  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /**
   * Runs the graph once; the event loop is blocked meanwhile.
   * @param feeds every input of the graph by name
   * @param fetches the arrays to write the wanted outputs into; an output may lie over an input that it replaces
   *   element by element
   * @throws PneumoscopeError E_SHAPE_MISMATCH or E_GRAPH where a tensor is not what the graph declares
   */
  async run(feeds: Tensors, fetches: Tensors): Promise<void> {
    checkTensors(this.#session.inputMetadata, this.#session.outputMetadata, feeds, fetches);
    const results: Record<string, onnxruntime.Tensor | null> = this.#hasToken ? { [completionToken]: null } : {};
    for (const [name, tensor] of Object.entries(fetches)) results[name] = this.#wrap(tensor);
    const inputs: Record<string, onnxruntime.Tensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = this.#wrap(tensor);
    try {
      await runUnbroken(() => this.#session.run(inputs, results));
    } catch (error) {
      if (!isCompletion(error)) throw error;
    }
  }

  /** Frees the session's memory, and writes the profile if one was asked for. */
  async release(): Promise<void> {
    await runUnbroken(() => {
      this.#session.endProfiling();
      return this.#session.release();
    });
  }

  #wrap(tensor: Tensor): onnxruntime.Tensor {
    const known = this.#wrapped.get(tensor);
    if (known) return known;
    const wrapped = new onnxruntime.Tensor(tensor.type as 'float32', tensor.data as Float32Array, tensor.shape);
    this.#wrapped.set(tensor, wrapped);
    return wrapped;
  }
}

async function createSession(
  model: Uint8Array | string,
  options: SessionOptions,
): Promise<onnxruntime.InferenceSession> {
  const { device = 'cpu', threads, blockedLayout = false, profilePrefix } = options;
  // The runtime passes silently over a provider that it was not built with, and computes on the cpu instead.
  if (!onnxruntime.listSupportedBackends().some(({ name }) => name === device)) {
    throw deviceError(device, 'the installed ONNX Runtime does not hold it');
  }
  const settings: onnxruntime.InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    interOpNumThreads: 1,
    // Plans one block for all activations of a step: no faster here, and it raises the peak memory by two thirds.
    enableMemPattern: false,
    graphOptimizationLevel: blockedLayout ? 'all' : 'extended',
    logSeverityLevel: 3,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  };
  try {
    return await runUnbroken(() =>
      typeof model === 'string'
        ? onnxruntime.InferenceSession.create(model, settings)
        : onnxruntime.InferenceSession.create(model, settings),
    );
  } catch (error) {
    if (device === 'cpu') throw error;
    throw deviceError(device, error instanceof Error ? error.message : String(error), error);
  }
}

function deviceError(device: Device, reason: string, cause?: unknown): PneumoscopeError {
  // The runtime begins with the place in its own source that noticed; what follows the check is for people.
  const line = (reason.split('\n')[0] ?? '').replace(/^\/.* was false\. /, '');
  return new PneumoscopeError(
    'E_DEVICE',
    `Device ${device} is not available on this machine (${line}); use --device cpu`,
    { cause },
  );
}

/**
 * After a run the binding (1.30) copies every output into a new ArrayBuffer, also those that were written into memory
 * which the caller gave. For gigabytes of weights and gradients the copies and their page faults cost more than the
 * arithmetic. The binding converts outputs in order and refuses one that is not a tensor; so the first output here is a
 * sequence, at which the conversion ends: everything is computed and written by then.
 */
function withCompletionToken(graph: Graph): Graph {
  const flag: Value = { name: `${completionToken}_element`, type: 'float32', shape: [1] };
  const token: Value = { name: completionToken, type: 'float32', shape: [1], sequence: true };
  const node: Node = {
    op: 'SequenceConstruct',
    name: completionToken,
    inputs: [flag],
    outputs: [token],
    attributes: {},
  };
  return {
    ...graph,
    nodes: [...graph.nodes, node],
    constants: [...graph.constants, { value: flag, data: new Float32Array(1) }],
    outputs: [token, ...graph.outputs],
  };
}

function isCompletion(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Non tensor type');
}
