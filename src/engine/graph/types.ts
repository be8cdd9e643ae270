/**
 * The data of an ONNX graph: values (tensors by name), nodes (operators) and constants.
 * Names and attribute spellings are those of the ONNX standard, operator set 18.
 * Everything here is plain data; `builder.ts` makes it and `verify.ts` judges it.
 */

/** ONNX operator set version of the default domain that every graph here is written in. */
export const opsetVersion = 18;

export type ElementType = 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';

/** A number, or the name of a size known only when the graph runs (the batch size 'N'). */
export type Dimension = number | string;

/** Image tensors are NCHW: batch, channels, height, width. */
export type Shape = readonly Dimension[];

/** A tensor that flows through a graph. Identified by its name, unique within the graph. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** A sequence of such tensors instead of one. */
  readonly sequence?: true;
}

export type TensorData = Float32Array | Float64Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;

/** A tensor whose content is part of the graph (an ONNX initialiser). Booleans are bytes 0 and 1. */
export interface Constant {
  readonly value: Value;
  readonly data: TensorData;
}

export interface Node {
  readonly op: string;
  readonly name: string;
  /** undefined: an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export type AttributeValue = number | string | readonly number[] | Float | Graph;

/** A floating-point attribute; a bare number is written as an ONNX integer. */
export interface Float {
  readonly float: number;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
}

/** Wraps a number as a floating-point attribute. */
export function float(value: number): Float {
  return { float: value };
}
