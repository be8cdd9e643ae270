/**
 * Reverse-mode differentiation over an ONNX graph: walks the nodes between the targets and the result backwards
 * and lets each operator's rule add the nodes that compute its gradient. What all rules have in common is done
 * here once: broadcasting is undone, shapes are checked, contributions are summed. A gradient that is the same along an axis
 * (that of a mean, say) stays one value wide there until an operator needs it whole: elementwise operators spread it as they go.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { describeValue } from '../graph/builder.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { OpType } from '../graph/operators.ts';
import { broadcastAxes, formatShape, sameShape } from '../graph/shape.ts';
import type { Node, Shape, Value } from '../graph/types.ts';
import { gradientRules } from './gradient-rules.ts';
import type { RuleNode } from './rule.ts';

/**
 * Adds to the builder the nodes that compute d result / d target for each target.
 * @param result the value to differentiate; a scalar unless a cotangent is given
 * @param targets values the result depends on (parameters, inputs or activations)
 * @param cotangent what flows into the result, of its shape; 1 by default
 * @returns the gradient of each target by the target's name; a target that the result does not depend on is absent
 * @throws PneumoscopeError E_GRAPH for an operator without a rule, E_SHAPE_MISMATCH for a gradient of a wrong shape
 */
export function backward(
  g: GraphBuilder,
  result: Value,
  targets: readonly Value[],
  cotangent?: Value,
): Map<string, Value> {
  if (cotangent === undefined && result.shape.some((dimension) => dimension !== 1)) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `Only a scalar has a gradient, and ${describeValue(result)} is none`,
    );
  }
  if (cotangent && !sameShape(cotangent.shape, result.shape)) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `The cotangent ${describeValue(cotangent)} does not have the shape of ${describeValue(result)}`,
    );
  }
  const ones = cotangent ?? g.constant('float32', result.shape, new Float32Array(1).fill(1));
  const cotangents = new Map<string, Value>([[result.name, ones]]);
  const { nodes, dependent } = nodesBetween(g, targets, result);
  for (const node of nodes.toReversed()) {
    const [output] = node.outputs;
    const narrow = output && cotangents.get(output.name);
    if (!narrow) continue;
    const gradients = applyRule(g, node, takesNarrow(node, output) ? narrow : widen(g, narrow, output));
    node.inputs.forEach((input, index) => {
      const gradient = gradients[index];
      if (!input || !gradient || !dependent.has(input.name)) return;
      const summed = isNarrowOf(node, gradient, input) ? gradient : sumToShape(g, node, input, gradient);
      const earlier = cotangents.get(input.name);
      cotangents.set(input.name, earlier ? g.add(earlier, summed) : summed);
    });
  }
  const whole = targets.flatMap((target): [string, Value][] => {
    const gradient = cotangents.get(target.name);
    return gradient ? [[target.name, widen(g, gradient, target)]] : [];
  });
  return new Map(whole);
}

/** Whose rules are right for a cotangent that is one value wide along some axes, as long as they broadcast nothing themselves. */
const elementwise: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Neg']);
/** Whose rules give such cotangents. */
const reducing: ReadonlySet<string> = new Set(['ReduceMean', 'ReduceSum']);

function takesNarrow(node: Node, output: Value): boolean {
  return elementwise.has(node.op) && node.inputs.every((input) => input && sameShape(input.shape, output.shape));
}

function isNarrowOf(node: Node, gradient: Value, input: Value): boolean {
  const plain = elementwise.has(node.op) && node.inputs.every((other) => other && sameShape(other.shape, input.shape));
  if (!plain && !reducing.has(node.op)) return false;
  return (
    gradient.shape.length === input.shape.length &&
    gradient.shape.every((size, axis) => size === 1 || size === input.shape[axis])
  );
}

function widen(g: GraphBuilder, gradient: Value, like: Value): Value {
  return sameShape(gradient.shape, like.shape) ? gradient : g.expandLike(gradient, like);
}

interface Path {
  /** In the order in which they run. */
  readonly nodes: readonly Node[];
  /** Names of the values that depend on a target. */
  readonly dependent: ReadonlySet<string>;
}

/** The nodes on a path from a target to the result. */
function nodesBetween(g: GraphBuilder, targets: readonly Value[], result: Value): Path {
  const dependent = new Set(targets.map((target) => target.name));
  const forward = g.nodes.filter((node) => {
    if (!node.inputs.some((input) => input && dependent.has(input.name))) return false;
    for (const output of node.outputs) dependent.add(output.name);
    return true;
  });
  const needed = new Set([result.name]);
  const nodes = forward
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output.name))) return false;
      for (const input of node.inputs) if (input) needed.add(input.name);
      return true;
    })
    .toReversed();
  return { nodes, dependent };
}

function applyRule(g: GraphBuilder, node: Node, dy: Value): readonly (Value | null)[] {
  const rule = gradientRules[node.op as OpType];
  if (typeof rule !== 'function') {
    throw new PneumoscopeError('E_GRAPH', `${node.op} (node ${node.name}) has no gradient rule`);
  }
  const gradients = rule(g, node as RuleNode, dy);
  if (gradients.length !== node.inputs.length) {
    throw new Error(
      `the gradient rule of ${node.op} gave ${gradients.length} gradients for ${node.inputs.length} inputs`,
    );
  }
  return gradients;
}

/** Undoes broadcasting: sums a gradient over the axes along which the input was repeated. */
function sumToShape(g: GraphBuilder, node: Node, input: Value, gradient: Value): Value {
  if (sameShape(gradient.shape, input.shape)) return gradient;
  const axes = broadcastAxes(input.shape, gradient.shape);
  const summed = axes.length === 0 ? gradient : g.reduceSum(gradient, axes, true);
  const result = sameShape(summed.shape, input.shape) ? summed : dropLeadingOnes(g, summed, input.shape);
  if (sameShape(result.shape, input.shape)) return result;
  throw new PneumoscopeError(
    'E_SHAPE_MISMATCH',
    `The gradient of ${node.op} (node ${node.name}) for ${describeValue(input)} has shape ${formatShape(gradient.shape)}`,
  );
}

function dropLeadingOnes(g: GraphBuilder, value: Value, shape: Shape): Value {
  if (value.shape.length <= shape.length) return value;
  return g.reshape(
    value,
    shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)),
  );
}
