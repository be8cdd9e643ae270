/** One graph within another. */
import type { GraphBuilder } from './builder.ts';
import type { OpType } from './operators.ts';
import type { Graph, Value } from './types.ts';

/**
 * Adds a graph's nodes under new names.
 *
 * @param inputs the builder's values for the graph's inputs
 * @param nameOf what a constant is called; by default it is stored without its name, small ones of equal content once
 * @returns the builder's value for each value of the graph
 */
export function inlineGraph(
  g: GraphBuilder,
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  nameOf: (constant: string) => string | undefined = () => undefined,
): Map<string, Value> {
  const values = new Map(inputs);
  for (const { value, data } of graph.constants) {
    values.set(value.name, g.constant(value.type, value.shape, data, nameOf(value.name)));
  }
  for (const node of graph.nodes) {
    const taken = node.inputs.map((input) => input && (values.get(input.name) as Value));
    const outputs = g.nodeWithOutputs(node.op as OpType, taken, node.attributes, node.outputs.length);
    node.outputs.forEach((output, index) => values.set(output.name, outputs[index] as Value));
  }
  return values;
}
