/** Drops what no output depends on: nodes, constants and inputs. */
import type { Graph, Node, Value } from './types.ts';

export function pruneGraph(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output.name))) continue;
    for (const name of usedNames(node)) needed.add(name);
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

/** What a node takes: its inputs, and what a body takes from the graph around it. */
function usedNames(node: Node): readonly string[] {
  const inputs = node.inputs.flatMap((input) => (input ? [input.name] : []));
  const bodies = Object.values(node.attributes).filter((value) => typeof value === 'object' && 'nodes' in value);
  return [...inputs, ...bodies.flatMap(capturedNames)];
}

function capturedNames({ inputs, constants, nodes, outputs }: Graph): readonly string[] {
  const values = [...inputs, ...constants.map(({ value }) => value), ...nodes.flatMap((node) => node.outputs)];
  const own = new Set(values.map(({ name }) => name));
  return [...nodes.flatMap(usedNames), ...outputs.map(({ name }) => name)].filter((name) => !own.has(name));
}
