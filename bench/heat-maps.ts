/** Grad-CAM maps of 100 prepared images, enlarged and scaled, against the answers alone and against answers with gradients. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { saveModel } from '../src/model/file/model-file.ts';
import { createExplainer } from '../src/model/explain/explainer.ts';
import { buildGradCamGraph } from '../src/model/explain/grad-cam-graph.ts';
import { toHeat } from '../src/model/explain/heat-map.ts';
import { readModelGraph } from '../src/model/explain/model-graph.ts';
import { GraphBuilder } from '../src/engine/graph/builder.ts';
import { pruneGraph } from '../src/engine/graph/prune.ts';
import type { Graph } from '../src/engine/graph/types.ts';
import { createPreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { buildForward, initialise } from '../src/engine/nn/network.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { GraphClient } from '../src/engine/runtime/graph-client.ts';
import { describeNetwork } from '../src/study/train/networks.ts';
import { interleave, timed } from './lib/interleave.ts';
import type { BenchSettings, Row } from './settings.ts';

const imageCount = 100;
/** What `explain` takes unless told otherwise. */
const batch = 16;

export async function benchHeatMaps({ size, rounds, threads, smoke }: BenchSettings): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-bench-'));
  try {
    const file = path.join(folder, 'model.onnx');
    await saveRandomModel(file, size);
    const batches = drawBatches(smoke ? 4 : imageCount, size);
    await using explainer = await createExplainer(file, { threads });
    const gradients = await openGradients(file, size, threads);
    const result = await interleave(
      [
        { name: 'answers', measure: () => timed(() => forEach(batches, (images) => explainer.classifier.classifyPixels(images))) }, // prettier-ignore
        { name: 'gradients', measure: () => timed(() => forEach(batches, gradients.run)) },
        {
          name: 'maps',
          measure: () =>
            timed(() =>
              forEach(batches, async (images) => (await explainer.gradCam(images)).map(({ map }) => toHeat(map))),
            ),
        },
      ],
      { rounds },
    );
    await gradients.close();
    const what = `improved, heat maps of ${batches.flat().length} images, batch ${batch}`;
    const value = batches.flat().length / result.summary('maps').median;
    const row = (against: string, name: string, goal?: string): Row => ({
      what,
      value,
      unit: 'images/s',
      against,
      ratio: result.ratio(name, 'maps'),
      goal: goal === undefined ? undefined : { text: goal },
    });
    return [row('answers with gradients', 'gradients', '0.5'), row('answers alone', 'answers')];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function forEach<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item);
}

async function saveRandomModel(file: string, size: number): Promise<void> {
  const network = describeNetwork('improved', 1, size);
  const { parameters } = buildForward(network, 'inference');
  const tensors = parameters.map((parameter, index) => {
    const data = new Float32Array(parameter.shape.reduce((total, length) => total * length, 1));
    initialise(parameter, 1, index, data);
    return [parameter.name, { data }] as const;
  });
  await saveModel(file, {
    network,
    tensors: Object.fromEntries(tensors),
    classNames: ['NORMAL', 'PNEUMONIA'],
    preprocessing: createPreprocessingSpec(size),
    provenance: {
      recipe: {},
      seed: 1,
      data: { fingerprint: '0'.repeat(64), images: 0, synthetic: true },
      scores: {},
    },
  });
}

function drawBatches(count: number, size: number): Uint8Array[][] {
  const random = new RandomGenerator(3, size);
  const images = Array.from({ length: count }, () => new Uint8Array(size * size).map(() => random.integer(256)));
  return Array.from({ length: Math.ceil(count / batch) }, (_, at) => images.slice(at * batch, (at + 1) * batch));
}

/** Logits, and of the gradient with respect to the feature maps one sum per image: what a map needs before it is a map. */
async function openGradients(
  file: string,
  size: number,
  threads: number,
): Promise<{ run: (images: readonly Uint8Array[]) => Promise<void>; close: () => Promise<void> }> {
  const model = await readModelGraph(file);
  const { graph, gradients } = buildGradCamGraph(model.graph, file);
  const g = GraphBuilder.extend(graph);
  for (const output of graph.outputs.filter(({ name }) => name !== 'evidence')) g.output(output);
  g.output(gradients.map((one) => g.reduceSum(one, [1, 2, 3], false)).reduce(g.add), 'sum');
  const graphs: Readonly<Record<string, Graph>> = { gradients: pruneGraph(g.build()) };
  const client = await GraphClient.start({ file, graphs, shared: model.weights, device: 'cpu', threads });
  return {
    close: () => client.close(),
    run: async (images) => {
      const count = images.length;
      const data = new Float32Array(count * size * size);
      images.forEach((pixels, at) => data.set(pixels, at * size * size));
      const direction = new Float32Array(count).fill(1);
      await client.run(
        'gradients',
        {
          images: { type: 'float32', shape: [count, 1, size, size], data: data.map((level) => level / 255) },
          direction: { type: 'float32', shape: [count, 1], data: direction },
        },
        { logits: [count, 1], sum: [count] },
      );
    },
  };
}
