/** The graph of a model file, ready to be changed and run: its large weights taken out, to be fed to whatever graphs need them. */
import { readClassifierGraph, type ReadGraph } from '../../engine/onnx/read-graph.ts';
import { widenWeights } from '../../engine/graph/half-weights.ts';
import type { Constant, Graph } from '../../engine/graph/types.ts';
import { release } from '../../base/release.ts';
import type { Tensors } from '../../engine/runtime/tensor.ts';

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
  return toModelGraph(await readClassifierGraph(path), which);
}

/** @param read its bytes must not be used after */
export function toModelGraph({ graph, bytes }: ReadGraph, which: 'large' | 'all' = 'large'): ModelGraph {
  const model = takeWeights(widenWeights(graph), which);
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
