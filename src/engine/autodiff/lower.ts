/**
 * Rewrites a forward graph into one that computes the same and whose gradient is cheap and portable:
 *  - max-pooling becomes a maximum over window elements (no operator with index outputs, ties to the first);
 *  - relu followed by max-pooling becomes max-pooling followed by relu, which leaves a quarter of the elements: both
 *    orders give the same values, and the same gradients since relu passes none at or below 0;
 *  - a stride-1 convolution of a few channels followed by 2x2 max-pooling becomes one stride-2 convolution with four
 *    shifted copies of its filters, whose outputs are already the elements of the windows.
 */
import { GraphBuilder } from '../graph/builder.ts';
import { attributeNumber, attributeNumbers } from '../graph/shape-rules.ts';
import { knownDimension } from '../graph/shape.ts';
import type { OpType } from '../graph/operators.ts';
import type { Graph, Node, Value } from '../graph/types.ts';
import { canTile, winogradConvMaxPool } from '../graph/winograd.ts';
import { maxPoolByWindows, windowGeometry } from '../graph/windows.ts';
import type { WindowGeometry } from '../graph/windows.ts';

/**
 * Up to this many input channels the merged convolution pays: it multiplies by 16/9 what such a layer computes, but
 * the layer is limited by the memory traffic that it saves.
 */
const mergeableChannels = 4;

/** @returns the rewritten graph; inputs and outputs keep their names, values between them may be new */
export function lowerForGradients(graph: Graph): Graph {
  const lowering = new Lowering(graph);
  return lowering.run();
}

class Lowering {
  readonly #graph: Graph;
  readonly #builder: GraphBuilder;
  /** Old value name -> the value that stands for it. */
  readonly #values = new Map<string, Value>();
  readonly #producers = new Map<string, Node>();
  readonly #useCounts = new Map<string, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#builder = new GraphBuilder(graph.name);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#producers.set(output.name, node);
      for (const input of node.inputs) if (input) this.#count(input);
    }
    for (const output of graph.outputs) this.#count(output);
  }

  run(): Graph {
    const g = this.#builder;
    for (const { name, type, shape } of this.#graph.inputs) this.#values.set(name, g.input(name, type, shape));
    for (const { value, data } of this.#graph.constants) {
      this.#values.set(value.name, g.constant(value.type, value.shape, data, value.name));
    }
    for (const output of this.#graph.outputs) g.output(this.#valueOf(output), output.name);
    return g.build();
  }

  #count(value: Value): void {
    this.#useCounts.set(value.name, (this.#useCounts.get(value.name) ?? 0) + 1);
  }

  /** The new value for an old one; nodes are emitted when somebody first asks for their outputs. */
  #valueOf(value: Value): Value {
    const known = this.#values.get(value.name);
    if (known) return known;
    const node = this.#producers.get(value.name);
    if (!node) throw new Error(`nothing produces ${value.name}`);
    const outputs = node.op === 'MaxPool' ? [this.#lowerMaxPool(node)] : this.#copy(node);
    node.outputs.forEach((output, index) => this.#values.set(output.name, outputs[index] as Value));
    return this.#valueOf(value);
  }

  #copy(node: Node): readonly Value[] {
    const inputs = node.inputs.map((input) => input && this.#valueOf(input));
    return this.#builder.nodeWithOutputs(node.op as OpType, inputs, node.attributes, node.outputs.length);
  }

  /** The node that produces a value which nothing else uses, if it is of the given operator. */
  #soleProducer(value: Value, op: OpType): Node | undefined {
    const node = this.#producers.get(value.name);
    return node?.op === op && this.#useCounts.get(value.name) === 1 ? node : undefined;
  }

  #lowerMaxPool(node: Node): Value {
    const g = this.#builder;
    const geometry = windowGeometry(node, attributeNumbers(node, 'kernel_shape', []));
    const source = node.inputs[0] as Value;
    const relu = this.#soleProducer(source, 'Relu');
    const pooled = relu?.inputs[0] ?? source;
    const conv = this.#soleProducer(pooled, 'Conv');
    const result =
      (conv && this.#lowerConvPool(conv, geometry)) ?? maxPoolByWindows(g, this.#valueOf(pooled), geometry);
    return relu ? g.node('Relu', [result]) : result;
  }

  /** A convolution and the 2x2 max-pooling after it as one, where that is possible and pays. */
  #lowerConvPool(conv: Node, pool: WindowGeometry): Value | undefined {
    if (!isPlainPairOfTwo(conv, pool)) return undefined;
    const [x, w] = conv.inputs as readonly [Value, Value];
    const pads = attributeNumbers(conv, 'pads', [0, 0, 0, 0]);
    const channels = knownDimension(x.shape, 1, 'Conv');
    if (channels <= mergeableChannels) return this.#mergedConvPool(conv);
    const tileable = w.shape.slice(2).every((size) => size === 3) && pads.every((pad) => pad === 1) && canTile(x);
    if (!tileable) return undefined;
    const bias = conv.inputs[2] && this.#valueOf(conv.inputs[2]);
    return winogradConvMaxPool(this.#builder, this.#valueOf(x), this.#valueOf(w), bias);
  }

  /** Conv (stride 1) and 2x2 max-pooling as one stride-2 Conv to 4K channels and a maximum over groups of four. */
  #mergedConvPool(conv: Node): Value {
    const g = this.#builder;
    const [x, w] = conv.inputs.slice(0, 2).map((input) => this.#valueOf(input as Value)) as [Value, Value];
    const [filters, , height, width] = w.shape as readonly [number, number, number, number];
    const shifted = [0, 1, 2, 3].map((quarter) => {
      const [top, left] = [quarter >> 1, quarter & 1];
      return g.node('Pad', [w, g.integers([0, 0, top, left, 0, 0, 1 - top, 1 - left]), g.scalar(0)]);
    });
    const merged = g.node('Conv', [x, g.node('Concat', shifted, { axis: 0 })], {
      kernel_shape: [height + 1, width + 1],
      strides: [2, 2],
      pads: attributeNumbers(conv, 'pads', [0, 0, 0, 0]),
    });
    const [outHeight, outWidth] = merged.shape.slice(2).map(Number) as [number, number];
    const quarters = g.reshape(merged, [-1, 4, filters, outHeight, outWidth]);
    const maximum = g.node('ReduceMax', [quarters, g.integers([1])], { keepdims: 0 });
    const bias = conv.inputs[2] && this.#valueOf(conv.inputs[2]);
    return bias ? g.add(maximum, g.reshape(bias, [filters, 1, 1])) : maximum;
  }
}

/** A plain convolution (stride 1, one group) with even output, and a 2x2 pooling without overlap. */
function isPlainPairOfTwo(conv: Node, pool: WindowGeometry): boolean {
  const ones = (values: readonly number[]): boolean => values.every((value) => value === 1);
  const output = conv.outputs[0] as Value;
  return (
    pool.kernel.every((size) => size === 2) &&
    pool.strides.every((stride) => stride === 2) &&
    pool.pads.every((pad) => pad === 0) &&
    output.shape.length === 4 &&
    output.shape.slice(2).every((size) => Number(size) % 2 === 0) &&
    attributeNumber(conv, 'group', 1) === 1 &&
    ones(attributeNumbers(conv, 'strides', [1, 1])) &&
    ones(attributeNumbers(conv, 'dilations', [1, 1]))
  );
}
