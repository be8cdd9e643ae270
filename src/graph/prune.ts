/** Drops what no output depends on: nodes, constants and inputs. */
import type { Graph, Node, Value } from './types.ts';

export function pruneGraph(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output.name))) continue;
    for (const input of node.inputs) if (input) needed.add(input.name);
    nodes.push(node);
  }
  const isNeeded = (value: Value): boolean => needed.has(value.name);
  return {
    ...graph,
    inputs: graph.inputs.filter(isNeeded),
    nodes: nodes.toReversed(),
    constants: graph.constants.filter(({ value }) => isNeeded(value)),
  };
}
