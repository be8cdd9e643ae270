/**
 * Weights as float16 in the file, float32 for everything that computes: each such weight is followed by a Cast, which a runtime carries
 * out once, when it loads the model. Halves the file and changes neither the operators nor the precision of their arithmetic.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { fromFloat16, largestFloat16, toFloat16 } from './float16.ts';
import type { Constant, Graph, Node, Value } from './types.ts';

const float32Code = 1;

/**
 * Filters and matrices become float16. Vectors (biases, the statistics of batch normalisation) stay as they are: they are a thousandth of
 * a model, and a variance may well lie outside of what float16 holds.
 *
 * @throws PneumoscopeError E_NOT_FINITE for a weight beyond the range of float16
 */
export function narrowWeights(graph: Graph): Graph {
  const wide = new Map<string, Value>();
  const casts: Node[] = [];
  const constants = graph.constants.map((constant): Constant => {
    const { value, data } = constant;
    if (!(data instanceof Float32Array) || value.type !== 'float32' || value.shape.length < 2) return constant;
    const narrow: Value = { ...value, type: 'float16' };
    const output: Value = { ...value, name: `${value.name}:float32` };
    wide.set(value.name, output);
    const name = `${value.name}:cast`;
    casts.push({ op: 'Cast', name, inputs: [narrow], outputs: [output], attributes: { to: float32Code } });
    return { value: narrow, data: toFloat16(requireRange(value.name, data)) };
  });
  return { ...graph, constants, nodes: [...casts, ...rewire(graph.nodes, wide)] };
}

/** The inverse of {@link narrowWeights}, for who works on the weights: they are float32 constants again, under the names they had. */
export function widenWeights(graph: Graph): Graph {
  const halves = new Map(
    graph.constants.filter(({ value }) => value.type === 'float16').map((constant) => [constant.value.name, constant]),
  );
  const isCast = ({ op, inputs, attributes }: Node): boolean =>
    op === 'Cast' && attributes['to'] === float32Code && halves.has(inputs[0]?.name ?? '');
  for (const node of graph.nodes) {
    // Whoever else reads such a constant wants it as it is.
    if (!isCast(node)) for (const input of node.inputs) if (input !== undefined) halves.delete(input.name);
  }
  const wide = new Map<string, Value>();
  const nodes = graph.nodes.filter((node) => {
    if (!isCast(node)) return true;
    const [source] = node.inputs as readonly [Value];
    wide.set((node.outputs[0] as Value).name, { ...source, type: 'float32' });
    return false;
  });
  const constants = graph.constants.map((constant): Constant => {
    const { value, data } = constant;
    if (!halves.has(value.name)) return constant;
    return { value: { ...value, type: 'float32' }, data: fromFloat16(data as Uint16Array) };
  });
  return { ...graph, constants, nodes: rewire(nodes, wide) };
}

/** Values that stand in the place of others, by the names of those. */
function rewire(nodes: readonly Node[], replacements: ReadonlyMap<string, Value>): readonly Node[] {
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => input && (replacements.get(input.name) ?? input)),
  }));
}

function requireRange(name: string, data: Float32Array): Float32Array {
  // From halfway to the next number that float16 would have, rounding gives infinity.
  const outside = data.find((value) => !(Math.abs(value) < largestFloat16 + 16));
  if (outside === undefined) return data;
  throw new PneumoscopeError(
    'E_NOT_FINITE',
    `The weight ${name} holds ${outside}, but float16 ends at ${largestFloat16}; keep this model in float32`,
  );
}
