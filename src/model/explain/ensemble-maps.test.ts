/** Grad-CAM of networks side by side: what each contributes, turned back where the image was, on one grid; and of float16 weights. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { compressModel } from '../edit/compress.ts';
import { createEnsemble } from '../edit/ensemble.ts';
import { readClassifierGraph } from '../../engine/onnx/read-graph.ts';
import { saveModel, type TrainedModel } from '../file/model-file.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { conv2d, dense, globalAveragePooling2d, maxPooling2d, sequence } from '../../engine/nn/layers.ts';
import { buildForward, initialise } from '../../engine/nn/network.ts';
import { RandomGenerator } from '../../base/random.ts';
import { createExplainer } from './explainer.ts';
import { findFeatureMaps } from './feature-maps.ts';
import { enlarge, enlargingMatrix } from './heat-map.ts';
import { testModelWeights } from './shuffled-model.ts';

const side = 16;
let folder: string;
const at = (name: string): string => path.join(folder, name);

/** Feature maps of a quarter of the image's side, or of half of it. */
function pooledModel(seed: number, poolings: 1 | 2): TrainedModel {
  const convolution = conv2d(5, 3, { padding: 'same', activation: 'silu' });
  const first = [convolution, maxPooling2d(2)];
  const layers = sequence([
    ...first,
    ...(poolings === 2 ? [conv2d(4, 3, { padding: 'same' }), maxPooling2d(2)] : []),
    conv2d(6, 3, { padding: 'same', activation: 'silu' }),
    globalAveragePooling2d(),
    dense(1),
  ]);
  const network = { name: `pooled${seed}`, inputShape: [1, side, side] as const, layers };
  const { parameters, states } = buildForward(network, 'inference');
  const tensors = Object.fromEntries(
    [...parameters, ...states].map((parameter, index) => {
      const data = new Float32Array(parameter.shape.reduce((total, size) => total * size, 1));
      initialise(parameter, seed, index, data);
      return [parameter.name, { data }];
    }),
  );
  return { ...smallModel(), network, tensors, preprocessing: createPreprocessingSpec(side) };
}

const random = new RandomGenerator(3);
const image = Uint8Array.from({ length: side * side }, () => random.integer(256));
const mirrored = turn(image, side);

function turn<T extends Uint8Array | Float32Array>(values: T, width: number): T {
  return values.map((_, index) => values[index - (index % width) + (width - 1 - (index % width))] as number) as T;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-maps-'));
  await saveModel(at('half1.onnx'), pooledModel(1, 1));
  await saveModel(at('half2.onnx'), pooledModel(2, 1));
  await saveModel(at('quarter.onnx'), pooledModel(3, 2));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function explain(
  name: string,
  pixels: Uint8Array = image,
): Promise<{ readonly grid: Float32Array; readonly width: number; readonly logit: number }> {
  await using explainer = await createExplainer(at(name), { threads: 1 });
  const [explanation] = await explainer.gradCam([pixels], { target: { class: 'PNEUMONIA' } });
  const { grid, answer } = explanation as NonNullable<typeof explanation>;
  return { grid: grid.values, width: grid.width, logit: answer.logits[0] as number };
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expect(scale).toBeGreaterThan(1e-4);
  actual.forEach((value, index) => expect(Math.abs(value - (expected[index] as number)) / scale).toBeLessThan(1e-4));
}

describe('Grad-CAM of an ensemble', () => {
  it('is the weighted mean of the maps of its members', async () => {
    await createEnsemble([at('half1.onnx'), at('half2.onnx')], at('halves.onnx'), { weights: [3, 1] });
    const [one, two, both] = [await explain('half1.onnx'), await explain('half2.onnx'), await explain('halves.onnx')];
    expect(both.width).toBe(8);
    expect(both.logit).toBeCloseTo(0.75 * one.logit + 0.25 * two.logit, 5);
    expectClose(both.grid, [...one.grid].map((value, index) => 0.75 * value + 0.25 * (two.grid[index] as number))); // prettier-ignore
  });

  it('turns the map of the mirror image back', async () => {
    await createEnsemble([at('half1.onnx')], at('flip.onnx'), { flip: true });
    const [plain, turned, flip] = [await explain('half1.onnx'), await explain('half1.onnx', mirrored), await explain('flip.onnx')]; // prettier-ignore
    const back = turn(turned.grid, 8);
    expectClose(flip.grid, [...plain.grid].map((value, index) => (value + (back[index] as number)) / 2)); // prettier-ignore
    // An untrained network does not see both sides alike.
    expect(Math.max(...plain.grid.map((value, index) => Math.abs(value - (back[index] as number))))).toBeGreaterThan(
      1e-3,
    );
    expectClose((await explain('flip.onnx', mirrored)).grid, [...turn(flip.grid, 8)]);
  });

  it('enlarges smaller maps to the largest, and keeps the amount of evidence', async () => {
    await createEnsemble([at('half1.onnx'), at('quarter.onnx')], at('sizes.onnx'), { flip: true });
    await createEnsemble([at('half1.onnx')], at('large.onnx'), { flip: true });
    await createEnsemble([at('quarter.onnx')], at('small.onnx'), { flip: true });
    const [large, small, both] = [
      await explain('large.onnx'),
      await explain('small.onnx'),
      await explain('sizes.onnx'),
    ];
    expect([large.width, small.width, both.width]).toEqual([8, 4, 8]);
    const enlarged = enlarge(small.grid, { width: 4, height: 4 }, { width: 8, height: 8 });
    expectClose(both.grid, [...large.grid].map((value, index) => (value + (enlarged[index] as number) / 4) / 2)); // prettier-ignore
  });

  it('finds one value in each network, of an ensemble in an ensemble too', async () => {
    await createEnsemble([at('half1.onnx'), at('quarter.onnx')], at('inner.onnx'), { flip: true });
    await createEnsemble([at('inner.onnx'), at('half2.onnx')], at('outer.onnx'));
    const { graph } = await readClassifierGraph(at('outer.onnx'));
    const found = findFeatureMaps(graph, 'outer.onnx').map(({ value, mirrored: is }) => `${value.shape[2]} ${is}`);
    expect(found.toSorted()).toEqual(['4 false', '4 true', '8 false', '8 false', '8 true']);
  });

  it('can be tested by shuffling the weights of every member', async () => {
    const test = await testModelWeights(at('inner.onnx'), [image], { method: 'grad-cam', draws: 1, threads: 1 });
    const layers = test.cascade.map(({ layer }) => layer);
    // Side by side from the answer down, not one network after the other.
    expect(layers.slice(0, 2).toSorted()).toEqual(['member1.dense', 'member2.dense']);
    expect(layers.slice(2, 4).toSorted()).toEqual(['member1.conv2d_1', 'member2.conv2d_2']);
    expect(layers.slice(4).toSorted()).toEqual(['member1.conv2d', 'member2.conv2d', 'member2.conv2d_1']);
    expect(test.verdict).toBe('depends on the weights');
  });
});

describe('Grad-CAM of float16 weights', () => {
  it('is that of the float32 weights but for the rounding, and its weights can be shuffled', async () => {
    await compressModel(at('quarter.onnx'), at('rounded.onnx'), { threads: 1 });
    const [whole, rounded] = [await explain('quarter.onnx'), await explain('rounded.onnx')];
    const scale = Math.max(...whole.grid.map(Math.abs));
    const movements = rounded.grid.map((value, index) => Math.abs(value - (whole.grid[index] as number)) / scale);
    expect(Math.max(...movements)).toBeLessThan(5e-3);
    expect(Math.max(...movements)).toBeGreaterThan(0);
    const { cascade } = await testModelWeights(at('rounded.onnx'), [image], { method: 'grad-cam', draws: 1, threads: 1 }); // prettier-ignore
    expect(cascade.map(({ layer }) => layer)).toEqual(['dense', 'conv2d_2', 'conv2d_1', 'conv2d']);
  });
});

describe('enlargingMatrix', () => {
  it('does along one axis what enlarge does, backwards too', () => {
    const row = Float32Array.of(1, 5, -2);
    const multiply = (matrix: Float32Array): number[] =>
      Array.from({ length: 7 }, (_, y) =>
        row.reduce((sum, value, x) => sum + value * (matrix[3 * y + x] as number), 0),
      );
    const expected = [...enlarge(row, { width: 3, height: 1 }, { width: 7, height: 1 })];
    multiply(enlargingMatrix(3, 7)).forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 6));
    multiply(enlargingMatrix(3, 7, 2, true)).forEach((value, index) =>
      expect(value).toBeCloseTo(2 * (expected[6 - index] as number), 6),
    );
    expect(enlargingMatrix(3, 3)).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  });
});
