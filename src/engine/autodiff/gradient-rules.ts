/**
 * One gradient rule per operator. A rule gets the node and the cotangent dy of its output and returns the cotangent
 * of each input; null: no gradient flows to that input. Rules ignore broadcasting and fan-out: backward() sums each
 * cotangent to its input's shape, checks it and accumulates. Nodes that nothing uses are pruned afterwards, so a rule
 * need not ask which inputs want a gradient.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { OpType } from '../graph/operators.ts';
import { attributeNumber, attributeNumbers } from '../graph/shape-rules.ts';
import { broadcastAxes, normaliseAxis } from '../graph/shape.ts';
import type { Value } from '../graph/types.ts';
import { convGradient } from './conv-gradient.ts';
import {
  averagePoolGradient,
  convTransposeGradient,
  globalAveragePoolGradient,
  reduceMaxGradient,
} from './pool-gradient.ts';
import { attributeFloat, inputsWithOptional, integerInput, reducedAxes } from './rule.ts';
import type { GradientRule, RuleNode } from './rule.ts';

/** The operator is flat wherever it has a derivative, or its result is no number: nothing flows back. */
const noGradient: GradientRule = (_g, node) => node.inputs.map(() => null);

/** The operator stands in no graph that is differentiated: MaxPool is lowered first (lower.ts), Scan runs optimisers. */
const notDifferentiable: unique symbol = Symbol('not differentiable');

export const gradientRules: { readonly [Op in OpType]: GradientRule | typeof notDifferentiable } = {
  Abs: (g, { inputs: [x] }, dy) => [g.mul(dy, g.node('Sign', [x]))],
  Add: (_g, _node, dy) => [dy, dy],
  And: noGradient,
  AveragePool: averagePoolGradient,
  BatchNormalization: batchNormalizationGradient,
  Cast: (g, { inputs: [x] }, dy) => [x.type === 'float32' ? g.toFloat(dy) : null],
  Clip: clipGradient,
  Concat: concatGradient,
  ConstantOfShape: noGradient,
  Conv: convGradient,
  ConvTranspose: convTransposeGradient,
  // Y = A / B:  dA = dY / B,  dB = -dY Y / B
  Div: (g, { inputs: [, b], outputs: [y] }, dy) => {
    const da = g.div(dy, b);
    return [da, g.neg(g.mul(da, y))];
  },
  Equal: noGradient,
  Exp: (g, { outputs: [y] }, dy) => [g.mul(dy, y)],
  Expand: (_g, _node, dy) => [dy, null],
  Gemm: gemmGradient,
  GlobalAveragePool: globalAveragePoolGradient,
  Greater: noGradient,
  // Y = max(0, min(1, a x + b)):  a inside, 0 outside
  HardSigmoid: (g, node, dy) => {
    const { inputs: [x] } = node; // prettier-ignore
    const alpha = attributeFloat(node, 'alpha', 0.2);
    const beta = attributeFloat(node, 'beta', 0.5);
    return [g.mul(g.mul(dy, g.scalar(alpha)), inside(g, x, -beta / alpha, (1 - beta) / alpha))];
  },
  // Y = x hardsigmoid(x; 1/6, 1/2):  hardsigmoid(x) + x/6 inside (-3, 3)
  HardSwish: (g, { inputs: [x] }, dy) => {
    const gate = g.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    const slope = g.mul(g.mul(x, g.scalar(1 / 6)), inside(g, x, -3, 3));
    return [g.mul(dy, g.add(gate, slope))];
  },
  Identity: (_g, _node, dy) => [dy],
  Less: noGradient,
  Log: (g, { inputs: [x] }, dy) => [g.div(dy, x)],
  // dX = dY - softmax(X) sum(dY)
  LogSoftmax: (g, node, dy) => {
    const axis = attributeNumber(node, 'axis', -1);
    return [g.sub(dy, g.mul(g.node('Exp', [node.outputs[0]]), g.reduceSum(dy, [axis], true)))];
  },
  // Y = A B:  dA = dY Bᵀ,  dB = Aᵀ dY
  MatMul: (g, { inputs: [a, b] }, dy) => [g.matMul(dy, g.swapLastAxes(b)), g.matMul(g.swapLastAxes(a), dy)],
  // Where both are equal the first input takes the whole gradient.
  Max: (g, { inputs: [a, b] }, dy) => routeByMask(g, dy, g.node('Less', [a, b])),
  MaxPool: notDifferentiable,
  Min: (g, { inputs: [a, b] }, dy) => routeByMask(g, dy, g.node('Greater', [a, b])),
  // A square has one factor; the doubling is cheap where the cotangent is narrow.
  Mul: (g, { inputs: [a, b] }, dy) =>
    a === b ? [g.mul(g.mul(dy, g.scalar(2)), a), null] : [g.mul(dy, b), g.mul(dy, a)],
  Neg: (g, _node, dy) => [g.neg(dy)],
  Not: noGradient,
  Or: noGradient,
  Pad: padGradient,
  Reciprocal: (g, { outputs: [y] }, dy) => [g.neg(g.mul(dy, g.mul(y, y)))],
  ReduceMax: reduceMaxGradient,
  ReduceMean: (g, node, dy) => {
    const { inputs: [x] } = node; // prettier-ignore
    const count = (value: Value): Value => g.toFloat(g.node('Size', [value]));
    return [g.mul(withReducedAxes(g, node, dy), g.div(count(dy), count(x))), ...noneForRest(node)];
  },
  ReduceSum: (g, node, dy) => [withReducedAxes(g, node, dy), ...noneForRest(node)],
  // 0 at 0, as in Keras
  Relu: (g, { outputs: [y] }, dy) => [g.mul(dy, g.toFloat(g.node('Greater', [y, g.scalar(0)])))],
  Reshape: (g, { inputs: [x] }, dy) => [g.reshapeLike(dy, x), null],
  Scan: notDifferentiable,
  Shape: noGradient,
  // s' = s (1 - s)
  Sigmoid: (g, { outputs: [y] }, dy) => [g.mul(dy, g.mul(y, g.sub(g.scalar(1), y)))],
  Sign: noGradient,
  Size: noGradient,
  Slice: sliceGradient,
  // dX = Y (dY - sum(dY Y))
  Softmax: (g, node, dy) => {
    const { outputs: [y] } = node; // prettier-ignore
    const inner = g.reduceSum(g.mul(dy, y), [attributeNumber(node, 'axis', -1)], true);
    return [g.mul(y, g.sub(dy, inner))];
  },
  Softplus: (g, { inputs: [x] }, dy) => [g.mul(dy, g.node('Sigmoid', [x]))],
  Sqrt: (g, { outputs: [y] }, dy) => [g.div(g.mul(dy, g.scalar(0.5)), y)],
  // Where B is spread over A its gradient is a sum: negated after it, that costs nothing.
  Sub: (g, { inputs: [, b] }, dy) => [dy, g.neg(sumOverSpread(g, dy, b))],
  Tanh: (g, { outputs: [y] }, dy) => [g.mul(dy, g.sub(g.scalar(1), g.mul(y, y)))],
  Transpose: (g, node, dy) => {
    const perm = attributeNumbers(node, 'perm', dy.shape.map((_, axis) => axis).toReversed());
    return [g.transpose(dy, perm.map((_, axis) => perm.indexOf(axis)))]; // prettier-ignore
  },
  Where: (g, { inputs: [condition] }, dy) => {
    const zero = g.scalar(0);
    return [null, g.where(condition, dy, zero), g.where(condition, zero, dy)];
  },
};

/** The inputs after the first (axes, shapes) take no gradient, and may be left out. */
function noneForRest(node: RuleNode): readonly null[] {
  return node.inputs.slice(1).map(() => null);
}

/** 1 where low < x < high, else 0. */
function inside(g: GraphBuilder, x: Value, low: number, high: number): Value {
  const above = g.node('Greater', [x, g.scalar(low)]);
  return g.toFloat(g.node('And', [above, g.node('Less', [x, g.scalar(high)])]));
}

/** dy summed over the axes, kept as size 1, along which `like` was spread to its shape. */
function sumOverSpread(g: GraphBuilder, dy: Value, like: Value): Value {
  const axes = broadcastAxes(like.shape, dy.shape);
  return axes.length === 0 ? dy : g.reduceSum(dy, axes, true);
}

/** The second input takes dy where the mask holds, the first takes the rest. */
function routeByMask(g: GraphBuilder, dy: Value, mask: Value): readonly Value[] {
  const second = g.mul(dy, g.toFloat(mask));
  return [g.mul(dy, g.toFloat(g.node('Not', [mask]))), second];
}

/** dy of a reduction with the reduced axes back in place as size 1. */
function withReducedAxes(g: GraphBuilder, node: RuleNode, dy: Value): Value {
  const { shape } = node.inputs[0];
  if (attributeNumber(node, 'keepdims', 1) === 1) return dy;
  const axes = reducedAxes(g, node);
  const target = shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  return g.reshape(dy, target.map((dimension) => (typeof dimension === 'number' ? dimension : -1))); // prettier-ignore
}

/** Inference form, y = (x - mean) scale / sqrt(variance + epsilon) + bias; mean and variance are constants here. */
function batchNormalizationGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [x, scale, , mean, variance] = node.inputs;
  const perChannel = (value: Value): Value => g.reshape(value, [-1, ...x.shape.slice(2).map(() => 1)]);
  const shifted = g.add(variance, g.scalar(attributeFloat(node, 'epsilon', 1e-5)));
  const inverse = g.node('Reciprocal', [g.node('Sqrt', [shifted])]);
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const normalised = g.mul(g.sub(x, perChannel(mean)), perChannel(inverse));
  return [
    g.mul(dy, perChannel(g.mul(scale, inverse))),
    g.reduceSum(g.mul(dy, normalised), axes, false),
    g.reduceSum(dy, axes, false),
    null,
    null,
  ];
}

function clipGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [x, low, high] = [node.inputs[0], node.inputs.at(1), node.inputs.at(2)];
  let result = dy;
  if (low) result = g.mul(result, g.toFloat(g.node('Greater', [x, low])));
  if (high) result = g.mul(result, g.toFloat(g.node('Less', [x, high])));
  return node.inputs.map((_, index) => (index === 0 ? result : null));
}

function concatGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const axis = normaliseAxis(attributeNumber(node, 'axis', 0), dy.shape.length);
  let start = 0;
  return node.inputs.map((input) => {
    const end = start + Number(input.shape[axis]);
    const part = g.slice(dy, axis, start, end);
    start = end;
    return part;
  });
}

/** Y = alpha op(A) op(B) + beta C; the gradient of C is summed over the rows by the driver where C is a vector. */
function gemmGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const [a, b, c] = inputsWithOptional(node);
  const alpha = { float: attributeFloat(node, 'alpha', 1) };
  const transA = attributeNumber(node, 'transA', 0) === 1;
  const transB = attributeNumber(node, 'transB', 0) === 1;
  const da = transA
    ? g.node('Gemm', [b, dy], { alpha, transA: transB ? 1 : 0, transB: 1 })
    : g.node('Gemm', [dy, b], { alpha, transB: transB ? 0 : 1 });
  const db = transB
    ? g.node('Gemm', [dy, a], { alpha, transA: 1, transB: transA ? 1 : 0 })
    : g.node('Gemm', [a, dy], { alpha, transA: transA ? 0 : 1 });
  const beta = attributeFloat(node, 'beta', 1);
  const dc = c && (beta === 1 ? dy : g.mul(dy, g.scalar(beta)));
  return [da, db, ...node.inputs.slice(2).map(() => dc ?? null)];
}

/** Constant padding: what was added falls away; what a negative pad cut off gets zeros. */
function padGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  if ((node.attributes['mode'] ?? 'constant') !== 'constant') {
    throw new PneumoscopeError('E_GRAPH', `Pad (node ${node.name}) has a gradient rule in mode constant only`);
  }
  const pads = integerInput(g, node, 1) ?? [];
  const back = pads.map((pad) => -pad);
  const result = back.every((pad) => pad === 0) ? dy : g.node('Pad', [dy, g.integers(back), g.scalar(0)]);
  return [result, ...noneForRest(node)];
}

/** Steps of 1 and -1: the rest of the input gets zeros. */
function sliceGradient(g: GraphBuilder, node: RuleNode, dy: Value): readonly (Value | null)[] {
  const { shape } = node.inputs[0];
  const starts = integerInput(g, node, 1) ?? [];
  const axes = integerInput(g, node, 3) ?? starts.map((_, index) => index);
  const steps = integerInput(g, node, 4) ?? starts.map(() => 1);
  const pads = Array<number>(2 * shape.length).fill(0);
  let result = dy;
  axes.forEach((named, index) => {
    const axis = normaliseAxis(named, shape.length);
    const size = Number(shape[axis]);
    const taken = Number(dy.shape[axis]);
    const step = steps[index] ?? 1;
    if (Math.abs(step) !== 1) {
      throw new PneumoscopeError(
        'E_GRAPH',
        `Slice (node ${node.name}) has a gradient rule for steps 1 and -1, not ${step}`,
      );
    }
    const start = starts[index] ?? 0;
    const first = Math.min(Math.max(start < 0 ? start + size : start, 0), step > 0 ? size : size - 1);
    const low = step > 0 ? first : first - taken + 1;
    if (step < 0)
      result = g.node('Slice', [
        result,
        g.integers([-1]),
        g.integers([-1 - taken]),
        g.integers([axis]),
        g.integers([-1]),
      ]);
    pads[axis] = low;
    pads[axis + shape.length] = size - low - taken;
  });
  return [g.node('Pad', [result, g.integers(pads), g.scalar(0)]), ...noneForRest(node)];
}
