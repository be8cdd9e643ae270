/**
 * Which activations Grad-CAM weighs: the last ones that still tell where something is. That is the last value with height and width of
 * the last convolution, behind its normalisation, activation and residual sum, which the next pooling or flattening reads.
 */
import { PneumoscopeError } from '../errors.ts';
import type { Graph, Node, Value } from '../graph/types.ts';

/**
 * @param graph from `images` to `logits`; weights may be inputs too
 * @param file named in the error
 * @returns [N, channels, height, width]
 * @throws PneumoscopeError E_MODEL_FILE when no convolution leads from the images to the logits
 */
export function findFeatureMaps(graph: Graph, file: string): Value {
  const path = listPath(graph);
  // A convolution of single pixels weighs channels, as in squeeze-and-excitation, and knows no place.
  const last = path.findLast((node) => node.op === 'Conv' && sizeOf(node.outputs[0]) !== undefined);
  const size = sizeOf(last?.outputs[0]);
  const maps = path.findLast((node) => size !== undefined && sizeOf(node.outputs[0]) === size)?.outputs[0];
  if (maps !== undefined) return maps;
  throw new PneumoscopeError(
    'E_MODEL_FILE',
    `${file} has no convolution whose activations Grad-CAM could show; explain it with the method occlusion.`,
  );
}

/** The nodes between images and logits, in the order in which they run. */
function listPath(graph: Graph): readonly Node[] {
  const dependent = new Set(['images']);
  const forward = graph.nodes.filter((node) => {
    if (!node.inputs.some((input) => input && dependent.has(input.name))) return false;
    for (const output of node.outputs) dependent.add(output.name);
    return true;
  });
  const needed = new Set(['logits']);
  return forward
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output.name))) return false;
      for (const input of node.inputs) if (input) needed.add(input.name);
      return true;
    })
    .toReversed();
}

/** Height and width of images of more than one pixel; undefined for anything else. */
function sizeOf(value: Value | undefined): string | undefined {
  if (value?.shape.length !== 4) return undefined;
  const [height, width] = value.shape.slice(2);
  return height === 1 && width === 1 ? undefined : `${height}x${width}`;
}
