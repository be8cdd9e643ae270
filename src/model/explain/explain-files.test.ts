import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { requireAnswered, type FileAnswer } from '../use/answer.ts';
import { loadClassifier } from '../use/classifier.ts';
import { saveModel } from '../file/model-file.ts';
import { createExplainer } from './explainer.ts';
import { explainEach, explainFiles } from './explain-files.ts';

let folder: string;
let model: string;
let images: string[];
let bad: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'explain-files-'));
  model = path.join(folder, 'model.onnx');
  await saveModel(model, smallModel());
  images = await drawImages(folder, ['a.png', 'b.png', 'c.png']);
  bad = path.join(folder, 'bad.png');
  await writeFile(bad, 'not an image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('explainFiles', () => {
  it('says of each file what the classifier says, with its heat', async () => {
    await using classifier = await loadClassifier(model, { threads: 1 });
    const expected = await classifier.classifyFiles(images);
    const { results, failed } = await explainFiles(model, images, { batchSize: 2 });
    expect(failed).toEqual([]);
    expect(results.map(({ file, answer }) => [file, answer.sha256])).toEqual(
      expected.map(({ file, sha256 }) => [file, sha256]),
    );
    results.forEach(({ answer, target, pixels, maps, width, height }, index) => {
      const { label, probability, logits } = requireAnswered(expected[index] as FileAnswer);
      expect(answer.label).toBe(label);
      expect(answer.probability).toBeCloseTo(probability, 6);
      expect(answer.logits[0]).toBeCloseTo(logits[0] as number, 5);
      expect(target.class).toBe(label);
      expect([width, height, pixels.length, maps.length, maps[0]?.heat.length]).toEqual([16, 16, 256, 1, 256]);
      expect(maps[0]?.regions.map(({ region }) => region)).toEqual([
        'lungFields',
        'betweenLungs',
        'aroundLungs',
        'border',
      ]);
    });
    const heats = results.map(({ maps }) => [...(maps[0]?.heat ?? [])].join());
    expect(new Set(heats).size).toBe(images.length);
  });

  it('makes both maps and their curves, and counts the runs of the network', async () => {
    await using explainer = await createExplainer(model, { threads: 1 });
    const counts: string[] = [];
    const { results } = await explainFiles(explainer, images.slice(0, 2), {
      methods: ['grad-cam', 'occlusion'],
      curves: { steps: 2, randomMaps: 1 },
      patch: 8,
      stride: 8,
      onProgress: ({ done, total, unit }) => counts.push(`${done}/${total} ${unit}`),
    });
    // Each file: 1 and 4 runs for the maps, 2 x 3 x 2 for the curves of each.
    expect(counts.at(-1)).toBe('58/58 runs of the network');
    for (const { maps } of results) {
      expect(maps.map(({ method }) => method)).toEqual(['grad-cam', 'occlusion']);
      expect(maps[1]?.occlusion).toMatchObject({ patch: 8, stride: 8 });
      for (const { curves } of maps) expect(curves?.deletion.probabilities).toHaveLength(3);
    }
    // The explainer is still open.
    expect((await explainFiles(explainer, images.slice(2))).results).toHaveLength(1);
  });

  it('names all unreadable files, or leaves them out', async () => {
    await expect(explainFiles(model, [images[0] as string, bad, path.join(folder, 'none.png')])).rejects.toMatchObject({
      code: 'E_UNREADABLE_IMAGE',
      unreadable: [{ file: bad }, { file: path.join(folder, 'none.png') }],
    });
    const { results, failed } = await explainFiles(model, [bad, images[0] as string], {
      skipUnreadable: true,
      batchSize: 1,
    });
    expect(results.map(({ file }) => file)).toEqual([images[0]]);
    const sentence = expect.stringContaining('not an image') as string;
    expect(failed).toMatchObject([{ file: bad, status: 'failed', reason: { code: 'not-an-image', sentence } }]);
  });

  it('can be stopped between batches', async () => {
    await using explainer = await createExplainer(model, { threads: 1 });
    const controller = new AbortController();
    const seen: string[] = [];
    const work = async (): Promise<void> => {
      for await (const one of explainEach(explainer, images, { batchSize: 1, signal: controller.signal })) {
        seen.push(one.file);
        controller.abort();
      }
    };
    await expect(work()).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(seen).toEqual([images[0]]);
  });

  it('explains each of more than two classes', async () => {
    const three = path.join(folder, 'three.onnx');
    await saveModel(three, smallModel(['bacteria', 'normal', 'virus']));
    await using explainer = await createExplainer(three, { threads: 1 });
    const predicted = await explainFiles(explainer, images);
    for (const { answer, target } of predicted.results) expect(target.class).toBe(answer.label);
    const virus = await explainFiles(explainer, images, { target: { class: 'virus' }, methods: ['occlusion'] });
    virus.results.forEach(({ target, answer }) => {
      expect(target).toEqual({ class: 'virus', index: 2, probability: answer.probabilities[2] });
    });
  });
});
