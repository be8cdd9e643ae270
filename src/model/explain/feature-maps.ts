/**
 * Which activations Grad-CAM weighs: the last ones that still tell where something is. That is the last value with height and width of
 * the last convolution, behind its normalisation, activation and residual sum, which the next pooling or flattening reads. A graph of
 * several networks side by side (an ensemble, a network that also looks at the mirror image) has one such value in each of them.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Constant, Graph, Node, Value } from '../../engine/graph/types.ts';

export interface FeatureMaps {
  /** [N, channels, height, width] */
  readonly value: Value;
  /** Whether they are of the mirror image, so that left and right are exchanged. */
  readonly mirrored: boolean;
}

/**
 * @param graph from `images` to `logits`; weights may be inputs too
 * @param file named in the error
 * @returns one or more; none of them depends on another
 * @throws PneumoscopeError E_MODEL_FILE when no convolution leads from the images to the logits
 */
export function findFeatureMaps(graph: Graph, file: string): readonly FeatureMaps[] {
  const found = new Map<string, FeatureMaps>();
  for (const source of listLastPlaces(graph)) {
    const path = listPath(graph, source.name);
    const value = findOn(path);
    if (value !== undefined) found.set(value.name, { value, mirrored: isMirrored(graph, listPath(graph, value.name)) });
  }
  // Of maps that are computed from one another the last ones.
  const maps = [...found.values()];
  const last = maps.filter(({ value }) => {
    return !maps.some((other) => other.value !== value && dependsOn(listPath(graph, other.value.name), value));
  });
  if (last.length > 0) return last;
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${file} has no convolution whose activations Grad-CAM could show; explain it with the method occlusion`,
  );
}

function findOn(path: readonly Node[]): Value | undefined {
  // A convolution of single pixels weighs channels, as in squeeze-and-excitation, and knows no place.
  const last = path.findLast((node) => node.op === 'Conv' && sizeOf(node.outputs[0]) !== undefined);
  const size = sizeOf(last?.outputs[0]);
  return path.findLast((node) => size !== undefined && sizeOf(node.outputs[0]) === size)?.outputs[0];
}

/** Going back from the logits, the first values that have a height and a width. */
function listLastPlaces(graph: Graph): readonly Value[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map(({ name }) => [name, node] as const)));
  const places = new Map<string, Value>();
  const seen = new Set(['logits']);
  for (const name of seen) {
    for (const input of producers.get(name)?.inputs ?? []) {
      if (input === undefined) continue;
      if (sizeOf(input) === undefined) seen.add(input.name);
      else if (producers.has(input.name)) places.set(input.name, input);
    }
  }
  return [...places.values()];
}

/** The nodes between images and a value, in the order in which they run. */
function listPath(graph: Graph, to: string): readonly Node[] {
  const dependent = new Set(['images']);
  const forward = graph.nodes.filter((node) => {
    if (!node.inputs.some((input) => input && dependent.has(input.name))) return false;
    for (const output of node.outputs) dependent.add(output.name);
    return true;
  });
  const needed = new Set([to]);
  return forward
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output.name))) return false;
      for (const input of node.inputs) if (input) needed.add(input.name);
      return true;
    })
    .toReversed();
}

function dependsOn(path: readonly Node[], value: Value): boolean {
  return path.some(({ inputs }) => inputs.some((input) => input?.name === value.name));
}

/** Whether the images were turned round on their way, an odd number of times: an ensemble may be turned as a whole. */
function isMirrored(graph: Graph, path: readonly Node[]): boolean {
  const constant = (name: string): Constant | undefined => graph.constants.find(({ value }) => value.name === name);
  const turns = path.filter(({ op, inputs }) => {
    if (op !== 'Slice') return false;
    const [axes, steps] = [inputs[3], inputs[4]].map((input) => constant(input?.name ?? '')?.data);
    return axes?.length === 1 && Number(axes[0]) === 3 && Number(steps?.[0]) === -1;
  });
  return turns.length % 2 === 1;
}

/** Height and width of images of more than one pixel; undefined for anything else. */
function sizeOf(value: Value | undefined): string | undefined {
  if (value?.shape.length !== 4) return undefined;
  const [height, width] = value.shape.slice(2);
  return height === 1 && width === 1 ? undefined : `${height}x${width}`;
}
