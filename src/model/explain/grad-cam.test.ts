/** Grad-CAM, from the graph to the enlarged map, against PyTorch's recorded numbers; and what it does where there is nothing to show. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, recordedModel, recordedSide, type RecordedGradCam } from '../../../test/fixtures/explain/golden.ts';
import { tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { buildModelGraph, saveModel, type TrainedModel } from '../file/model-file.ts';
import type { Value } from '../../engine/graph/types.ts';
import { verifyGraph } from '../../engine/graph/verify.ts';
import { writeNetworkInput } from '../../imaging/prepare/network-input.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { dense, flatten, sequence } from '../../engine/nn/layers.ts';
import { buildForward, initialise } from '../../engine/nn/network.ts';
import { RandomGenerator } from '../../base/random.ts';
import { describeNetwork } from '../../study/train/networks.ts';
import { createExplainer, type Explainer } from './explainer.ts';
import { buildGradCamGraph } from './grad-cam-graph.ts';
import { findPeak, toHeat } from './heat-map.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'grad-cam-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(model: TrainedModel): Promise<Explainer> {
  const file = path.join(folder, `${model.network.name}.onnx`);
  await saveModel(file, model);
  return createExplainer(file, { threads: 1 });
}

/** Agreement to the last digits of float32, relative to the largest number. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs), 1e-9);
  const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs((actual[index] as number) - value)), 0);
  expect(worst / scale).toBeLessThan(2e-6);
}

const toPixels = ({ pixels }: RecordedGradCam): Uint8Array[] => pixels.map((image) => Uint8Array.from(image));

describe.each(golden.networks)('Grad-CAM of the network with $name', (recorded) => {
  it.each(recorded.targets.map((target, index) => ({ ...target, index })))(
    'has the gradients and the evidence that PyTorch recorded for class $index',
    async ({ gradients, evidence, index }) => {
      const model = recordedModel(recorded);
      const built = buildGradCamGraph(buildModelGraph(model).graph, 'model');
      const [gradient] = built.gradients as readonly [Value];
      const graph = { ...built.graph, outputs: [...built.graph.outputs, gradient] };
      verifyGraph(graph);
      const count = recorded.pixels.length;
      const images = new Float32Array(count * recordedSide ** 2);
      toPixels(recorded).forEach((pixels, at) =>
        writeNetworkInput(pixels, model.preprocessing, images, at * recordedSide ** 2),
      );
      const row = Array.from({ length: recorded.units }, (_, unit) => Number(unit === index));
      // Of one logit, the first class is the one it speaks against.
      const direction = Array.from({ length: count }, () => (recorded.units === 1 ? [2 * index - 1] : row)).flat();
      const results = await runGraph(
        graph,
        {
          images: tensor([count, 1, recordedSide, recordedSide], [...images]),
          direction: tensor([count, recorded.units], direction),
        },
        count,
      );
      expectClose(results['logits'] as Float32Array, recorded.logits);
      expectClose(results[gradient.name] as Float32Array, gradients);
      expectClose(results['evidence'] as Float32Array, evidence);
    },
  );

  it('gives PyTorch maps for every class, alone and in a batch', async () => {
    await using explainer = await open(recordedModel(recorded));
    const images = toPixels(recorded);
    const { names } = explainer.metadata.classes;
    for (const [index, { map, evidence }] of recorded.targets.entries()) {
      const target = { class: names[index] as string };
      const batch = await explainer.gradCam(images, { target });
      expectClose(batch.flatMap((one) => [...one.map.values]), map); // prettier-ignore
      expectClose(batch.flatMap((one) => [...one.grid.values]), evidence); // prettier-ignore
      const [alone] = await explainer.gradCam(images.slice(1), { target });
      expectClose(alone?.map.values as Float32Array, [...(batch[1]?.map.values ?? [])]);
      expect(alone?.target).toMatchObject({ class: names[index], index });
    }
  });

  it('explains the class that the model chose unless told otherwise', async () => {
    await using explainer = await open(recordedModel(recorded));
    for (const pixels of toPixels(recorded)) {
      const [chosen] = await explainer.gradCam([pixels]);
      const label = chosen?.answer.label ?? '';
      const [named] = await explainer.gradCam([pixels], { target: { class: label } });
      expect(chosen?.target.class).toBe(label);
      expect(chosen?.grid).toEqual(named?.grid);
    }
  });
});

describe('the graph of Grad-CAM', () => {
  it.each(['improved', 'baseline', 'small'] as const)(
    'gives the logits of the network %s itself, and its maps',
    async (name) => {
      const network = describeNetwork(name, 1, 32);
      const { parameters, states } = buildForward(network, 'inference');
      const tensors = Object.fromEntries(
        [...parameters, ...states].map((parameter, index) => {
          const data = new Float32Array(parameter.shape.reduce((total, size) => total * size, 1));
          initialise(parameter, 1, index, data);
          return [parameter.name, { data }];
        }),
      );
      const preprocessing = createPreprocessingSpec(32);
      const model = buildModelGraph({ network, tensors, classNames: ['NORMAL', 'PNEUMONIA'], preprocessing }).graph;
      const built = buildGradCamGraph(model, 'model');
      verifyGraph(built.graph);
      const random = new RandomGenerator(7);
      const feeds = {
        images: tensor(
          [2, 1, 32, 32],
          Array.from({ length: 2048 }, () => random.next()),
        ),
        direction: tensor([2, 1], [1, 1]),
      };
      const [plain, cam] = await Promise.all([runGraph(model, feeds, 2), runGraph(built.graph, feeds, 2)]);
      expectClose(cam['logits'] as Float32Array, [...(plain['logits'] ?? [])]);
      expectClose(cam['probability'] as Float32Array, [...(plain['probability'] ?? [])]);
      expect(new Set(cam['evidence']).size).toBeGreaterThan(1);
    },
  );
});

describe('a map', () => {
  it('is 0 everywhere for a class that nothing speaks for, and so is its heat', async () => {
    const recorded = golden.networks[0] as RecordedGradCam;
    const dead = recordedModel(recorded);
    const bias = Float32Array.from(recorded.weights['conv2d_1/bias'] ?? [], () => -100);
    await using explainer = await open({ ...dead, tensors: { ...dead.tensors, 'conv2d_1/bias': { data: bias } } });
    const [explanation] = await explainer.gradCam([new Uint8Array(recordedSide ** 2)]);
    const values = explanation?.map.values ?? new Float32Array([1]);
    expect(findPeak(values)).toBe(0);
    expect(toHeat({ values }).every((value) => value === 0)).toBe(true);
  });

  it('is refused for a network without a convolution and for an unknown class', async () => {
    const plain = recordedModel(golden.networks[1] as RecordedGradCam);
    const network = { name: 'plain', inputShape: plain.network.inputShape, layers: sequence([flatten(), dense(1)]) };
    const tensors = { 'dense/kernel': { data: new Float32Array(64) }, 'dense/bias': { data: new Float32Array(1) } };
    await expect(open({ ...plain, network, tensors })).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringContaining('has no convolution') as string,
    });
    await using explainer = await open(plain);
    await expect(explainer.gradCam([new Uint8Array(64)], { target: { class: 'FLU' } })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('FLU; it knows NORMAL, PNEUMONIA') as string,
    });
    expect(await explainer.gradCam([])).toEqual([]);
  });
});
