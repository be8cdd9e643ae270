/** Gradients of pooling, of the maximum along an axis, and of transposed convolution. */
import type { GraphBuilder } from '../graph/builder.ts';
import { attributeNumber, attributeNumbers } from '../graph/shape-rules.ts';
import { elementCount, knownDimension } from '../graph/shape.ts';
import type { Dimension, Value } from '../graph/types.ts';
import { windowGeometry } from '../graph/windows.ts';
import { convFilterGradient } from './conv-gradient.ts';
import { inputsWithOptional, reducedAxes } from './rule.ts';
import type { RuleNode } from './rule.ts';

/**
 * The whole gradient goes to the first maximum along the reduced axis. It is the first where no earlier element
 * equals the maximum too; a product with a strictly lower triangular matrix counts the earlier ones.
 */
export function reduceMaxGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const { inputs: [x], outputs: [y] } = node; // prettier-ignore
  const axes = reducedAxes(g, node);
  const [axis] = axes;
  if (axis === undefined || axes.length !== 1) throw new Error('ReduceMax has a gradient rule for one axis only');
  const length = knownDimension(x.shape, axis, 'The gradient of ReduceMax');
  const outer = elementCount(x.shape.slice(0, axis));
  const inner = elementCount(x.shape.slice(axis + 1));
  const known = (dimension: Dimension): number => (typeof dimension === 'number' ? dimension : -1);
  const flat = (value: Value, size: number): Value => g.reshape(value, [known(outer), size, known(inner)]);
  const isMaximum = g.toFloat(g.node('Equal', [flat(x, length), flat(y, 1)]));
  const triangular = new Float32Array(length * length).map((_, i) => (i % length < Math.floor(i / length) ? 1 : 0));
  const earlier = g.matMul(g.constant('float32', [length, length], triangular, `earlier_of_${length}`), isMaximum);
  const first = g.toFloat(g.node('Greater', [isMaximum, earlier]));
  return [g.reshapeLike(g.mul(first, flat(dy, 1)), x), ...node.inputs.slice(1).map(() => null)];
}

/** Every element of a window gets dy over the number of elements that were averaged. */
export function averagePoolGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [x] = node.inputs;
  const { kernel, strides, pads } = windowGeometry(node, attributeNumbers(node, 'kernel_shape', []));
  const height = knownDimension(x.shape, 2, 'AveragePool');
  const width = knownDimension(x.shape, 3, 'AveragePool');
  const [outHeight, outWidth] = dy.shape.slice(2).map(Number) as [number, number];
  const includePad = attributeNumber(node, 'count_include_pad', 0) === 1;
  const counts = new Float32Array(outHeight * outWidth);
  const covered = (at: number, axis: 0 | 1, size: number): number => {
    const start = at * strides[axis] - pads[axis];
    const end = start + kernel[axis];
    return includePad
      ? Math.min(end, size + pads[(axis + 2) as 2 | 3]) - start
      : Math.min(end, size) - Math.max(start, 0);
  };
  for (let i = 0; i < counts.length; i++) {
    counts[i] = covered(Math.floor(i / outWidth), 0, height) * covered(i % outWidth, 1, width);
  }
  const share = g.div(dy, g.constant('float32', [1, 1, outHeight, outWidth], counts));
  const planes = g.reshape(share, [-1, 1, outHeight, outWidth]);
  const ones = g.constant('float32', [1, 1, ...kernel], new Float32Array(kernel[0] * kernel[1]).fill(1));
  const rest = (out: number, axis: 0 | 1, size: number): number =>
    size - ((out - 1) * strides[axis] + kernel[axis] - pads[axis] - pads[(axis + 2) as 2 | 3]);
  const output_padding = [rest(outHeight, 0, height), rest(outWidth, 1, width)];
  const spread = g.node('ConvTranspose', [planes, ones], { kernel_shape: kernel, strides, pads, output_padding });
  return [g.reshapeLike(spread, x)];
}

export function globalAveragePoolGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [x] = node.inputs;
  const spatial = x.shape.slice(2).map((_, axis) => knownDimension(x.shape, axis + 2, 'GlobalAveragePool'));
  const share = g.mul(dy, g.scalar(1 / spatial.reduce((total, size) => total * size, 1)));
  return [g.node('Expand', [share, g.integers([1, 1, ...spatial])])];
}

/** Transposed convolution is the adjoint of Conv: its input gradient is Conv, its filter gradient has the roles swapped. */
export function convTransposeGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [x, w, b] = inputsWithOptional(node);
  const geometry = windowGeometry(node, w.shape.slice(2).map(Number));
  const { kernel, strides, pads, dilations } = geometry;
  const group = attributeNumber(node, 'group', 1);
  const full = g.node('Conv', [dy, w], { kernel_shape: kernel, strides, pads, dilations, group });
  return [full, convFilterGradient(g, dy, w, x, geometry, group), ...(b ? [g.reduceSum(dy, [0, 2, 3], false)] : [])];
}
