/**
 * Gradients of convolution (NCHW, cross-correlation as ONNX defines Conv).
 *   Y[n,k,o] = sum_{c,i} X[n,c,s o + d i - p] W[k,c,i]
 *   dX = the transposed convolution of dY with W;   dW[k,c,i] = sum_{n,o} dY[n,k,o] X[n,c,s o + d i - p]
 *   db[k] = sum_{n,o} dY[n,k,o]
 */
import type { GraphBuilder } from '../graph/builder.ts';
import { attributeNumber, windowOutput } from '../graph/shape-rules.ts';
import { knownDimension } from '../graph/shape.ts';
import type { Node, Value } from '../graph/types.ts';
import { windowElements, windowGeometry } from '../graph/windows.ts';
import type { WindowGeometry } from '../graph/windows.ts';
import { inputsWithOptional } from './rule.ts';

export function convGradient(g: GraphBuilder, node: Node, dy: Value): readonly (Value | null)[] {
  const [x, w, b] = inputsWithOptional(node);
  const geometry = windowGeometry(node, w.shape.slice(2).map(Number));
  const group = attributeNumber(node, 'group', 1);
  return [
    convInputGradient(g, x, w, dy, geometry, group),
    convFilterGradient(g, x, w, dy, geometry, group),
    ...(b ? [g.reduceSum(dy, [0, 2, 3], false)] : []),
  ];
}

function convInputGradient(
  g: GraphBuilder,
  x: Value,
  w: Value,
  dy: Value,
  geometry: WindowGeometry,
  group: number,
): Value {
  const { kernel, strides, pads, dilations } = geometry;
  const plain =
    strides.every((stride) => stride === 1) &&
    kernel.every((size, axis) => (size - 1) * (dilations[axis] ?? 1) >= (pads[axis] ?? 0));
  if (plain && kernel.some((size) => size > 1)) {
    // With stride 1 it is an ordinary convolution with the filters turned by 180 degrees, which runs at the speed
    // of the forward one; ConvTranspose pays for a col2im.
    const reach = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1));
    const turned = pads.map((pad, side) => (reach[side % 2] ?? 0) - pad);
    if (turned.every((pad) => pad >= 0)) {
      return g.node('Conv', [dy, turnedFilters(g, w, group)], { kernel_shape: kernel, pads: turned, dilations, group });
    }
  }
  const outputPadding = kernel.map((size, axis) => {
    const covered =
      (Number(dy.shape[axis + 2]) - 1) * (strides[axis] ?? 1) +
      (size - 1) * (dilations[axis] ?? 1) +
      1 -
      (pads[axis] ?? 0) -
      (pads[axis + 2] ?? 0);
    return knownDimension(x.shape, axis + 2, 'The gradient of Conv') - covered;
  });
  const options = { kernel_shape: kernel, strides, pads, dilations, group };
  return g.node('ConvTranspose', [dy, w], { ...options, output_padding: outputPadding });
}

/** Filters [K, C/g, kh, kw] -> [C, K/g, kh, kw], each turned by 180 degrees. */
function turnedFilters(g: GraphBuilder, w: Value, group: number): Value {
  const [filters, channels, height, width] = w.shape as readonly [number, number, number, number];
  const flipped = g.node('Slice', [
    w,
    g.integers([-1, -1]),
    g.integers([-1 - height, -1 - width]),
    g.integers([2, 3]),
    g.integers([-1, -1]),
  ]);
  if (group === 1) return g.transpose(flipped, [1, 0, 2, 3]);
  const split = g.reshape(flipped, [group, filters / group, channels, height, width]);
  return g.reshape(g.transpose(split, [0, 2, 1, 3, 4]), [group * channels, filters / group, height, width]);
}

/** dW as one matrix product per image and group over the windows of X, then a sum over the images. */
export function convFilterGradient(
  g: GraphBuilder,
  x: Value,
  w: Value,
  dy: Value,
  geometry: WindowGeometry,
  group: number,
): Value {
  const [filters, channels, height, width] = w.shape as readonly [number, number, number, number];
  const positions = knownDimension(dy.shape, 2, 'Conv') * knownDimension(dy.shape, 3, 'Conv');
  const columns = g.reshape(windowsOf(g, x, dy, geometry), [-1, group, channels * height * width, positions]);
  const errors = g.reshape(dy, [-1, group, filters / group, positions]);
  const perImage = g.matMul(errors, g.swapLastAxes(columns));
  // The sum over the images as a product with a row of ones: ONNX Runtime's ReduceSum over the first axis takes seven
  // times as long on the cpu.
  const rows = g.reshape(perImage, [-1, filters * channels * height * width]);
  const sum = g.matMul(g.reshape(g.onesAlongBatch(rows), [1, -1]), rows);
  return g.reshape(sum, [filters, channels, height, width]);
}

function windowsOf(g: GraphBuilder, x: Value, dy: Value, geometry: WindowGeometry): Value {
  const pointwise = geometry.kernel.every((size) => size === 1) && geometry.pads.every((pad) => pad === 0);
  if (pointwise && geometry.strides.every((stride) => stride === 1)) return x;
  // Where the stride leaves a rest, the last rows and columns of X stand in no window.
  const elements = windowElements(g, x, geometry);
  const expected = geometry.kernel.map((size, axis) =>
    windowOutput(
      Number(x.shape[axis + 2]),
      size,
      geometry.strides[axis] ?? 1,
      (geometry.pads[axis] ?? 0) + (geometry.pads[axis + 2] ?? 0),
      geometry.dilations[axis] ?? 1,
    ),
  );
  if (expected[0] !== dy.shape[2] || expected[1] !== dy.shape[3])
    throw new Error('convolution windows and gradient disagree');
  return elements;
}
