/**
 * Several classifiers as one graph: each looks at the same images, and their logits are averaged. With `flip` each also looks at the
 * mirror image, with the same weights.
 *
 * Logits and not probabilities, that is log-odds: probability and logit of the result then belong together as those of one network do, so
 * that all that works on logits (temperature, thresholds, Grad-CAM, losses) works on it; and the gradient of a mean is the mean of the
 * gradients.
 */
import { GraphBuilder } from './builder.ts';
import { inlineGraph } from './inline.ts';
import { pruneGraph } from './prune.ts';
import { knownDimension } from './shape.ts';
import type { Graph, Value } from './types.ts';

export interface AveragedGraph {
  /** Input `images` [N, C, H, W], the same for all; output `logits` [N, units]. */
  readonly graph: Graph;
  /** Its share of the mean; all shares together are 1. */
  readonly share: number;
}

/**
 * @returns input `images`; outputs `logits` and `probability`. Of several members the weights are called `member1.NAME` and so on, of one
 * as they were
 * @throws PneumoscopeError E_SHAPE_MISMATCH when the members' logits do not fit together
 */
export function averageGraphs(
  members: readonly AveragedGraph[],
  { flip, output }: { readonly flip: boolean; readonly output: 'sigmoid' | 'softmax' },
): Graph {
  const g = new GraphBuilder('ensemble');
  const [first] = members as readonly [AveragedGraph];
  const { name, type, shape } = first.graph.inputs[0] as Value;
  const images = g.input(name, type, shape);
  const mirrored = flip ? mirror(g, images) : undefined;
  let mean: Value | undefined;
  for (const [index, { graph, share }] of members.entries()) {
    const prefix = members.length === 1 ? '' : `member${index + 1}.`;
    const plain = addMember(g, graph, images, prefix);
    const sum = mirrored === undefined ? plain : g.add(plain, addMember(g, graph, mirrored, prefix));
    const factor = mirrored === undefined ? share : share / 2;
    const part = factor === 1 ? sum : g.mul(sum, g.scalar(factor));
    mean = mean === undefined ? part : g.add(mean, part);
  }
  const logits = mean as Value;
  g.output(logits, 'logits');
  g.output(
    output === 'sigmoid' ? g.node('Sigmoid', [logits]) : g.node('Softmax', [logits], { axis: -1 }),
    'probability',
  );
  return g.build();
}

/** Left and right exchanged. */
function mirror(g: GraphBuilder, images: Value): Value {
  const width = knownDimension(images.shape, 3, 'A mirror image');
  // Backwards to the column before the first.
  return g.slice(images, 3, width - 1, -width - 1, -1);
}

function addMember(g: GraphBuilder, graph: Graph, images: Value, prefix: string): Value {
  const logits = findSource(graph, 'logits');
  const body = pruneGraph({ ...graph, outputs: [logits] });
  // Weights are called `layer/tensor`. The same names the second time: they are shared.
  const nameOf = (name: string): string | undefined => (name.includes('/') ? prefix + name : undefined);
  const values = inlineGraph(g, body, new Map([['images', images]]), nameOf);
  return values.get(logits.name) as Value;
}

/** What an output is the name of. */
function findSource(graph: Graph, name: string): Value {
  const output = graph.outputs.find((value) => value.name === name) as Value;
  const producer = graph.nodes.find(({ outputs }) => outputs.some((value) => value.name === name));
  return producer?.op === 'Identity' ? (producer.inputs[0] as Value) : output;
}
