/**
 * The graph that makes Grad-CAM maps (Selvaraju et al., 2017): the network as it is up to its last feature maps A, then the rest in a form
 * that can be differentiated, then the gradient of the logit y with respect to A, and
 *
 *   S[n,i,j] = sum_k w[n,k] A[n,k,i,j],   w[n,k] = mean over i,j of dy[n] / dA[n,k,i,j]
 *
 * Only logits, probabilities and S leave it. The map of a class is max(0, S). That is left to the caller, because S of the negative one of
 * two classes that share a logit is -S: one run serves both.
 */
import { backward } from '../autodiff/backward.ts';
import { lowerForGradients } from '../autodiff/lower.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { OpType } from '../graph/operators.ts';
import { pruneGraph } from '../graph/prune.ts';
import { knownDimension } from '../graph/shape.ts';
import type { Graph, Value } from '../graph/types.ts';
import { findFeatureMaps } from './feature-maps.ts';

export interface GradCamGraph {
  /**
   * Inputs: those of the model and `direction` [N, units], what flows into the logits: a row of zeros with 1 at the logit to explain.
   * Outputs: `logits` and `probability` [N, units], `evidence` S [N, height, width].
   */
  readonly graph: Graph;
  /** Of the feature maps. */
  readonly height: number;
  readonly width: number;
  readonly activations: Value;
  /** d y / d activations, of their shape; a value of the graph, not an output. */
  readonly gradients: Value;
}

/**
 * @param model outputs `logits` [N, units] and `probability`; weights are constants or further inputs, and are not copied
 * @param file named in errors
 * @throws PneumoscopeError E_MODEL_FILE when there is no convolution; E_GRAPH for an operator without a gradient
 */
export function buildGradCamGraph(model: Graph, file: string): GradCamGraph {
  const maps = findFeatureMaps(model, file);
  const head = pruneGraph({ ...model, outputs: [maps] });
  const g = GraphBuilder.extend(head);
  const tail = lowerForGradients(behind(model, maps));
  const held = new Map([[mapsName, maps], ...head.inputs.map((input) => [input.name, input] as const)]);
  for (const { name, type, shape } of tail.inputs) if (!held.has(name)) held.set(name, g.input(name, type, shape));
  const values = inline(g, tail, held);
  const [logits, probability] = ['logits', 'probability'].map((name) => values.get(name) as Value) as [Value, Value];
  const direction = g.input('direction', 'float32', logits.shape);
  const gradients = backward(g, logits, [maps], direction).get(maps.name) as Value;
  const size = [1, 2, 3].map((axis) => knownDimension(maps.shape, axis, 'Grad-CAM'));
  const [channels, height, width] = size as [number, number, number];
  // A product of matrices: the sum over channels touches every activation once.
  const weights = g.reshape(g.reduceMean(gradients, [2, 3], false), [-1, 1, channels]);
  const evidence = g.matMul(weights, g.reshape(maps, [-1, channels, height * width]));
  g.output(logits, 'logits');
  g.output(probability, 'probability');
  g.output(g.reshape(evidence, [-1, height, width]), 'evidence');
  return { graph: pruneGraph(g.build()), height, width, activations: maps, gradients };
}

/** Unlike the name that a builder gave them, none that another builder would give to something else. */
const mapsName = 'feature_maps';

/** What is computed from the feature maps, as a graph that has them as an input. */
function behind(model: Graph, maps: Value): Graph {
  const given: Value = { ...maps, name: mapsName };
  const nodes = model.nodes
    .filter((node) => !node.outputs.includes(maps))
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => (input?.name === maps.name ? given : input)) }));
  return pruneGraph({ ...model, nodes, inputs: [...model.inputs, given] });
}

/**
 * Adds a graph's nodes under new names.
 *
 * @param inputs the builder's values for the graph's inputs
 * @returns the builder's value for each value of the graph
 */
function inline(g: GraphBuilder, graph: Graph, inputs: ReadonlyMap<string, Value>): Map<string, Value> {
  const values = new Map(inputs);
  for (const { value, data } of graph.constants) values.set(value.name, g.constant(value.type, value.shape, data));
  for (const node of graph.nodes) {
    const taken = node.inputs.map((input) => input && (values.get(input.name) as Value));
    const outputs = g.nodeWithOutputs(node.op as OpType, taken, node.attributes, node.outputs.length);
    node.outputs.forEach((output, index) => values.set(output.name, outputs[index] as Value));
  }
  return values;
}
