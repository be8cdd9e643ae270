import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, recordedModel, type RecordedGradCam } from '../../../test/fixtures/explain/golden.ts';
import { saveModel } from '../file/model-file.ts';
import { RandomGenerator } from '../../base/random.ts';
import { testRandomisedWeights, type RandomisableMaps } from './randomisation.ts';
import { testModelWeights } from './shuffled-model.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'randomisation-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const side = 16;
const images = [1, 2].map((seed) => {
  const random = new RandomGenerator(seed);
  return Float32Array.from({ length: side * side }, () => random.next());
});

/** What an edge detector shows: it looks convincing on every image and asks no model. */
function findEdges(image: Float32Array): Float32Array {
  return image.map((level, at) => Math.abs(level - (image[at + 1] ?? level)));
}

describe('the randomised-weights test', () => {
  it('calls a map worthless that does not ask the model', async () => {
    const shuffled: string[] = [];
    const edges: RandomisableMaps = {
      layers: ['dense', 'conv2d'],
      computeMaps: () => Promise.resolve(images.map(findEdges)),
      shuffle: (layer, seed) => Promise.resolve(void shuffled.push(`${layer} ${seed}`)),
    };
    const result = await testRandomisedWeights(edges, { draws: 2, seed: 5 });
    expect(result).toMatchObject({ similarity: 1, draws: [1, 1], verdict: 'does not depend on the weights' });
    expect(result.statement).toMatch(/say nothing about the model; do not use them/);
    expect(shuffled).toEqual(['dense 5', 'conv2d 5', 'dense 6', 'conv2d 6']);
    expect(result.cascade.map(({ layer, similarity }) => [layer, similarity])).toEqual([
      ['dense', 1],
      ['conv2d', 1],
    ]);
  });

  it('sees through a map that is only turned upside down', async () => {
    let sign = -1;
    const inverted: RandomisableMaps = {
      layers: ['dense'],
      computeMaps: () => {
        sign = -sign;
        return Promise.resolve(images.map((image) => findEdges(image).map((value) => sign * value)));
      },
      shuffle: () => Promise.resolve(),
    };
    const { verdict, cascade } = await testRandomisedWeights(inverted, { draws: 1 });
    expect(verdict).toBe('does not depend on the weights');
    cascade[0]?.correlations.forEach((correlation) => expect(correlation).toBeCloseTo(-1, 12));
  });

  it('lets a map pass that changes with the weights, or vanishes with them', async () => {
    let round = 0;
    const drawn: RandomisableMaps = {
      layers: ['a', 'b'],
      computeMaps: () => {
        const random = new RandomGenerator(++round);
        return Promise.resolve(images.map((image) => image.map(() => random.next())));
      },
      shuffle: () => Promise.resolve(),
    };
    const result = await testRandomisedWeights(drawn);
    expect(result.verdict).toBe('depends on the weights');
    expect(result.draws).toHaveLength(3);
    expect(result.similarity).toBeLessThan(0.3);
    let first = true;
    const vanishing: RandomisableMaps = {
      ...drawn,
      computeMaps: () => {
        const maps = images.map((image) => (first ? image : image.map(() => 0)));
        first = false;
        return Promise.resolve(maps);
      },
    };
    expect(await testRandomisedWeights(vanishing, { cascade: false, draws: 1 })).toMatchObject({
      similarity: null,
      cascade: [],
      verdict: 'depends on the weights',
    });
  });

  it('does not judge maps in which there is nothing', async () => {
    const blank: RandomisableMaps = {
      layers: ['a'],
      computeMaps: () => Promise.resolve([new Float32Array(9)]),
      shuffle: () => Promise.resolve(),
    };
    const result = await testRandomisedWeights(blank);
    expect(result).toMatchObject({ verdict: 'undecided', images: 1 });
    expect(result.statement).toMatch(/of 1 image are the same everywhere/);
  });
});

describe('of a model file', () => {
  const recorded = golden.networks[1] as RecordedGradCam;
  const pixels = recorded.pixels.map((image) => Uint8Array.from(image));

  it.each(['grad-cam', 'occlusion'] as const)(
    'shuffles layer by layer from the answer down, with %s',
    async (method) => {
      const file = path.join(folder, 'model.onnx');
      await saveModel(file, recordedModel(recorded));
      const rounds: string[] = [];
      const options = { method, draws: 2, threads: 1, patch: 4, onProgress: ({ done, total }: { done: number; total?: number }) => rounds.push(`${done}/${total}`) }; // prettier-ignore
      const result = await testModelWeights(file, pixels, options);
      expect(result.cascade.map(({ layer }) => layer)).toEqual(['dense', 'conv2d_1', 'conv2d']);
      expect(rounds).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
      for (const { correlations } of result.cascade) expect(correlations).toHaveLength(2);
      // Weights in other places: maps that are the same would mean that nothing was shuffled.
      expect(result.cascade[0]?.similarity).toBeLessThan(0.999);
      expect(await testModelWeights(file, pixels, options)).toEqual(result);
      expect(await testModelWeights(file, pixels, { ...options, seed: 9 })).not.toEqual(result);
    },
  );

  it('can be stopped', async () => {
    const file = path.join(folder, 'model.onnx');
    await saveModel(file, recordedModel(recorded));
    const controller = new AbortController();
    const work = testModelWeights(file, pixels, {
      method: 'grad-cam',
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});
