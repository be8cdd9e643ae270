/** The randomised-weights test of randomisation.ts, on a model file. */
import { readModelMetadata, type LoadOptions } from '../use/classifier.ts';
import type { Graph } from '../../engine/graph/types.ts';
import { Explainer, startModel, type Explanation, type Method, type TargetOptions } from './explainer.ts';
import { readModelGraph } from './model-graph.ts';
import type { OcclusionOptions } from './occlusion.ts';
import { testRandomisedWeights, type RandomisationOptions, type RandomisationTest } from './randomisation.ts';

export interface WeightTestOptions extends RandomisationOptions, LoadOptions, TargetOptions, OcclusionOptions {
  readonly method: Method;
}

/**
 * Opens the model a second time, with weights that can be changed: the one that explains is left as it is.
 *
 * @param images the network's input, grey bytes; a few, since each is explained once for every layer and draw
 * @throws PneumoscopeError as {@link createExplainer}; E_INTERRUPTED
 */
export async function testModelWeights(
  path: string,
  images: readonly Uint8Array[],
  options: WeightTestOptions,
): Promise<RandomisationTest> {
  const metadata = await readModelMetadata(path, options);
  const model = await readModelGraph(path, 'all');
  const layers = listLayers(model.graph, Object.keys(model.weights));
  const running = await startModel(path, model, options);
  try {
    const explainer = new Explainer(path, metadata, running);
    const { method, target, patch, stride, signal } = options;
    const explain = async (pixels: Uint8Array, about: TargetOptions): Promise<Explanation> => {
      if (method === 'occlusion') return explainer.occlusion(pixels, { ...about, patch, stride, signal });
      const [explanation] = await explainer.gradCam([pixels], about);
      return explanation as Explanation;
    };
    // The class stays the one that the whole model spoke of, whatever the shuffled one says.
    const classes = new Map<Uint8Array, string>();
    const computeMaps = async (): Promise<Float32Array[]> => {
      const maps: Float32Array[] = [];
      for (const pixels of images) {
        const known = classes.get(pixels);
        const { grid, target: explained } = await explain(pixels, {
          target: known === undefined ? target : { class: known },
        });
        classes.set(pixels, explained.class);
        maps.push(grid.values);
      }
      return maps;
    };
    const shuffle = async (layer: string, seed: number): Promise<void> => {
      for (const tensor of layers.get(layer) ?? []) await running.client.shuffle(tensor, seed);
    };
    return await testRandomisedWeights({ layers: [...layers.keys()], computeMaps, shuffle }, options);
  } finally {
    await running.client.close();
  }
}

/** The tensors of each layer, the layer nearest to the logits first, by the operators between. A layer's tensors are called `layer/tensor`. */
function listLayers(graph: Graph, weights: readonly string[]): Map<string, string[]> {
  const layers = new Map<string, { readonly distance: number; readonly tensors: Set<string> }>();
  const distances = new Map<string, number>();
  for (const node of graph.nodes.toReversed()) {
    const distance = 1 + Math.max(0, ...node.outputs.map(({ name }) => distances.get(name) ?? 0));
    for (const input of node.inputs) {
      if (input === undefined) continue;
      distances.set(input.name, Math.max(distance, distances.get(input.name) ?? 0));
      if (!weights.includes(input.name)) continue;
      const name = input.name.split('/')[0] as string;
      const layer = layers.get(name) ?? { distance, tensors: new Set() };
      layers.set(name, layer);
      layer.tensors.add(input.name);
    }
  }
  // The networks of an ensemble lie side by side.
  const sorted = [...layers].toSorted(([, one], [, other]) => one.distance - other.distance);
  return new Map(sorted.map(([name, { tensors }]) => [name, [...tensors]]));
}
