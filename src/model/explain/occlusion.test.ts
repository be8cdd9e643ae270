import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linearModel } from '../../../test/linear-model.ts';
import { saveModel } from '../file/model-file.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { createExplainer } from './explainer.ts';
import { meanLevel, occlude, placePatches, spreadDrops } from './occlusion.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'occlusion-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the patches', () => {
  it('are 225 of 32 pixels on an image of 256', () => {
    const { patch, stride, tops, lefts } = placePatches({ width: 256, height: 256 });
    expect([patch, stride, tops.length * lefts.length]).toEqual([32, 16, 225]);
  });

  it('reach every edge where the stride does not divide', () => {
    expect(placePatches({ width: 10, height: 7 }, { patch: 4, stride: 3 })).toEqual({
      patch: 4,
      stride: 3,
      tops: [0, 3],
      lefts: [0, 3, 6],
    });
    expect(placePatches({ width: 6, height: 6 }, { patch: 4, stride: 3 }).tops).toEqual([0, 2]);
  });

  it('may be single pixels or the whole image, and nothing that does not fit', () => {
    expect(placePatches({ width: 5, height: 3 }, { patch: 1, stride: 1 }).lefts).toHaveLength(5);
    expect(placePatches({ width: 5, height: 5 }, { patch: 5 }).tops).toEqual([0]);
    for (const options of [{ patch: 6 }, { patch: 0 }, { patch: 2, stride: 3 }, { stride: 0 }, { patch: 1.5 }]) {
      expect(() => placePatches({ width: 5, height: 9 }, options)).toThrow(PneumoscopeError);
    }
  });

  it('cover their place alone, and give every pixel the mean of those over it', () => {
    const grid = placePatches({ width: 4, height: 2 }, { patch: 2, stride: 1 });
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...occlude(pixels, 4, grid, 1, 0)]).toEqual([1, 0, 0, 4, 5, 0, 0, 8]);
    expect([...pixels]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(meanLevel(pixels)).toBe(5);
    expect([...spreadDrops(Float32Array.of(1, 2, 4), grid, { width: 4, height: 2 })]).toEqual([
      1, 1.5, 3, 4, 1, 1.5, 3, 4,
    ]);
  });
});

describe('occlusion of a model that looks at one pixel', () => {
  const [width, height] = [6, 4];
  /** Row 2, column 3. */
  const seen = 2 * width + 3;
  const pixels = new Uint8Array(width * height).fill(60);
  pixels[seen] = 180;

  const open = async () => {
    const weights = new Float32Array(width * height);
    weights[seen] = 8;
    const file = path.join(folder, 'linear.onnx');
    await saveModel(file, linearModel(weights, width, -4));
    return createExplainer(file, { threads: 1 });
  };

  it('finds that pixel, by how far the logit falls', async () => {
    await using explainer = await open();
    const progress: number[] = [];
    const found = await explainer.occlusion(pixels, {
      patch: 1,
      stride: 1,
      batchSize: 5,
      onProgress: ({ done }) => progress.push(done),
    });
    expect(found.fill).toBe(65);
    expect(progress).toEqual([5, 10, 15, 20, 24]);
    // The mean is not the level around it: taking the pixel away leaves 65, not 60.
    const expected = ((180 - 65) / 255) * 8;
    expect(found.map.values[seen]).toBeCloseTo(expected, 4);
    expect(found.answer.label).toBe('PNEUMONIA');
    expect([...found.map.values].filter((value) => Math.abs(value) > 1e-5)).toHaveLength(1);
    const [logit] = found.answer.logits as [number];
    const after = 1 / (1 + Math.exp(expected - logit));
    expect(found.probabilityDrops[seen]).toBeCloseTo(1 / (1 + Math.exp(-logit)) - after, 5);
  });

  it('turns round for the other class', async () => {
    await using explainer = await open();
    const options = { patch: 2, stride: 1 };
    const positive = await explainer.occlusion(pixels, options);
    const negative = await explainer.occlusion(pixels, { ...options, target: { class: 'NORMAL' } });
    positive.grid.values.forEach((value, index) => expect(negative.grid.values[index]).toBeCloseTo(-value, 5));
    expect(negative.target.probability).toBeCloseTo(1 - positive.target.probability, 6);
    expect(positive.grid.values.filter((value) => value > 1e-4)).toHaveLength(4);
  });

  it('shows nothing in an image that is grey all over', async () => {
    await using explainer = await open();
    const { map } = await explainer.occlusion(new Uint8Array(width * height).fill(99), { patch: 2 });
    expect([...map.values]).toEqual(Array.from({ length: width * height }, () => 0));
  });

  it('can be stopped', async () => {
    await using explainer = await open();
    const controller = new AbortController();
    const work = explainer.occlusion(pixels, {
      patch: 1,
      batchSize: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});
