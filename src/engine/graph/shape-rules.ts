/** Element type and shape of each operator's outputs, as the ONNX standard (operator set 18) defines them. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { OutputType, RuleContext } from './rule-context.ts';
import {
  broadcastShapes,
  divideDimensions,
  elementCount,
  formatShape,
  knownDimension,
  multiplyDimensions,
  normaliseAxis,
  sameShape,
} from './shape.ts';
import type { Dimension, ElementType, Graph, Shape, Value } from './types.ts';

function fail(context: RuleContext, reason: string): never {
  const shapes = context.inputs
    .map((input) => (input ? `${input.name} ${formatShape(input.shape)}` : 'none'))
    .join(', ');
  throw new PneumoscopeError('E_SHAPE_MISMATCH', `${context.op} cannot take ${shapes}: ${reason}`);
}

function input(context: RuleContext, index: number): Value {
  return context.inputs[index] ?? fail(context, `input ${index} is missing`);
}

function integersOf(context: RuleContext, index: number): readonly number[] {
  return context.integers(index) ?? fail(context, `input ${index} must be a constant of integers`);
}

export function attributeNumber(context: Pick<RuleContext, 'attributes'>, name: string, fallback: number): number {
  const value = context.attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function attributeNumbers(
  context: Pick<RuleContext, 'attributes'>,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const value = context.attributes[name];
  return Array.isArray(value) ? (value as readonly number[]) : fallback;
}

export function sameAsInput(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  return [{ type, shape }];
}

function broadcastAll(context: RuleContext, from: number): Shape {
  let shape: Shape = input(context, from).shape;
  for (let index = from + 1; index < context.inputs.length; index++) {
    shape = broadcastShapes(shape, input(context, index).shape) ?? fail(context, 'the shapes do not broadcast');
  }
  return shape;
}

function sameTypes(context: RuleContext, from: number): ElementType {
  const { type } = input(context, from);
  if (context.inputs.slice(from).some((other) => other && other.type !== type))
    fail(context, 'the element types differ');
  return type;
}

export function broadcast(context: RuleContext): readonly OutputType[] {
  return [{ type: sameTypes(context, 0), shape: broadcastAll(context, 0) }];
}

export function compare(context: RuleContext): readonly OutputType[] {
  sameTypes(context, 0);
  return [{ type: 'bool', shape: broadcastAll(context, 0) }];
}

/** And, Or, Not. */
export function logical(context: RuleContext): readonly OutputType[] {
  if (sameTypes(context, 0) !== 'bool') fail(context, `${context.op} takes booleans only`);
  return [{ type: 'bool', shape: broadcastAll(context, 0) }];
}

/** An operator that works along its attribute `axis`, the last by default. */
export function alongAxis(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const axis = attributeNumber(context, 'axis', -1);
  const normalised = normaliseAxis(axis, shape.length);
  if (normalised < 0 || normalised >= shape.length) fail(context, `axis ${axis} is out of range`);
  return [{ type, shape }];
}

/** Scale, bias, mean and variance hold one number per channel. */
export function batchNormalization(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  for (let index = 1; index < 5; index++) requireShape(context, index, [shape[1] ?? 1]);
  return [{ type, shape }];
}

function requireShape(context: RuleContext, index: number, shape: Shape): void {
  if (!sameShape(input(context, index).shape, shape)) fail(context, `input ${index} must be ${formatShape(shape)}`);
}

export function where(context: RuleContext): readonly OutputType[] {
  if (input(context, 0).type !== 'bool') fail(context, 'the condition must be boolean');
  return [{ type: sameTypes(context, 1), shape: broadcastAll(context, 0) }];
}

const castTypes: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
};

export function cast(context: RuleContext): readonly OutputType[] {
  const type = castTypes[attributeNumber(context, 'to', 0)] ?? fail(context, 'the target type is unknown');
  return [{ type, shape: input(context, 0).shape }];
}

/** ceil/floor of the standard's formula: floor((in + pads - dilation (kernel - 1) - 1) / stride) + 1. */
export function windowOutput(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

function spatialOutput(context: RuleContext, spatial: readonly number[], kernel: readonly number[]): number[] {
  const rank = kernel.length;
  const strides = attributeNumbers(context, 'strides', Array<number>(rank).fill(1));
  const dilations = attributeNumbers(context, 'dilations', Array<number>(rank).fill(1));
  const pads = attributeNumbers(context, 'pads', Array<number>(2 * rank).fill(0));
  return spatial.map((size, axis) => {
    const padding = (pads[axis] ?? 0) + (pads[axis + rank] ?? 0);
    const output = windowOutput(size, kernel[axis] ?? 1, strides[axis] ?? 1, padding, dilations[axis] ?? 1);
    return output > 0 ? output : fail(context, `the window is larger than the input on spatial axis ${axis}`);
  });
}

function spatialOf(context: RuleContext, value: Value): number[] {
  return value.shape.slice(2).map((_, axis) => knownDimension(value.shape, axis + 2, context.op));
}

/** The filters' spatial sizes, which kernel_shape may repeat but not change. */
function kernelOf(context: RuleContext, filters: Value): number[] {
  const kernel = spatialOf(context, filters);
  const named = attributeNumbers(context, 'kernel_shape', kernel);
  if (!sameShape(named, kernel))
    fail(context, `kernel_shape is ${named.join(', ')}, but the filters are ${kernel.join(', ')}`);
  return kernel;
}

export function conv(context: RuleContext): readonly OutputType[] {
  const x = input(context, 0);
  const w = input(context, 1);
  const group = attributeNumber(context, 'group', 1);
  const [batch, channels] = x.shape;
  if (x.shape.length !== w.shape.length || batch === undefined) fail(context, 'input and filters differ in rank');
  if (channels !== multiplyDimensions(w.shape[1] ?? 0, group))
    fail(context, `the filters take ${w.shape[1]} x ${group} channels`);
  const filters = knownDimension(w.shape, 0, 'Conv');
  if (filters % group !== 0) fail(context, `${filters} filters do not divide into ${group} groups`);
  const kernel = kernelOf(context, w);
  const bias = context.inputs[2];
  if (bias && !sameShape(bias.shape, [filters])) fail(context, `the bias must be [${filters}]`);
  return [
    { type: sameTypes(context, 0), shape: [batch, filters, ...spatialOutput(context, spatialOf(context, x), kernel)] },
  ];
}

export function convTranspose(context: RuleContext): readonly OutputType[] {
  const x = input(context, 0);
  const w = input(context, 1);
  const group = attributeNumber(context, 'group', 1);
  if (x.shape.length !== w.shape.length) fail(context, 'input and filters differ in rank');
  if (x.shape[1] !== w.shape[0]) fail(context, 'the channels differ');
  if (knownDimension(w.shape, 0, 'ConvTranspose') % group !== 0)
    fail(context, `they do not divide into ${group} groups`);
  const kernel = kernelOf(context, w);
  const rank = kernel.length;
  const strides = attributeNumbers(context, 'strides', Array<number>(rank).fill(1));
  const dilations = attributeNumbers(context, 'dilations', Array<number>(rank).fill(1));
  const pads = attributeNumbers(context, 'pads', Array<number>(2 * rank).fill(0));
  const extra = attributeNumbers(context, 'output_padding', Array<number>(rank).fill(0));
  const spatial = spatialOf(context, x).map(
    (size, axis) =>
      (strides[axis] ?? 1) * (size - 1) +
      (extra[axis] ?? 0) +
      ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) +
      1 -
      (pads[axis] ?? 0) -
      (pads[axis + rank] ?? 0),
  );
  const filters = multiplyDimensions(w.shape[1] ?? 0, group);
  const bias = context.inputs[2];
  if (bias && !sameShape(bias.shape, [filters])) fail(context, `the bias must be [${filters}]`);
  if (spatial.some((size) => size <= 0)) fail(context, 'the padding leaves nothing of the output');
  return [{ type: sameTypes(context, 0), shape: [x.shape[0] ?? 1, filters, ...spatial] }];
}

export function pool(context: RuleContext): readonly OutputType[] {
  const x = input(context, 0);
  const kernel = attributeNumbers(context, 'kernel_shape', []);
  const rank = x.shape.length - 2;
  if (kernel.length !== rank) fail(context, `kernel_shape must have ${rank} sizes`);
  const spatial = spatialOutput(context, spatialOf(context, x), kernel);
  return [{ type: x.type, shape: [...x.shape.slice(0, 2), ...spatial] }];
}

export function globalPool(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  return [{ type, shape: shape.map((dimension, axis) => (axis < 2 ? dimension : 1)) }];
}

export function matMul(context: RuleContext): readonly OutputType[] {
  const a = input(context, 0).shape;
  const b = input(context, 1).shape;
  if (a.length < 2 || b.length < 2) fail(context, 'both sides need two axes or more');
  if (a.at(-1) !== b.at(-2)) fail(context, 'the inner dimensions differ');
  const batch =
    broadcastShapes(a.slice(0, -2), b.slice(0, -2)) ?? fail(context, 'the batch dimensions do not broadcast');
  return [{ type: sameTypes(context, 0), shape: [...batch, a.at(-2) ?? 1, b.at(-1) ?? 1] }];
}

export function gemm(context: RuleContext): readonly OutputType[] {
  const a = input(context, 0).shape;
  const b = input(context, 1).shape;
  if (a.length !== 2 || b.length !== 2) fail(context, 'both sides need exactly two axes');
  const [rows, inner] = attributeNumber(context, 'transA', 0) ? [a[1], a[0]] : [a[0], a[1]];
  const [innerB, columns] = attributeNumber(context, 'transB', 0) ? [b[1], b[0]] : [b[0], b[1]];
  if (inner !== innerB) fail(context, 'the inner dimensions differ');
  const shape = [rows ?? 1, columns ?? 1];
  const bias = context.inputs[2]?.shape ?? [];
  const widened = broadcastShapes(bias, shape);
  if (!widened || !sameShape(widened, shape)) fail(context, `the bias does not broadcast to ${formatShape(shape)}`);
  return [{ type: sameTypes(context, 0), shape }];
}

export function reduce(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const named = context.inputs[1] ? integersOf(context, 1) : [];
  // An empty list means all axes, as none does.
  const axes = named.length > 0 ? named.map((axis) => normaliseAxis(axis, shape.length)) : shape.map((_, axis) => axis);
  if (axes.some((axis) => axis < 0 || axis >= shape.length)) fail(context, `axes ${axes.join(', ')} are out of range`);
  const keep = attributeNumber(context, 'keepdims', 1) === 1;
  const reduced = shape.flatMap((dimension, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dimension]));
  return [{ type, shape: reduced }];
}

export function reshape(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const target = integersOf(context, 1);
  const known = target.map((size, axis): Dimension =>
    size === 0 ? (shape[axis] ?? fail(context, 'a 0 has no axis to copy')) : size,
  );
  const free = known.indexOf(-1);
  if (free !== known.lastIndexOf(-1)) fail(context, 'only one axis may be -1');
  if (free >= 0) {
    const rest = elementCount(known.filter((_, axis) => axis !== free));
    known[free] =
      divideDimensions(elementCount(shape), rest) ?? fail(context, `it does not divide into ${formatShape(known)}`);
  }
  if (elementCount(known) !== elementCount(shape))
    fail(context, `it does not hold as many elements as ${formatShape(known)}`);
  return [{ type, shape: known }];
}

export function transpose(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const perm = attributeNumbers(context, 'perm', shape.map((_, axis) => axis).toReversed());
  if (perm.toSorted((a, b) => a - b).some((axis, index) => axis !== index) || perm.length !== shape.length) {
    fail(context, `perm ${perm.join(', ')} is not a permutation of its axes`);
  }
  return [{ type, shape: perm.map((axis) => shape[axis] ?? 1) }];
}

export function concat(context: RuleContext): readonly OutputType[] {
  const first = input(context, 0);
  const axis = normaliseAxis(attributeNumber(context, 'axis', 0), first.shape.length);
  let total = 0;
  for (const other of context.inputs) {
    if (!other || other.shape.some((dimension, i) => i !== axis && dimension !== first.shape[i]))
      fail(context, 'the other axes differ');
    total += knownDimension(other.shape, axis, 'Concat');
  }
  return [{ type: sameTypes(context, 0), shape: first.shape.map((dimension, i) => (i === axis ? total : dimension)) }];
}

export function slice(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const starts = integersOf(context, 1);
  const ends = integersOf(context, 2);
  const axes = context.inputs[3] ? integersOf(context, 3) : starts.map((_, index) => index);
  const steps = context.inputs[4] ? integersOf(context, 4) : starts.map(() => 1);
  const result = [...shape];
  axes.forEach((axis, index) => {
    const at = normaliseAxis(axis, shape.length);
    const size = knownDimension(shape, at, 'Slice');
    const step = steps[index] ?? 1;
    const bound = (value: number, low: number, high: number): number =>
      Math.min(Math.max(value < 0 ? value + size : value, low), high);
    const start = step > 0 ? bound(starts[index] ?? 0, 0, size) : bound(starts[index] ?? 0, 0, size - 1);
    const end = step > 0 ? bound(ends[index] ?? 0, 0, size) : bound(ends[index] ?? 0, -1, size - 1);
    result[at] = Math.max(0, Math.ceil((end - start) / step));
  });
  return [{ type, shape: result }];
}

export function pad(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const pads = integersOf(context, 1);
  const rank = shape.length;
  if (pads.length !== 2 * rank) fail(context, `${pads.length} pads for ${rank} axes`);
  const result = shape.map((dimension, axis) => {
    const added = (pads[axis] ?? 0) + (pads[axis + rank] ?? 0);
    return added === 0 ? dimension : knownDimension(shape, axis, 'Pad') + added;
  });
  return [{ type, shape: result }];
}

export function expand(context: RuleContext): readonly OutputType[] {
  const { type, shape } = input(context, 0);
  const target = context.spelledShape(1) ?? fail(context, 'the target shape is unknown');
  return [
    { type, shape: broadcastShapes(shape, target) ?? fail(context, `it does not broadcast to ${formatShape(target)}`) },
  ];
}

/** Zeros, since the attribute that would name another value is not used here. */
export function constantOfShape(context: RuleContext): readonly OutputType[] {
  return [{ type: 'float32', shape: context.spelledShape(0) ?? fail(context, 'the shape is unknown') }];
}

export function shapeOf(context: RuleContext): readonly OutputType[] {
  return [{ type: 'int64', shape: [input(context, 0).shape.length] }];
}

export function size(): readonly OutputType[] {
  return [{ type: 'int64', shape: [] }];
}

/** Scan without loop-carried state: each scan input loses its first axis in the body, each output gains it. */
export function scan(context: RuleContext): readonly OutputType[] {
  const body = context.attributes['body'] as Graph;
  const length = input(context, 0).shape[0] ?? 1;
  const scanned = attributeNumber(context, 'num_scan_inputs', 0);
  if (scanned !== context.inputs.length || context.outputCount !== body.outputs.length)
    fail(context, 'its body does not match');
  return body.outputs.map(({ type, shape }) => ({ type, shape: [length, ...shape] }));
}
