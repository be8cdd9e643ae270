/**
 * Judges a graph before it runs: every rule of the operator set that can be checked without running it. A graph that
 * the builder made passes; one that was put together or changed by other means may not.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { formatArity, schemaOf } from './operators.ts';
import type { OperatorSchema, OutputType } from './rule-context.ts';
import { createRuleContext } from './rule-context.ts';
import { formatShape, sameShape } from './shape.ts';
import type { AttributeValue, Constant, Graph, Node, TensorData, Value } from './types.ts';

/**
 * @throws PneumoscopeError E_GRAPH, one sentence that names the graph and the node or value: names used twice, inputs
 *   that nothing defines or only a later node does, operators, attributes and numbers of inputs and outputs that the
 *   schema does not know, recorded types and shapes that the operator's rule does not give, outputs that nothing
 *   produces, constants whose data do not fit
 */
export function verifyGraph(graph: Graph): void {
  new Verification(graph, undefined).run();
}

type AttributeKind = 'integer' | 'integers' | 'float' | 'string' | 'graph';

/** What the standard wants to stand in an attribute; a name that is not listed holds an integer. */
const attributeKinds: Readonly<Record<string, AttributeKind>> = {
  alpha: 'float',
  beta: 'float',
  body: 'graph',
  dilations: 'integers',
  epsilon: 'float',
  kernel_shape: 'integers',
  mode: 'string',
  momentum: 'float',
  output_padding: 'integers',
  pads: 'integers',
  perm: 'integers',
  strides: 'integers',
};

const attributeWords: { readonly [Kind in AttributeKind]: string } = {
  integer: 'an integer',
  integers: 'a list of integers',
  float: 'a number wrapped with float()',
  string: 'a text',
  graph: 'a graph',
};

function kindOf(value: AttributeValue): AttributeKind | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : undefined;
  if ('float' in value) return 'float';
  if ('nodes' in value) return 'graph';
  return value.every(Number.isSafeInteger) ? 'integers' : undefined;
}

function describeAttribute(value: AttributeValue): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if ('float' in value) return `float(${value.float})`;
  return 'nodes' in value ? `graph ${value.name}` : `[${value.join(', ')}]`;
}

class Verification {
  readonly #graph: Graph;
  /** The graph around a Scan's body, whose values the body may use. */
  readonly #outer: Verification | undefined;
  readonly #values = new Map<string, Value>();
  readonly #constants = new Map<string, Constant>();
  readonly #producers = new Map<string, Node>();

  constructor(graph: Graph, outer: Verification | undefined) {
    this.#graph = graph;
    this.#outer = outer;
  }

  run(): void {
    const { inputs, constants, nodes, outputs } = this.#graph;
    for (const value of inputs) this.#define(value, 'input');
    for (const constant of constants) this.#checkConstant(constant);
    const names = new Set<string>();
    for (const node of nodes) {
      if (names.has(node.name)) this.#fail(`two nodes have the name ${node.name}`);
      names.add(node.name);
      this.#checkNode(node);
    }
    this.#checkOutputs(outputs);
  }

  #checkOutputs(outputs: readonly Value[]): void {
    if (outputs.length === 0) this.#fail('it has no output');
    const seen = new Set<string>();
    for (const output of outputs) {
      if (seen.has(output.name)) this.#fail(`output ${output.name} stands twice`);
      seen.add(output.name);
      const produced = this.#values.get(output.name) ?? this.#fail(`nothing produces output ${output.name}`);
      if (!sameType(produced, output)) {
        this.#fail(`output ${output.name} is recorded as ${describe(output)}, but it is ${describe(produced)}`);
      }
    }
  }

  #checkConstant(constant: Constant): void {
    const { value, data } = constant;
    this.#define(value, 'constant');
    this.#constants.set(value.name, constant);
    const expected = value.shape.reduce<number>((total, dimension) => total * Number(dimension), 1);
    if (data.length !== expected) {
      this.#fail(`constant ${value.name} has ${data.length} elements, but its shape is ${formatShape(value.shape)}`);
    }
    if (!holds(value, data))
      this.#fail(`constant ${value.name} is ${value.type}, but its data are a ${data.constructor.name}`);
  }

  #checkNode(node: Node): void {
    const schema = this.#schemaOf(node);
    const [least, most] = schema.inputs;
    if (node.inputs.length < least || node.inputs.length > most) {
      this.#failAt(node, `it has ${node.inputs.length} inputs; ${node.op} takes ${formatArity(schema.inputs)}`);
    }
    if (node.outputs.length < schema.outputs[0] || node.outputs.length > schema.outputs[1]) {
      this.#failAt(node, `it has ${node.outputs.length} outputs; ${node.op} gives ${formatArity(schema.outputs)}`);
    }
    for (const [name, value] of Object.entries(node.attributes)) this.#checkAttribute(node, schema, name, value);
    node.inputs.forEach((input, index) => this.#checkInput(node, input, index, index < least));
    if (node.op === 'Scan') this.#checkScan(node);
    this.#checkTypes(node, schema);
    for (const output of node.outputs) {
      this.#define(output, `node ${node.name}`);
      this.#producers.set(output.name, node);
    }
  }

  #schemaOf(node: Node): OperatorSchema {
    try {
      return schemaOf(node.op);
    } catch (error) {
      return this.#failAt(node, `operator ${node.op} is not one of those a graph may hold here`, error);
    }
  }

  #checkAttribute(node: Node, schema: OperatorSchema, name: string, value: AttributeValue): void {
    if (!schema.attributes.includes(name)) {
      const known = schema.attributes.length === 0 ? 'it has none' : `it has ${schema.attributes.join(', ')}`;
      this.#failAt(node, `${node.op} has no attribute ${name}; ${known}`);
    }
    const kind = attributeKinds[name] ?? 'integer';
    if (kindOf(value) !== kind)
      this.#failAt(node, `attribute ${name} is ${describeAttribute(value)}, not ${attributeWords[kind]}`);
  }

  #checkInput(node: Node, input: Value | undefined, index: number, required: boolean): void {
    if (!input) {
      if (required) this.#failAt(node, `its input ${index} is left out, which ${node.op} needs`);
      return;
    }
    const defined = this.#lookUp(input.name);
    if (!defined) {
      const later = this.#graph.nodes.find(({ outputs }) => outputs.some(({ name }) => name === input.name));
      const reason = later
        ? `comes from node ${later.name}, which does not stand before it: the nodes are not in topological order`
        : 'is defined by nothing';
      this.#failAt(node, `its input ${input.name} ${reason}`);
    }
    if (!sameType(defined, input)) {
      this.#failAt(node, `it takes ${input.name} for ${describe(input)}, but that is ${describe(defined)}`);
    }
  }

  /** Each scanned input loses its first axis in the body, which is a graph of its own and may look outside. */
  #checkScan(node: Node): void {
    const body = node.attributes['body'];
    if (typeof body !== 'object' || !('nodes' in body)) this.#failAt(node, 'its body is not a graph');
    if (body.inputs.length !== node.inputs.length) {
      this.#failAt(node, `its body has ${body.inputs.length} inputs for ${node.inputs.length} that are scanned`);
    }
    body.inputs.forEach((inner, index) => {
      const input = node.inputs[index] as Value;
      if (inner.type !== input.type || !sameShape(inner.shape, input.shape.slice(1))) {
        this.#failAt(
          node,
          `its body takes ${inner.name} for ${describe(inner)}, but one step of ${input.name} is ${describe({ ...input, shape: input.shape.slice(1) })}`,
        );
      }
      if (input.shape[0] !== node.inputs[0]?.shape[0])
        this.#failAt(node, `its inputs differ in length on the first axis`);
    });
    new Verification(body, this).run();
  }

  #checkTypes(node: Node, schema: OperatorSchema): void {
    let types: readonly OutputType[];
    try {
      const surroundings = {
        constant: (name: string) => this.#constant(name),
        producer: (name: string) => this.#producer(name),
      };
      types = schema.rule(createRuleContext(node, node.outputs.length, surroundings));
    } catch (error) {
      if (!(error instanceof PneumoscopeError)) throw error;
      return this.#failAt(node, error.message, error);
    }
    node.outputs.forEach((output, index) => {
      const expected = types[index];
      if (!expected) this.#failAt(node, `the rule of ${node.op} gives no output ${index}`);
      if (output.type !== expected.type || !sameShape(output.shape, expected.shape)) {
        this.#failAt(
          node,
          `output ${output.name} is recorded as ${describe(output)}, but ${node.op} gives ${describe(expected)}`,
        );
      }
    });
  }

  #define(value: Value, by: string): void {
    if (value.name === '') this.#fail(`a value of ${by} has no name`);
    // The standard forbids shadowing: a body's names must differ from those around it too.
    if (this.#lookUp(value.name)) this.#fail(`the name ${value.name} is defined twice, the second time by ${by}`);
    for (const dimension of value.shape) {
      if (typeof dimension === 'number' && !(Number.isSafeInteger(dimension) && dimension >= 0)) {
        this.#fail(`value ${value.name} has the impossible shape ${formatShape(value.shape)}`);
      }
    }
    this.#values.set(value.name, value);
  }

  #lookUp(name: string): Value | undefined {
    return this.#values.get(name) ?? (this.#outer ? this.#outer.#lookUp(name) : undefined);
  }

  #constant(name: string): Constant | undefined {
    return this.#constants.get(name) ?? (this.#outer ? this.#outer.#constant(name) : undefined);
  }

  #producer(name: string): Node | undefined {
    return this.#producers.get(name) ?? (this.#outer ? this.#outer.#producer(name) : undefined);
  }

  #failAt(node: Node, reason: string, cause?: unknown): never {
    this.#fail(`node ${node.name} (${node.op}): ${reason}`, cause);
  }

  #fail(reason: string, cause?: unknown): never {
    throw new PneumoscopeError('E_GRAPH', `Graph ${this.#graph.name} breaks a rule: ${reason}`, { cause });
  }
}

function sameType(a: Value, b: Value): boolean {
  return a.type === b.type && sameShape(a.shape, b.shape) && a.sequence === b.sequence;
}

function describe({ type, shape }: OutputType): string {
  return `${type} ${formatShape(shape)}`;
}

function holds({ type }: Value, data: TensorData): boolean {
  switch (type) {
    case 'float32':
      return data instanceof Float32Array;
    case 'float64':
      return data instanceof Float64Array;
    case 'float16':
      return data instanceof Uint16Array;
    case 'int64':
      return data instanceof BigInt64Array;
    case 'int32':
      return data instanceof Int32Array;
    case 'uint8':
    case 'bool':
      return data instanceof Uint8Array;
  }
}
