/** The graph of a model file, ready to be changed and run: its large weights taken out, to be fed to whatever graphs need them. */
import { open } from 'node:fs/promises';
import { PneumoscopeError } from '../errors.ts';
import type { Constant, Graph } from '../graph/types.ts';
import { release } from '../imaging/release.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { Tensors } from '../runtime/session.ts';

export interface ModelGraph {
  /** Inputs: `images` and the names of `weights`. Outputs: `logits` and `probability`. */
  readonly graph: Graph;
  /** Contents of those inputs. */
  readonly weights: Tensors;
}

/** Elements from which on a dense layer's weights are fed: the runtime would pack a constant for every product that reads it. */
const largeWeights = 2 ** 18;

/**
 * @param which `large`: the weights of large dense layers; `all`: every weight, so that all can be changed between runs
 * @throws PneumoscopeError E_MODEL_FILE when the file is damaged or is no classifier
 */
export async function readModelGraph(path: string, which: 'large' | 'all' = 'large'): Promise<ModelGraph> {
  const bytes = await readBytes(path);
  const { graph } = decodeModel(bytes, path);
  const missing = ['logits', 'probability'].find((name) => !graph.outputs.some((output) => output.name === name));
  if (missing !== undefined || graph.inputs.length !== 1 || graph.inputs[0]?.name !== 'images') {
    const what = missing === undefined ? 'other inputs than images' : `no output ${missing}`;
    throw new PneumoscopeError(
      'E_MODEL_FILE',
      `${path} is damaged: the model in it cannot be explained (it has ${what}).`,
    );
  }
  const model = takeWeights(graph, which);
  // Weights that do not lie on a multiple of four bytes were copied while they were decoded.
  if (Object.values(model.weights).every(({ data }) => data.buffer !== bytes.buffer)) release(bytes);
  return model;
}

/** Splits the weights off a graph that holds them as constants. */
export function takeWeights(graph: Graph, which: 'large' | 'all'): ModelGraph {
  const isTaken = which === 'all' ? isWeight : (constant: Constant): boolean => isLargeDense(graph, constant);
  const taken = graph.constants.filter(isTaken);
  const kept = graph.constants.filter((constant) => !isTaken(constant));
  return {
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...taken.map(({ value }) => value)],
      // Copied, because they are views of the file's bytes, which would be held for their sake.
      constants: kept.map(({ value, data }) => ({ value, data: data.slice() })),
    },
    weights: Object.fromEntries(
      taken.map(({ value: { name, type, shape }, data }) => [name, { type, shape: shape.map(Number), data }]),
    ),
  };
}

/** Single numbers are settings, such as the bounds of a Clip. */
function isWeight({ value, data }: Constant): boolean {
  return value.type === 'float32' && data.length > 1;
}

function isLargeDense(graph: Graph, { value, data }: Constant): boolean {
  const readers = graph.nodes.filter(({ inputs }) => inputs.some((input) => input?.name === value.name));
  return data.length >= largeWeights && readers.every(({ op }) => op === 'Gemm' || op === 'MatMul');
}

/** Not readFile, which may take small files from a pool: this memory is to move to another thread. */
async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(size - done, 2 ** 30), done);
      if (bytesRead === 0) throw new PneumoscopeError('E_MODEL_FILE', `${path} became shorter while it was read.`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
