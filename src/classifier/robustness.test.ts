import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { writeTinyDataset } from '../../test/tiny-dataset.ts';
import { imageShifts } from '../imaging/image-shifts.ts';
import { loadClassifier } from './classifier.ts';
import { evaluateFolder } from './evaluate.ts';
import { saveModel } from './model-file.ts';
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
    // One class alone all the same: its one answer stands somewhere among those of the others.
    const { rocAucNegativesOnly = null, rocAucPositivesOnly = null } = rows[1] ?? {};
    expect((rocAucNegativesOnly ?? NaN) * 7).toBeCloseTo(Math.round((rocAucNegativesOnly ?? NaN) * 7), 9);
    expect((rocAucPositivesOnly ?? NaN) * 7).toBeCloseTo(Math.round((rocAucPositivesOnly ?? NaN) * 7), 9);
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
