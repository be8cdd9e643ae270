/** Real chest X-rays: what is known of them must be found. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArchive, sharedArchive } from '../../../test/shared-data.ts';
import { writeFiles } from '../../../test/fixtures/inspection/check-images.ts';
import { checkDataset } from './check.ts';
import { readImageFacts } from '../audit/image-facts.ts';

const archive = sharedArchive('ChestXRay2017-train-224.zip');

describe('the 5,232 images of the training set', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'shared-check-'));
    if (archive === undefined) return;
    for await (const { name, bytes } of readArchive(archive, (entry) => /\.jpe?g$/.test(entry))) {
      await writeFiles(root, { [name]: bytes });
    }
  }, 600_000);

  afterAll(() => rm(root, { recursive: true, force: true }));

  it.skipIf(archive === undefined)(
    'hold 24 groups of identical files, each in one class',
    { timeout: 600_000 },
    async () => {
      const result = await checkDataset({ folder: root });
      expect(result).toMatchObject({
        images: 5232,
        readable: 5232,
        imagesWithoutPatient: 0,
        unreadable: [],
        misnamed: [],
      });
      expect(result.identical).toHaveLength(24);
      expect(result.identical.flatMap(({ images }) => images)).toHaveLength(50);
      expect(new Set(result.identical.map(({ kind }) => kind))).toEqual(new Set(['bytes']));
      expect(result.identical.filter(({ severalLabels }) => severalLabels)).toEqual([]);
      // Chests look alike; of the 13.7 million pairs none may be taken for one image.
      expect(result.similar).toEqual([]);
      expect(result.needsDecision).toBe(false);
    },
  );
});

describe('200 originals', () => {
  const originals = sharedArchive('ChestXRay2017-originals-200.zip');

  // As Pillow says, too.
  it.skipIf(originals === undefined)('tell their class by their metadata', { timeout: 120_000 }, async () => {
    const kinds = new Map<string, number>();
    for await (const { name, bytes } of readArchive(originals as string, (entry) => /\.jpe?g$/.test(entry))) {
      const { iccBytes, exif, restartInterval, progressive, channels, quality } = await readImageFacts(bytes, name);
      const words = [`icc ${iccBytes}`, exif && 'exif', restartInterval > 0 && 'restart', progressive && 'progressive'];
      const kind = [name.split('/').at(-2), ...words, `${channels} at ${quality}`].filter(Boolean).join(' ');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({
      'NORMAL icc 2036 exif restart 1 at 93': 2,
      'NORMAL icc 2036 exif restart 1 at 96': 48,
      'PNEUMONIA icc 0 1 at 75': 124,
      'PNEUMONIA icc 0 3 at 75': 24,
      'PNEUMONIA icc 0 exif progressive 1 at 93': 2,
    });
  });
});
