/** Arithmetic on shapes whose dimensions may be symbolic: 'N', or a multiple of it such as '32*N'. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Dimension, Shape } from './types.ts';

/** A product of numbers and symbols, e.g. 32*N -> { factor: 32, symbols: ['N'] }. */
interface Product {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function parseDimension(dimension: Dimension): Product {
  if (typeof dimension === 'number') return { factor: dimension, symbols: [] };
  const parts = dimension.split('*');
  let factor = 1;
  const symbols: string[] = [];
  for (const part of parts) {
    if (/^\d+$/.test(part)) factor *= Number(part);
    else symbols.push(part);
  }
  return { factor, symbols: symbols.toSorted() };
}

function formatDimension({ factor, symbols }: Product): Dimension {
  if (symbols.length === 0) return factor;
  return factor === 1 ? symbols.join('*') : [factor, ...symbols].join('*');
}

function product(shape: Shape): Product {
  let factor = 1;
  const symbols: string[] = [];
  for (const dimension of shape) {
    const parsed = parseDimension(dimension);
    factor *= parsed.factor;
    symbols.push(...parsed.symbols);
  }
  return { factor, symbols: symbols.toSorted() };
}

/** Number of elements; symbolic when a dimension is. */
export function elementCount(shape: Shape): Dimension {
  return formatDimension(product(shape));
}

/** The product of two dimensions. */
export function multiplyDimensions(a: Dimension, b: Dimension): Dimension {
  return formatDimension(product([a, b]));
}

/** total / part, or undefined where it does not divide. */
export function divideDimensions(total: Dimension, part: Dimension): Dimension | undefined {
  const numerator = parseDimension(total);
  const denominator = parseDimension(part);
  const symbols = [...numerator.symbols];
  for (const symbol of denominator.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  if (denominator.factor === 0 || numerator.factor % denominator.factor !== 0) return undefined;
  return formatDimension({ factor: numerator.factor / denominator.factor, symbols });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** The dimension as a number. @throws PneumoscopeError E_SHAPE_MISMATCH when it is symbolic */
export function knownDimension(shape: Shape, axis: number, what: string): number {
  const dimension = shape.at(axis);
  if (typeof dimension !== 'number') {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `${what} needs a known size on axis ${axis} of ${formatShape(shape)}`,
    );
  }
  return dimension;
}

/** Multidirectional broadcasting as the ONNX standard defines it; undefined where the shapes do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = -rank; axis < 0; axis++) {
    const left = a.at(axis) ?? 1;
    const right = b.at(axis) ?? 1;
    if (-axis > a.length || left === 1) result.push(-axis > b.length ? left : right);
    else if (-axis > b.length || right === 1 || left === right) result.push(left);
    else return undefined;
  }
  return result;
}

/** Axes of `shape` that were broadcast from `source` (aligned at the right): those to sum over to come back. */
export function broadcastAxes(source: Shape, shape: Shape): number[] {
  const missing = shape.length - source.length;
  const axes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    if (axis < missing || (source[axis - missing] === 1 && shape[axis] !== 1)) axes.push(axis);
  }
  return axes;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Maps a possibly negative axis to 0 .. rank-1. */
export function normaliseAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
