/**
 * Rewrites a graph around defects of ONNX Runtime's webgpu provider, each of which computes wrong numbers without a word.
 * Seen in version 1.30 on all operator tests; each rewrite names what it avoids, so that it can go when that is mended.
 */
import { attributeNumber } from '../graph/shape-rules.ts';
import type { Constant, Graph, Node, Value } from '../graph/types.ts';

/** @returns a graph with the same inputs, outputs and results */
export function avoidWebgpuDefects(graph: Graph): Graph {
  const constants: Constant[] = [...graph.constants];
  const nodes = graph.nodes.flatMap((node) => (needsMoreChannels(node) ? widenChannels(node, constants) : [node]));
  return { ...graph, nodes, constants };
}

/**
 * Convolution of one group sums wrongly over 6, 9, 18, 30 ... input channels (a multiple of 3 but not of 4, above 3) where
 * the number of filters is a multiple of 4 (microsoft/onnxruntime issue 29651).
 */
function needsMoreChannels(node: Node): boolean {
  if (node.op !== 'Conv' || attributeNumber(node, 'group', 1) !== 1) return false;
  const [filters, channels] = node.inputs[1]?.shape.map(Number) ?? [];
  if (filters === undefined || channels === undefined) return false;
  return channels > 3 && channels % 3 === 0 && channels % 4 !== 0 && filters % 4 === 0;
}

/** Adds channels of zeros to input and filters, up to a multiple of 4. */
function widenChannels(node: Node, constants: Constant[]): readonly Node[] {
  const [x, w, ...rest] = node.inputs as readonly [Value, Value, ...(Value | undefined)[]];
  const channels = Number(w.shape[1]);
  const added = 4 - (channels % 4);
  const rank = x.shape.length;
  const amounts = new BigInt64Array(2 * rank);
  amounts[rank + 1] = BigInt(added);
  const pads: Value = { name: `${node.name}_channel_pads`, type: 'int64', shape: [2 * rank] };
  constants.push({ value: pads, data: amounts });
  const widen = (value: Value, role: string): Node => {
    const shape = value.shape.map((dimension, axis) => (axis === 1 ? channels + added : dimension));
    const wide: Value = { name: `${node.name}_wide_${role}`, type: value.type, shape };
    return { op: 'Pad', name: wide.name, inputs: [value, pads], outputs: [wide], attributes: {} };
  };
  const [wideInput, wideFilters] = [widen(x, 'input'), widen(w, 'filters')];
  const inputs = [wideInput.outputs[0], wideFilters.outputs[0], ...rest];
  return [wideInput, wideFilters, { ...node, inputs }];
}
