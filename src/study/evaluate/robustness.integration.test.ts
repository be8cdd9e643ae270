import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { writeTinyDataset } from '../../../test/tiny-dataset.ts';
import { imageShifts } from '../../imaging/augment/image-shifts.ts';
import { loadClassifier } from '../../model/use/classifier.ts';
import { evaluateFolder } from './evaluate.ts';
import { fitOperation, writeOperation } from '../calibrate/fit-operation.ts';
import { saveModel } from '../../model/file/model-file.ts';
import { measureRobustness } from './robustness.ts';

let root: string;
let data: string;
let model: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'robustness-'));
  data = path.join(root, 'data');
  await writeTinyDataset(data, { side: 120, train: 14, validation: 4 });
  data = path.join(data, 'train');
  model = path.join(root, 'model.onnx');
  await saveModel(model, smallModel());
});
afterAll(() => rm(root, { recursive: true }));

describe('measureRobustness', () => {
  it('begins with the figures that evaluate gives, then has a row a form', async () => {
    await using classifier = await loadClassifier(model, { threads: 1 });
    const { rows, images, unreadable } = await measureRobustness(classifier, data);
    const { metrics } = await evaluateFolder(classifier, data);
    expect([images, unreadable]).toEqual([14, []]);
    expect(rows[0]).toMatchObject({ accuracy: metrics.accuracy, meanChange: 0, flipped: 0 });
    expect(rows.slice(1).map(({ name }) => name)).toEqual(imageShifts.map(({ name }) => name));
    for (const { meanChange } of rows.slice(1)) expect(meanChange).toBeGreaterThan(0);
  });

  it('takes forms of one’s own, and says how far probabilities move', async () => {
    await using classifier = await loadClassifier(model, { threads: 1 });
    const black = {
      name: 'black',
      description: 'nothing to see',
      apply: ({ width, height }: { width: number; height: number }) => ({
        width,
        height,
        data: new Uint8Array(width * height),
      }),
    };
    const { rows } = await measureRobustness(classifier, data, { shifts: [black] });
    // All images look the same, so no threshold tells them apart.
    expect(rows[1]).toMatchObject({ name: 'black', rocAuc: 0.5 });
    // Where the negative images alone are black, the area is the share of positive ones that lie above what a black image gets.
    const evaluation = await evaluateFolder(classifier, data);
    if (evaluation.kind !== 'binary') throw new Error('two classes');
    const [answer] = await classifier.classifyPixels([new Uint8Array(16 * 16)]);
    const blackLogit = answer?.logits[0] ?? NaN;
    const above = (label: number): number => {
      const own = evaluation.predictions.filter((prediction) => prediction.label === label);
      return own.filter(({ logit = NaN }) => logit > blackLogit).length / own.length;
    };
    expect(rows[1]?.rocAucNegativesOnly).toBeCloseTo(above(1), 12);
    expect(rows[1]?.rocAucPositivesOnly).toBeCloseTo(1 - above(0), 12);
    expect(new Set([above(1), 1 - above(0)]).size).toBe(2);
  });

  it('refuses images that the threshold was chosen on, before any is classified', async () => {
    const fitted = path.join(root, 'fitted.onnx');
    await using plain = await loadClassifier(model, { threads: 1 });
    const operation = await fitOperation(plain, data, { rule: 'youden', force: true, replicates: 100 });
    await writeOperation(model, operation.operation, fitted);
    await using classifier = await loadClassifier(fitted, { threads: 1 });
    const classified = vi.spyOn(classifier, 'classifyPixels');
    await expect(measureRobustness(classifier, data)).rejects.toThrow(
      expect.objectContaining({ code: 'E_USAGE', message: expect.stringContaining('14 of these 14 images') }),
    );
    expect(classified).not.toHaveBeenCalled();
    expect((await measureRobustness(classifier, data, { force: true, shifts: [] })).images).toBe(14);
  });

  it('refuses an unreadable image unless it may be left out', async () => {
    const broken = path.join(root, 'data', 'validation');
    const [first] = (await import('node:fs')).readdirSync(path.join(broken, 'NORMAL'));
    await writeFile(path.join(broken, 'NORMAL', first as string), 'no image');
    await using classifier = await loadClassifier(model, { threads: 1 });
    await expect(measureRobustness(classifier, broken)).rejects.toThrow(
      expect.objectContaining({ code: 'E_UNREADABLE_IMAGE' }),
    );
    const { images, unreadable } = await measureRobustness(classifier, broken, { skipUnreadable: true });
    expect([images, unreadable.length]).toEqual([3, 1]);
  });
});
