/** Builds a graph node by node; every node's outputs get their type and shape from the operator's rule at once. */
import { PneumoscopeError } from '../../base/errors.ts';
import { formatArity, schemaOf } from './operators.ts';
import type { AttributesOf, OpType } from './operators.ts';
import { createRuleContext } from './rule-context.ts';
import { formatShape, sameShape } from './shape.ts';
import type { AttributeValue, Constant, ElementType, Graph, Node, Shape, TensorData, Value } from './types.ts';

export class GraphBuilder {
  readonly name: string;
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #names = new Set<string>();

  readonly #prefix: string;

  /** @param prefix begins every name that is made up here: those of a body must differ from those of the graph around it */
  constructor(name: string, prefix = '') {
    this.name = name;
    this.#prefix = prefix;
  }

  /** Starts from an existing graph, to which more nodes will be added; its outputs are not taken over. */
  static extend(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name);
    builder.inputs.push(...graph.inputs);
    builder.nodes.push(...graph.nodes);
    for (const constant of graph.constants) {
      builder.#addConstant(constant);
      const { name, type, shape } = constant.value;
      builder.#interned.set(name, constant.value);
      const key = contentKey(type, shape, constant.data);
      if (key !== undefined) builder.#interned.set(key, constant.value);
    }
    for (const value of [...graph.inputs, ...graph.nodes.flatMap((node) => node.outputs)])
      builder.#names.add(value.name);
    for (const node of graph.nodes) builder.#names.add(node.name);
    return builder;
  }

  /** A tensor that is fed when the graph runs. */
  input(name: string, type: ElementType, shape: Shape): Value {
    const value: Value = { name: this.#claim(name), type, shape };
    this.inputs.push(value);
    return value;
  }

  /** Marks a value as a result of the graph, under its own name or under `name` (then through an Identity node). */
  output(value: Value, name?: string): Value {
    const result = name === undefined || name === value.name ? value : this.#rename(value, name);
    this.outputs.push(result);
    return result;
  }

  /**
   * A tensor whose content is part of the graph. Equal contents are stored once, unless a name is given.
   * @throws PneumoscopeError E_GRAPH when the name already holds another content
   */
  constant(type: ElementType, shape: Shape, data: TensorData, name?: string): Value {
    const key = name ?? contentKey(type, shape, data);
    const known = key === undefined ? undefined : this.#interned.get(key);
    if (known) {
      if (name !== undefined) this.#requireSameConstant(known, { value: { name, type, shape }, data });
      return known;
    }
    const value: Value = { name: this.#claim(name ?? this.#fresh('constant')), type, shape };
    this.#addConstant({ value, data });
    if (key !== undefined) this.#interned.set(key, value);
    return value;
  }
  readonly #interned = new Map<string, Value>();

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant('float32', [], Float32Array.of(value));
  }

  /** A one-dimensional int64 constant: axes, shapes, pads. */
  integers(values: readonly number[]): Value {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  constantOf(value: Value): Constant | undefined {
    return this.#constants.get(value.name);
  }

  /** Adds a node with one output and returns it. */
  node<Op extends OpType>(
    op: Op,
    inputs: readonly (Value | undefined)[],
    attributes: AttributesOf<Op> = {} as AttributesOf<Op>,
  ): Value {
    const [output] = this.nodeWithOutputs(op, inputs, attributes, 1);
    return output as Value;
  }

  /** Adds a node and returns its outputs. @throws PneumoscopeError E_SHAPE_MISMATCH, E_GRAPH */
  nodeWithOutputs<Op extends OpType>(
    op: Op,
    inputs: readonly (Value | undefined)[],
    attributes: AttributesOf<Op>,
    outputCount: number,
  ): readonly Value[] {
    const schema = schemaOf(op);
    if (inputs.length < schema.inputs[0] || inputs.length > schema.inputs[1]) {
      throw new PneumoscopeError('E_GRAPH', `${op} takes ${formatArity(schema.inputs)} inputs, not ${inputs.length}`);
    }
    const name = this.#claim(this.#fresh(op));
    const plain = attributes as Readonly<Record<string, AttributeValue>>;
    const surroundings = {
      constant: (of: string) => this.#constants.get(of),
      producer: (of: string) => this.nodes.findLast((node) => node.outputs.some((output) => output.name === of)),
    };
    const types = schema.rule(createRuleContext({ op, inputs, attributes: plain }, outputCount, surroundings));
    const outputs = types.map(({ type, shape }, index): Value => {
      return { name: this.#claim(index === 0 ? `${name}:0` : `${name}:${index}`), type, shape };
    });
    this.nodes.push({ op, name, inputs, outputs, attributes: plain });
    return outputs;
  }

  /** The finished graph. Nodes are in the order in which they were added, which is a topological one. */
  build(): Graph {
    if (this.outputs.length === 0) throw new PneumoscopeError('E_GRAPH', `Graph ${this.name} has no output`);
    return {
      name: this.name,
      inputs: [...this.inputs],
      outputs: [...this.outputs],
      nodes: [...this.nodes],
      constants: [...this.#constants.values()],
    };
  }

  add = (a: Value, b: Value): Value => this.node('Add', [a, b]);
  sub = (a: Value, b: Value): Value => this.node('Sub', [a, b]);
  mul = (a: Value, b: Value): Value => this.node('Mul', [a, b]);
  div = (a: Value, b: Value): Value => this.node('Div', [a, b]);
  neg = (a: Value): Value => this.node('Neg', [a]);
  matMul = (a: Value, b: Value): Value => this.node('MatMul', [a, b]);
  reshape = (a: Value, shape: readonly number[]): Value => this.node('Reshape', [a, this.integers(shape)]);
  transpose = (a: Value, perm: readonly number[]): Value => this.node('Transpose', [a], { perm });
  where = (condition: Value, a: Value, b: Value): Value => this.node('Where', [condition, a, b]);
  /** 0 and 1 as float32 from a boolean. */
  toFloat = (a: Value): Value => this.node('Cast', [a], { to: 1 });

  reduceSum(value: Value, axes: readonly number[], keepDimensions: boolean): Value {
    return this.node('ReduceSum', [value, this.integers(axes)], { keepdims: keepDimensions ? 1 : 0 });
  }

  reduceMean(value: Value, axes: readonly number[], keepDimensions: boolean): Value {
    return this.node('ReduceMean', [value, this.integers(axes)], { keepdims: keepDimensions ? 1 : 0 });
  }

  /** Elements [start, end) along one axis. */
  slice(value: Value, axis: number, start: number, end: number, step = 1): Value {
    return this.node('Slice', [
      value,
      this.integers([start]),
      this.integers([end]),
      this.integers([axis]),
      this.integers([step]),
    ]);
  }

  /** Broadcasts `value` to the shape of `like`, whose batch size may be unknown until the graph runs. */
  expandLike(value: Value, like: Value): Value {
    const known = like.shape.every((dimension) => typeof dimension === 'number');
    const shape = known ? this.integers(like.shape) : this.node('Shape', [like]);
    return this.node('Expand', [value, shape]);
  }

  /** Ones [length of the first axis of `like`], a length that may be unknown until the graph runs. */
  onesAlongBatch(like: Value): Value {
    const length = this.slice(this.node('Shape', [like]), 0, 0, 1);
    return this.add(this.node('ConstantOfShape', [length]), this.scalar(1));
  }

  /** Gives `value` the shape of `like`, of which at most one dimension may be symbolic. */
  reshapeLike(value: Value, like: Value): Value {
    return this.reshape(
      value,
      like.shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)),
    );
  }

  /** Swaps the last two axes. */
  swapLastAxes(value: Value): Value {
    const perm = value.shape.map((_, axis) => axis);
    return this.transpose(value, [...perm.slice(0, -2), perm.length - 1, perm.length - 2]);
  }

  #requireSameConstant(known: Value, { value, data }: Constant): void {
    const held = this.#constants.get(known.name)?.data;
    const sameContent =
      held === data || (held?.length === data.length && held.every((item, i) => Object.is(item, data[i])));
    if (known.type === value.type && sameShape(known.shape, value.shape) && sameContent) return;
    throw new PneumoscopeError(
      'E_GRAPH',
      `The constant ${value.name} stands in graph ${this.name} with another content`,
    );
  }

  #addConstant(constant: Constant): void {
    this.#constants.set(constant.value.name, constant);
    this.#names.add(constant.value.name);
  }

  #rename(value: Value, name: string): Value {
    const result: Value = { name: this.#claim(name), type: value.type, shape: value.shape };
    this.nodes.push({
      op: 'Identity',
      name: this.#claim(this.#fresh('Identity')),
      inputs: [value],
      outputs: [result],
      attributes: {},
    });
    return result;
  }

  #fresh(base: string): string {
    let counter = this.#counters.get(base) ?? 0;
    let name: string;
    do name = `${this.#prefix}${base}_${counter++}`;
    while (this.#names.has(name));
    this.#counters.set(base, counter);
    return name;
  }
  readonly #counters = new Map<string, number>();

  #claim(name: string): string {
    if (this.#names.has(name))
      throw new PneumoscopeError('E_GRAPH', `The name ${name} is used twice in graph ${this.name}`);
    this.#names.add(name);
    return name;
  }
}

/** What tells small constants apart; undefined for large ones, which are not compared. The sign of 0 counts. */
function contentKey(type: ElementType, shape: Shape, data: TensorData): string | undefined {
  if (data.length > 64) return undefined;
  const items = Array.from<number | bigint, string>(data, (item) => (Object.is(item, -0) ? '-0' : String(item)));
  return `${type}|${shape.join('x')}|${items.join(',')}`;
}

/** An error sentence's view of a value: name, type and shape. */
export function describeValue(value: Value): string {
  return `${value.name} (${value.type} ${formatShape(value.shape)})`;
}
