/**
 * Sliding windows as convolutions with 0/1 filters: im2col in one node, and max-pooling as a maximum over window
 * elements. A sum of one element and zeros is that element, so the values are exact.
 */
import type { GraphBuilder } from './builder.ts';
import { attributeNumbers } from './shape-rules.ts';
import { knownDimension } from './shape.ts';
import type { Node, Value } from './types.ts';

export interface WindowGeometry {
  /** Height and width of the window. */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

/** Reads the geometry of a two-dimensional Conv, MaxPool or AveragePool node. */
export function windowGeometry(node: Pick<Node, 'attributes'>, kernel: readonly number[]): WindowGeometry {
  const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 1, values[1] ?? 1];
  const pads = attributeNumbers(node, 'pads', [0, 0, 0, 0]);
  return {
    kernel: pair(kernel),
    strides: pair(attributeNumbers(node, 'strides', [1, 1])),
    pads: [pads[0] ?? 0, pads[1] ?? 0, pads[2] ?? 0, pads[3] ?? 0],
    dilations: pair(attributeNumbers(node, 'dilations', [1, 1])),
  };
}

/** The filters [kh*kw, 1, kh, kw] of which number i picks element i of a window, row by row. */
function selectionFilters(g: GraphBuilder, [height, width]: readonly [number, number]): Value {
  const count = height * width;
  const data = new Float32Array(count * count);
  for (let i = 0; i < count; i++) data[i * count + i] = 1;
  return g.constant('float32', [count, 1, height, width], data, `select_${height}x${width}`);
}

/** x [N, C, H, W] -> the elements of every window [N*C, kh*kw, outH, outW], zero where it reaches over the border. */
export function windowElements(g: GraphBuilder, x: Value, geometry: WindowGeometry): Value {
  const { kernel, strides, pads, dilations } = geometry;
  const height = knownDimension(x.shape, 2, 'A window');
  const width = knownDimension(x.shape, 3, 'A window');
  const planes = g.reshape(x, [-1, 1, height, width]);
  return g.node('Conv', [planes, selectionFilters(g, kernel)], { kernel_shape: kernel, strides, pads, dilations });
}

/** The lowest finite float32: what padding holds in max-pooling, so that it never wins and 0 times it is 0. */
const lowest = -3.4028234663852886e38;

/**
 * Max-pooling as a maximum over window elements. Its gradient then goes to the first maximum in row-major order,
 * as in Keras, and needs no operator that only some execution providers have.
 * @returns [N, C, outH, outW]
 */
export function maxPoolByWindows(g: GraphBuilder, x: Value, geometry: WindowGeometry): Value {
  let source = x;
  let { pads } = geometry;
  if (pads.some((pad) => pad > 0)) {
    const [top, left, bottom, right] = pads;
    source = g.node('Pad', [x, g.integers([0, 0, top, left, 0, 0, bottom, right]), g.scalar(lowest)]);
    pads = [0, 0, 0, 0];
  }
  const elements = windowElements(g, source, { ...geometry, pads });
  const maximum = g.node('ReduceMax', [elements, g.integers([1])], { keepdims: 1 });
  return g.reshape(maximum, [-1, knownDimension(x.shape, 1, 'MaxPool'), ...elements.shape.slice(2).map(Number)]);
}
