/**
 * The graph that makes Grad-CAM maps (Selvaraju et al., 2017): the network as it is up to its last feature maps A, then the rest in a form
 * that can be differentiated, then the gradient of the logit y with respect to A, and
 *
 *   S[n,i,j] = sum_k w[n,k] A[n,k,i,j],   w[n,k] = mean over i,j of dy[n] / dA[n,k,i,j]
 *
 * Of several networks side by side, whose logits are averaged, the evidence is the sum of what each contributes: mirror images turned back,
 * smaller maps enlarged to the largest. S is an amount for each place, so it is divided among the places that a place becomes.
 *
 * Only logits, probabilities and S leave it. The map of a class is max(0, S). That is left to the caller, because S of the negative one of
 * two classes that share a logit is -S: one run serves both.
 */
import { backward } from '../../engine/autodiff/backward.ts';
import { lowerForGradients } from '../../engine/autodiff/lower.ts';
import { GraphBuilder } from '../../engine/graph/builder.ts';
import { inlineGraph } from '../../engine/graph/inline.ts';
import { pruneGraph } from '../../engine/graph/prune.ts';
import { knownDimension } from '../../engine/graph/shape.ts';
import type { Graph, Value } from '../../engine/graph/types.ts';
import { findFeatureMaps } from './feature-maps.ts';
import { enlargingMatrix } from './heat-map.ts';

export interface GradCamGraph {
  /**
   * Inputs: those of the model and `direction` [N, units], what flows into the logits: a row of zeros with 1 at the logit to explain.
   * Outputs: `logits` and `probability` [N, units], `evidence` S [N, height, width].
   */
  readonly graph: Graph;
  /** Of the evidence: those of the largest feature maps. */
  readonly height: number;
  readonly width: number;
  /** d y / d A of each of the feature maps, of their shape; values of the graph, not outputs. */
  readonly gradients: readonly Value[];
}

/**
 * @param model outputs `logits` [N, units] and `probability`; weights are constants or further inputs, and are not copied
 * @param file named in errors
 * @throws PneumoscopeError E_MODEL_FILE when there is no convolution; E_GRAPH for an operator without a gradient
 */
export function buildGradCamGraph(model: Graph, file: string): GradCamGraph {
  const found = findFeatureMaps(model, file);
  const maps = found.map(({ value }) => value);
  const head = pruneGraph({ ...model, outputs: maps });
  const g = GraphBuilder.extend(head);
  const tail = lowerForGradients(behind(model, maps));
  const held = new Map([
    ...maps.map((value, index) => [nameMaps(index), value] as const),
    ...head.inputs.map((input) => [input.name, input] as const),
  ]);
  for (const { name, type, shape } of tail.inputs) if (!held.has(name)) held.set(name, g.input(name, type, shape));
  const values = inlineGraph(g, tail, held);
  const [logits, probability] = ['logits', 'probability'].map((name) => values.get(name) as Value) as [Value, Value];
  const direction = g.input('direction', 'float32', logits.shape);
  const gradientOf = backward(g, logits, maps, direction);
  const gradients = maps.map(({ name }) => gradientOf.get(name) as Value);
  const sizes = maps.map(({ shape }) => {
    const [height, width] = [2, 3].map((axis) => knownDimension(shape, axis, 'Grad-CAM')) as [number, number];
    return { height, width };
  });
  const largest = sizes.reduce((most, size) => (size.height * size.width > most.height * most.width ? size : most));
  const evidence = found.map(({ value, mirrored }, index) => {
    const own = weigh(g, value, gradients[index] as Value);
    return place(g, own, sizes[index] as Size, largest, mirrored);
  });
  g.output(logits, 'logits');
  g.output(probability, 'probability');
  g.output(evidence.reduce(g.add), 'evidence');
  return { graph: pruneGraph(g.build()), ...largest, gradients };
}

/** S of one network's feature maps, [N, height, width]. */
function weigh(g: GraphBuilder, maps: Value, gradients: Value): Value {
  const [channels, height, width] = [1, 2, 3].map((axis) => knownDimension(maps.shape, axis, 'Grad-CAM')) as [
    number,
    number,
    number,
  ];
  // A product of matrices: the sum over channels touches every activation once.
  const weights = g.reshape(g.reduceMean(gradients, [2, 3], false), [-1, 1, channels]);
  return g.reshape(g.matMul(weights, g.reshape(maps, [-1, channels, height * width])), [-1, height, width]);
}

/** Onto the common grid, by a product with a matrix on either side: as `enlarge` does, and turned round where the image was. */
function place(g: GraphBuilder, evidence: Value, from: Size, to: Size, mirrored: boolean): Value {
  const isSame = from.height === to.height && from.width === to.width;
  if (isSame && !mirrored) return evidence;
  const rows = enlargingMatrix(from.height, to.height, (from.height * from.width) / (to.height * to.width));
  const columns = enlargingMatrix(from.width, to.width, 1, mirrored);
  const left = g.constant('float32', [to.height, from.height], rows);
  const right = g.transpose(g.constant('float32', [to.width, from.width], columns), [1, 0]);
  return g.matMul(g.matMul(left, evidence), right);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Unlike the names that a builder gave them, none that another builder would give to something else. */
function nameMaps(index: number): string {
  return `feature_maps_${index}`;
}

/** What is computed from the feature maps, as a graph that has them as inputs. */
function behind(model: Graph, maps: readonly Value[]): Graph {
  const given = new Map(maps.map((value, index) => [value.name, { ...value, name: nameMaps(index) }] as const));
  const nodes = model.nodes
    .filter((node) => !node.outputs.some(({ name }) => given.has(name)))
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => input && (given.get(input.name) ?? input)) }));
  return pruneGraph({ ...model, nodes, inputs: [...model.inputs, ...given.values()] });
}
