/** What a gradient rule is, and the small questions that rules ask of a node. */
import type { GraphBuilder } from '../graph/builder.ts';
import { normaliseAxis } from '../graph/shape.ts';
import type { Node, Value } from '../graph/types.ts';

export type GradientRule = (g: GraphBuilder, node: RuleNode, dy: Value) => readonly (Value | null)[];

/** A node whose required inputs and first output are present, which the operator's schema guarantees. */
export interface RuleNode extends Node {
  readonly inputs: readonly [Value, Value, Value, Value, Value];
  readonly outputs: readonly [Value];
}

/** The first three inputs, where the third may be left out. */
export function inputsWithOptional(node: Node): readonly [Value, Value, Value | undefined] {
  return [node.inputs[0] as Value, node.inputs[1] as Value, node.inputs[2]];
}

export function attributeFloat(node: Node, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'object' && 'float' in value ? value.float : fallback;
}

/** The content of an integer input, or undefined where it is left out. */
export function integerInput(g: GraphBuilder, node: Node, index: number): readonly number[] | undefined {
  const value = node.inputs[index];
  const constant = value && g.constantOf(value);
  return constant && Array.from(constant.data, Number);
}

/** The axes of a reduction, 0 .. rank-1; all of them where none are named. */
export function reducedAxes(g: GraphBuilder, node: RuleNode): readonly number[] {
  const { shape } = node.inputs[0];
  const axes = integerInput(g, node, 1);
  return axes && axes.length > 0 ? axes.map((axis) => normaliseAxis(axis, shape.length)) : shape.map((_, axis) => axis);
}
