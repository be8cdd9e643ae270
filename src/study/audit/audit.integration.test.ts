import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeAuditImages } from '../../../test/fixtures/inspection/audit-images.ts';
import { readArchive, sharedArchive } from '../../../test/shared-data.ts';
import type { TaskProgress } from '../../base/tasks.ts';
import { auditDataset } from './audit.ts';
import type { AuditedFeature, AuditRemedy, AuditResult } from './audit-result.ts';
import { isLeak } from './audit-verdict.ts';

// Each image is prepared in nine ways, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
const quick = { size: 64, bootstrap: 200 };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-audit-'));
  await writeAuditImages(path.join(folder, 'planted'), { planted: true, patients: 24 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const find = (result: AuditResult, id: string): AuditedFeature => {
  return result.features.find((feature) => feature.id === id) as AuditedFeature;
};
const after = (result: AuditResult, id: string, option: string): AuditRemedy => {
  return find(result, id).after.find((remedy) => remedy.option === option) as AuditRemedy;
};

describe('auditDataset', () => {
  it('catches planted shortcuts, worst first, and names the option that removes each', async () => {
    const progress: TaskProgress[] = [];
    const result = await auditDataset({
      ...quick,
      folder: path.join(folder, 'planted'),
      onProgress: (state) => progress.push(state),
    });
    expect(result).toMatchObject({
      images: 96,
      patients: 48,
      positive: 'B',
      folds: 5,
      unreadable: [],
      sampledFrom: null,
    });
    for (const id of ['bytesPerPixel', 'width', 'height', 'megapixels', 'quality', 'quantisation', 'corners']) {
      expect([id, find(result, id).verdict]).toEqual([id, 'strong']);
      expect(find(result, id).auc).toBeGreaterThan(0.97);
    }
    // The marker lies in the outermost tenth; the size of a prepared image is the same for all.
    expect(find(result, 'corners').best).toBe('crop');
    expect(after(result, 'corners', 'crop')).toMatchObject({ effect: 'removes' });
    expect(find(result, 'width').best).toBe('article');
    expect(after(result, 'width', 'article')).toMatchObject({ effect: 'removes', verdict: 'constant', auc: 0.5 });
    expect(find(result, 'width').contrast).toMatchObject({ measure: 'median' });
    for (const id of ['format', 'exif', 'iccProfile', 'colourMode', 'aspectRatio']) {
      expect([id, find(result, id).verdict, find(result, id).auc]).toEqual([id, 'constant', 0.5]);
    }
    expect(isLeak(find(result, 'fileName'))).toBe(false);
    const lows = result.features.flatMap(({ interval, verdict }) =>
      verdict === 'constant' || interval === null ? [] : [interval.low],
    );
    expect(lows).toEqual(lows.toSorted((a, b) => b - a));
    expect(progress.map(({ label }) => label)).toContain('Comparing the classes');
    expect(progress.find(({ done, label }) => label === 'Reading images' && done === 96)?.total).toBe(96);
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  });

  it('finds no leak where there is none, before and after every option', async () => {
    const place = path.join(folder, 'clean');
    await writeAuditImages(place, { planted: false, patients: 30 });
    const result = await auditDataset({ ...quick, folder: place });
    expect(result.features.filter((feature) => isLeak(feature)).map(({ id }) => id)).toEqual([]);
    const created = result.features.flatMap((feature) => feature.after.filter((remedy) => isLeak(remedy)));
    expect(created).toEqual([]);
  });

  it('tells one of three classes from the other two, and says which', async () => {
    const place = path.join(folder, 'three');
    await writeAuditImages(place, { planted: true, patients: 5, classNames: ['A', 'B', 'C'] });
    const [last, chosen] = [
      await auditDataset({ ...quick, folder: place }),
      await auditDataset({ ...quick, folder: place, positive: 'B' }),
    ];
    expect([last.positive, chosen.positive]).toEqual(['C', 'B']);
    expect(find(chosen, 'quality').auc).toBe(1);
    expect(find(last, 'quality').auc).toBeLessThan(0.9);
    await expect(auditDataset({ ...quick, folder: place, positive: 'D' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('leaves out what cannot be read, and says so', async () => {
    const place = path.join(folder, 'damaged');
    await cp(path.join(folder, 'planted'), place, { recursive: true });
    await writeFile(path.join(place, 'A', 'person0_virus_0.jpeg'), 'no image');
    const result = await auditDataset({ ...quick, folder: place });
    expect(result.images).toBe(95);
    expect(result.unreadable).toEqual([
      { file: 'A/person0_virus_0.jpeg', reason: expect.stringMatching(/person0_virus_0\.jpeg is not an image/) },
    ]);
  });

  it('draws whole patients where there are more images than wanted, the same each time', async () => {
    const options = { ...quick, folder: path.join(folder, 'planted'), maxImages: 31 };
    const result = await auditDataset(options);
    expect(await auditDataset(options)).toEqual(result);
    expect((await auditDataset({ ...options, seed: 1 })).features).not.toEqual(result.features);
    expect(result).toMatchObject({ images: 30, patients: 15, sampledFrom: { images: 96, patients: 48 } });
  });

  it('makes fewer folds of few patients, and refuses what cannot be compared', async () => {
    const place = path.join(folder, 'few');
    await writeAuditImages(place, { planted: true, patients: 3 });
    expect((await auditDataset({ ...quick, folder: place })).folds).toBe(3);
    await writeAuditImages(path.join(folder, 'single'), { planted: true, patients: 1 });
    await expect(auditDataset({ ...quick, folder: path.join(folder, 'single') })).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(/1 patients of the class B and of 1 others/),
    });
    await mkdir(path.join(folder, 'one'), { recursive: true });
    await cp(path.join(place, 'A'), path.join(folder, 'one', 'A'), { recursive: true });
    await expect(auditDataset({ ...quick, folder: path.join(folder, 'one') })).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(/the single class A/),
    });
    await expect(auditDataset({ folder: place, folds: 1 })).rejects.toThrow(
      /folds must be a whole number from 2 to 100/,
    );
  });

  it('can be stopped', async () => {
    const signal = AbortSignal.abort();
    await expect(auditDataset({ ...quick, folder: path.join(folder, 'planted'), signal })).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
    });
  });
});

const archive = sharedArchive('ChestXRay2017-originals-200.zip');

describe.skipIf(archive === undefined)('auditDataset on real X-rays', () => {
  it('finds the shortcuts that are known of them', async () => {
    const place = path.join(folder, 'originals');
    for await (const { name, bytes } of readArchive(archive as string, (name) => name.endsWith('.jpeg'))) {
      const file = path.join(place, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    const result = await auditDataset({ folder: place, bootstrap: 300 });
    expect(result).toMatchObject({ images: 200, positive: 'PNEUMONIA' });
    // Of 1,566 originals: bytes per pixel 0.999, height 0.925, width 0.888, aspect ratio 0.875.
    const known = {
      bytesPerPixel: 0.999,
      height: 0.925,
      width: 0.888,
      aspectRatio: 0.875,
      iccProfile: 1,
      restartMarkers: 1,
    };
    for (const [id, auc] of Object.entries(known)) {
      expect(Math.abs((find(result, id).auc as number) - auc)).toBeLessThan(0.02);
      expect(find(result, id).verdict).toBe('strong');
    }
    expect(find(result, 'exif').auc).toBeGreaterThan(0.97);
    expect(find(result, 'iccProfile').contrast).toEqual({ measure: 'share', of: '2036 bytes', positive: 0, others: 1 });
    expect(find(result, 'fileTogether').auc).toBeGreaterThan(0.999);
    // All colour files are of one class: few images, but those for certain.
    expect(find(result, 'colourMode')).toMatchObject({
      verdict: 'some',
      giveaways: [{ images: 24, side: 'positive' }],
    });
    expect(find(result, 'progressive').contrast).toMatchObject({ others: expect.any(Number) });
    // What survives the article's resize, of 5,216 images: 0.88, 0.85, 0.82, 0.78, 0.75.
    for (const [id, auc] of Object.entries({ laplacian: 0.88, percentile99: 0.82, black: 0.78, percentile1: 0.75 })) {
      expect(Math.abs((find(result, id).auc as number) - auc)).toBeLessThan(0.06);
      expect(isLeak(find(result, id))).toBe(true);
    }
    for (const id of ['width', 'height', 'aspectRatio', 'iccProfile', 'exif', 'colourMode']) {
      expect(after(result, id, 'article')).toMatchObject({ effect: 'removes', auc: 0.5 });
    }
  });
});
