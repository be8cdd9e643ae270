/**
 * The operators a graph may hold: how many inputs and outputs, which attributes, and the rule that gives the
 * element type and shape of each output. All belong to ONNX operator set 18, default domain, so that every
 * execution provider (cpu, webgpu, cuda) can run the same graph.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import type { OperatorSchema, ShapeRule } from './rule-context.ts';
import * as rules from './shape-rules.ts';
import type { Float, Graph, Node } from './types.ts';

const many = Number.MAX_SAFE_INTEGER;

const logical: OperatorSchema = { inputs: [2, 2], outputs: [1, 1], attributes: [], rule: rules.logical };

function unary(...attributes: string[]): OperatorSchema {
  return { inputs: [1, 1], outputs: [1, 1], attributes, rule: rules.sameAsInput };
}

const binary: OperatorSchema = { inputs: [2, 2], outputs: [1, 1], attributes: [], rule: rules.broadcast };
const comparison: OperatorSchema = { inputs: [2, 2], outputs: [1, 1], attributes: [], rule: rules.compare };
const reduction: OperatorSchema = { inputs: [1, 2], outputs: [1, 1], attributes: ['keepdims'], rule: rules.reduce };

function operator(
  inputs: readonly [number, number],
  rule: ShapeRule,
  attributes: readonly string[] = [],
  outputs: readonly [number, number] = [1, 1],
): OperatorSchema {
  return { inputs, outputs, attributes, rule };
}

const window = ['kernel_shape', 'strides', 'pads', 'dilations'];

export const operators = {
  Abs: unary(),
  Add: binary,
  And: logical,
  AveragePool: operator([1, 1], rules.pool, ['kernel_shape', 'strides', 'pads', 'count_include_pad']),
  BatchNormalization: operator([5, 5], rules.batchNormalization, ['epsilon', 'momentum']),
  Cast: operator([1, 1], rules.cast, ['to']),
  Clip: operator([1, 3], rules.sameAsInput),
  Concat: operator([1, many], rules.concat, ['axis']),
  ConstantOfShape: operator([1, 1], rules.constantOfShape),
  Conv: operator([2, 3], rules.conv, [...window, 'group']),
  ConvTranspose: operator([2, 3], rules.convTranspose, [...window, 'group', 'output_padding']),
  Div: binary,
  Equal: comparison,
  Exp: unary(),
  Expand: operator([2, 2], rules.expand),
  Gemm: operator([2, 3], rules.gemm, ['alpha', 'beta', 'transA', 'transB']),
  GlobalAveragePool: operator([1, 1], rules.globalPool),
  Greater: comparison,
  HardSigmoid: unary('alpha', 'beta'),
  HardSwish: unary(),
  Identity: unary(),
  Less: comparison,
  Log: unary(),
  LogSoftmax: operator([1, 1], rules.alongAxis, ['axis']),
  MatMul: operator([2, 2], rules.matMul),
  Max: binary,
  MaxPool: operator([1, 1], rules.pool, ['kernel_shape', 'strides', 'pads']),
  Min: binary,
  Mul: binary,
  Neg: unary(),
  Not: { ...logical, inputs: [1, 1] },
  Or: logical,
  Pad: operator([2, 3], rules.pad, ['mode']),
  Reciprocal: unary(),
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceSum: reduction,
  Relu: unary(),
  Reshape: operator([2, 2], rules.reshape),
  Scan: operator([1, many], rules.scan, ['body', 'num_scan_inputs'], [1, many]),
  Shape: operator([1, 1], rules.shapeOf),
  Sigmoid: unary(),
  Sign: unary(),
  Size: operator([1, 1], rules.size),
  Slice: operator([3, 5], rules.slice),
  Softmax: operator([1, 1], rules.alongAxis, ['axis']),
  Softplus: unary(),
  Sqrt: unary(),
  Sub: binary,
  Tanh: unary(),
  Transpose: operator([1, 1], rules.transpose, ['perm']),
  Where: operator([3, 3], rules.where),
} satisfies Record<string, OperatorSchema>;

export type OpType = keyof typeof operators;

export interface WindowAttributes {
  readonly kernel_shape?: readonly number[];
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
}

/** Attributes by operator; an operator that is not listed has none. Fractions are wrapped with float(). */
export interface OperatorAttributes {
  readonly AveragePool: Omit<WindowAttributes, 'dilations'> & { readonly count_include_pad?: 0 | 1 };
  readonly BatchNormalization: { readonly epsilon?: Float; readonly momentum?: Float };
  readonly Cast: { readonly to: number };
  readonly Concat: { readonly axis: number };
  readonly Conv: WindowAttributes & { readonly group?: number };
  readonly ConvTranspose: WindowAttributes & { readonly group?: number; readonly output_padding?: readonly number[] };
  readonly Gemm: { readonly alpha?: Float; readonly beta?: Float; readonly transA?: 0 | 1; readonly transB?: 0 | 1 };
  readonly HardSigmoid: { readonly alpha?: Float; readonly beta?: Float };
  readonly LogSoftmax: { readonly axis?: number };
  readonly MaxPool: Omit<WindowAttributes, 'dilations'>;
  readonly Pad: { readonly mode?: string };
  readonly ReduceMax: { readonly keepdims?: 0 | 1 };
  readonly ReduceMean: { readonly keepdims?: 0 | 1 };
  readonly ReduceSum: { readonly keepdims?: 0 | 1 };
  readonly Scan: { readonly body: Graph; readonly num_scan_inputs: number };
  readonly Softmax: { readonly axis?: number };
  readonly Transpose: { readonly perm: readonly number[] };
}

export type AttributesOf<Op extends OpType> = Op extends keyof OperatorAttributes
  ? OperatorAttributes[Op]
  : { readonly [Name in never]: never };

/** A node whose operator is known to be legal. */
export interface TypedNode<Op extends OpType = OpType> extends Node {
  readonly op: Op;
}

/** Looks an operator up. @throws PneumoscopeError E_GRAPH when it is not one of ours */
export function schemaOf(op: string): OperatorSchema {
  if (!Object.hasOwn(operators, op)) {
    throw new PneumoscopeError('E_GRAPH', `Operator ${op} is not one of those a graph may hold here`);
  }
  return operators[op as OpType];
}

/** A number of inputs or outputs in words: 2, 1 to 3, 1 or more. */
export function formatArity([least, most]: readonly [number, number]): string {
  if (least === most) return String(least);
  return most === many ? `${least} or more` : `${least} to ${most}`;
}
