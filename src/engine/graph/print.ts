/** A graph as text for people: one line per input, constant, node and output. */
import { formatShape } from './shape.ts';
import type { AttributeValue, Constant, Graph, Node, Value } from './types.ts';

/** Constants up to this many elements are written out. */
const shownElements = 8;

/**
 * Each node is a line `result type shape = Operator(inputs) attributes`; a body stands indented below its node.
 */
export function printGraph(graph: Graph): string {
  return graphLines(graph).join('\n');
}

function graphLines(graph: Graph): readonly string[] {
  const lines = [
    ...graph.inputs.map((value) => `input ${typed(value)}`),
    ...graph.constants.map(constantLine),
    ...graph.nodes.flatMap(nodeLines),
    `output ${graph.outputs.map(typed).join(', ')}`,
  ];
  return [`graph ${graph.name}`, ...lines.map((line) => `  ${line}`)];
}

function constantLine({ value, data }: Constant): string {
  const shown = data.length <= shownElements ? `[${Array.from(data, String).join(', ')}]` : `${data.length} elements`;
  return `constant ${typed(value)} = ${shown}`;
}

/** The node's line, and those of a body below it. */
function nodeLines(node: Node): readonly string[] {
  const bodies = Object.values(node.attributes).filter(isGraph);
  return [printNode(node), ...bodies.flatMap((body) => graphLines(body).map((line) => `  ${line}`))];
}

/** One node on one line, for an error's sentence too. */
export function printNode(node: Node): string {
  const inputs = node.inputs.map((input) => input?.name ?? 'none').join(', ');
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}=${formatAttribute(value)}`);
  return `${node.outputs.map(typed).join(', ')} = ${node.op}(${inputs})${attributes.join('')}`;
}

function formatAttribute(value: AttributeValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isGraph(value)) return `graph ${value.name}`;
  return 'float' in value ? `${value.float}f` : formatShape(value);
}

function isGraph(value: AttributeValue): value is Graph {
  return typeof value === 'object' && 'nodes' in value;
}

function typed({ name, type, shape, sequence }: Value): string {
  return `${name} ${sequence ? 'sequence of ' : ''}${type} ${formatShape(shape)}`;
}
