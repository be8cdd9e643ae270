/** A model, opened to be explained: prepared images in, heat maps out. Works on the network's input alone; files are explain-files.ts. */
/// <reference lib="esnext.disposable" preserve="true" />
import { Classifier, describeNetwork, readModelMetadata, type LoadOptions } from '../use/classifier.ts';
import type { Classification } from '../use/answer.ts';
import { defaultModelPath } from '../file/default-model.ts';
import type { ClassifierMetadata } from '../file/metadata.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { decodeClassifierGraph } from '../../engine/onnx/read-graph.ts';
import { rescaleBytes } from '../../base/rescale-bytes.ts';
import { GraphClient, type GraphSettings } from '../../engine/runtime/graph-client.ts';
import type { InferenceResult } from '../../engine/runtime/inference-client.ts';
import type { Tensor } from '../../engine/runtime/tensor.ts';
import { buildGradCamGraph } from './grad-cam-graph.ts';
import { enlarge, type HeatMap } from './heat-map.ts';
import { readModelGraph, toModelGraph, type ModelGraph } from './model-graph.ts';
import { meanLevel, occlude, placePatches, spreadDrops, type OcclusionOptions, type PatchGrid } from './occlusion.ts';
import { directionOf, findTarget, targetLogit, type Target } from './target.ts';

export type Method = 'grad-cam' | 'occlusion';

export interface TargetOptions {
  /** 'predicted' unless given. */
  readonly target?: Target | undefined;
}

export interface OccludeOptions extends TargetOptions, OcclusionOptions, TaskOptions {
  /** Patches per run of the network; 16 unless given. */
  readonly batchSize?: number | undefined;
}

/** A heat map with what it is about. */
export interface Explanation {
  readonly method: Method;
  /** What the model says about the whole image. */
  readonly answer: Classification;
  /** The class that is explained, and its probability. */
  readonly target: { readonly class: string; readonly index: number; readonly probability: number };
  readonly map: HeatMap;
  /**
   * Before it was enlarged: one value for each place of the feature maps, or for each patch. Of Grad-CAM also what speaks against the class,
   * below 0, which the map leaves out.
   */
  readonly grid: HeatMap;
}

export interface OcclusionExplanation extends Explanation {
  readonly patches: PatchGrid;
  /** Grey level of the patches, 0..255. */
  readonly fill: number;
  /** How far the class's probability falls under each patch, row by row; `grid` holds the logit's. */
  readonly probabilityDrops: Float32Array;
}

/**
 * Opens a model file. Its large weights are held once.
 *
 * @param path the model that comes with this package unless given
 * @throws PneumoscopeError E_NOT_FOUND; E_MODEL_FILE when the file is damaged, of another program or without a convolution; E_DEVICE
 */
export async function createExplainer(
  path: string = defaultModelPath(),
  options: LoadOptions = {},
): Promise<Explainer> {
  const metadata = await readModelMetadata(path, options);
  return new Explainer(path, metadata, await startModel(path, await readModelGraph(path), options));
}

/**
 * As {@link createExplainer}, of a model that was read before, and without a thread: each answer blocks the caller, who is a thread of its
 * own already.
 *
 * @param model the bytes of its file, which must not be used after, and what it says about itself
 * @param path what sentences call it
 */
export async function openExplainer(
  path: string,
  { bytes, metadata }: { readonly bytes: Uint8Array<ArrayBuffer>; readonly metadata: ClassifierMetadata },
  options: LoadOptions = {},
): Promise<Explainer> {
  const graph = toModelGraph(decodeClassifierGraph(bytes, path));
  const { settings, grid } = describeModel(path, graph, options);
  // Who imports the library loads no runtime; threads load it when they need it.
  const { GraphSession } = await import('../../engine/runtime/graph-session.ts');
  return new Explainer(path, metadata, { client: await GraphSession.load(settings), grid });
}

/** A model's two graphs, in a thread or not: the network itself, and the one that makes Grad-CAM maps. */
export interface RunningModel {
  readonly client: Pick<GraphClient, 'run' | 'close'>;
  /** Of the feature maps. */
  readonly grid: { readonly width: number; readonly height: number };
}

/** In a thread. @param model its memory moves over @throws PneumoscopeError E_MODEL_FILE, E_DEVICE */
export async function startModel(
  path: string,
  model: ModelGraph,
  options: LoadOptions,
): Promise<RunningModel & { readonly client: GraphClient }> {
  const { settings, grid } = describeModel(path, model, options);
  return { client: await GraphClient.start(settings), grid };
}

function describeModel(
  path: string,
  model: ModelGraph,
  { device = 'cpu', threads }: LoadOptions,
): { readonly settings: GraphSettings; readonly grid: RunningModel['grid'] } {
  const { graph, height, width } = buildGradCamGraph(model.graph, path);
  const graphs = { network: model.graph, gradCam: graph };
  return { settings: { file: path, graphs, shared: model.weights, device, threads }, grid: { width, height } };
}

export class Explainer {
  readonly classifier: Classifier;
  readonly #client: RunningModel['client'];
  readonly #grid: RunningModel['grid'];

  /** Use {@link createExplainer}. */
  constructor(path: string, metadata: ClassifierMetadata, { client, grid }: RunningModel) {
    this.#client = client;
    this.#grid = grid;
    this.classifier = new Classifier(path, metadata, {
      runBytes: (images) => this.#run('network', images, {}, {}),
      close: () => client.close(),
    });
  }

  get metadata(): ClassifierMetadata {
    return this.classifier.metadata;
  }

  /**
   * Grad-CAM (Selvaraju et al., 2017) of a batch: as many runs of the network as it has images, and their gradients.
   *
   * @param images grey bytes, width * height each, as `Classifier.prepare` gives them
   * @throws PneumoscopeError E_USAGE for an unknown class; E_NOT_FINITE
   */
  async gradCam(images: readonly Uint8Array[], { target = 'predicted' }: TargetOptions = {}): Promise<Explanation[]> {
    if (images.length === 0) return [];
    const { classes, preprocessing } = this.metadata;
    const { units } = describeNetwork(this.metadata);
    const count = images.length;
    // One logit: its gradient serves both classes. More: which to take is known when the network has answered.
    const fixed = findTarget(target, classes);
    const known = units > 1 && fixed === undefined ? await this.classifier.classifyPixels(images) : [];
    const direction = new Float32Array(count * units);
    for (let row = 0; row < count; row++) {
      const index = fixed ?? classes.names.indexOf(known[row]?.label ?? '');
      direction[row * units + (units > 1 ? index : 0)] = 1;
    }
    const { width, height } = this.#grid;
    const result = await this.#run(
      'gradCam',
      images,
      { direction: { type: 'float32', shape: [count, units], data: direction } },
      { evidence: [count, height, width] },
    );
    const size = width * height;
    return this.classifier.interpret(result, count).map((answer, row) => {
      const index = fixed ?? classes.names.indexOf(answer.label);
      const { sign } = directionOf(index, classes);
      const evidence = result.evidence.subarray(row * size, (row + 1) * size);
      const values = evidence.map((value) => sign * value);
      const positive = values.map((value) => Math.max(0, value));
      return {
        method: 'grad-cam',
        answer,
        target: this.#describe(index, answer),
        grid: { width, height, values },
        map: {
          width: preprocessing.width,
          height: preprocessing.height,
          values: enlarge(positive, this.#grid, preprocessing),
        },
      };
    });
  }

  /**
   * Occlusion sensitivity of one image: a run of the network for each patch.
   *
   * @throws PneumoscopeError E_USAGE for an unknown class, a patch or stride that does not fit; E_INTERRUPTED; E_NOT_FINITE
   */
  async occlusion(pixels: Uint8Array, options: OccludeOptions = {}): Promise<OcclusionExplanation> {
    const { target = 'predicted', batchSize = 16, signal, onProgress } = options;
    const { classes, preprocessing } = this.metadata;
    const patches = placePatches(preprocessing, options);
    const total = patches.tops.length * patches.lefts.length;
    const [answer] = (await this.classifier.classifyPixels([pixels])) as [Classification];
    const index = findTarget(target, classes) ?? classes.names.indexOf(answer.label);
    const whole = this.#describe(index, answer);
    const fill = meanLevel(pixels);
    const drops = new Float32Array(total);
    const probabilityDrops = new Float32Array(total);
    for (let start = 0; start < total; start += batchSize) {
      throwIfInterrupted(signal);
      const count = Math.min(batchSize, total - start);
      const images = Array.from({ length: count }, (_, at) =>
        occlude(pixels, preprocessing.width, patches, start + at, fill),
      );
      (await this.classifier.classifyPixels(images)).forEach((occluded, at) => {
        drops[start + at] = targetLogit(index, answer, classes) - targetLogit(index, occluded, classes);
        probabilityDrops[start + at] = whole.probability - this.#describe(index, occluded).probability;
      });
      onProgress?.({ label: 'Occluding', done: start + count, total, unit: 'patches' });
    }
    const { width, height } = preprocessing;
    return {
      method: 'occlusion',
      answer,
      target: whole,
      grid: { width: patches.lefts.length, height: patches.tops.length, values: drops },
      map: { width, height, values: spreadDrops(drops, patches, preprocessing) },
      patches,
      fill,
      probabilityDrops,
    };
  }

  /** Frees the model's memory. May be called twice. */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #describe(index: number, { probabilities }: Classification): Explanation['target'] {
    return {
      class: this.metadata.classes.names[index] as string,
      index,
      probability: probabilities[index] as number,
    };
  }

  async #run<Name extends string>(
    graph: 'network' | 'gradCam',
    images: readonly Uint8Array[],
    feeds: Readonly<Record<string, Tensor>>,
    wanted: Readonly<Record<Name, readonly number[]>>,
  ): Promise<InferenceResult & Readonly<Record<Name, Float32Array>>> {
    const { imageShape, rescale, units } = describeNetwork(this.metadata);
    const count = images.length;
    const shape = [count, units];
    const data = rescaleBytes(images, rescale);
    const results = await this.#client.run(
      graph,
      { images: { type: 'float32', shape: [count, ...imageShape], data }, ...feeds },
      { logits: shape, probability: shape, ...wanted },
    );
    const { logits, probability, ...rest } = results as Record<string, Float32Array>;
    return {
      ...(rest as Readonly<Record<Name, Float32Array>>),
      logits: logits as Float32Array,
      probabilities: probability as Float32Array,
    };
  }
}
