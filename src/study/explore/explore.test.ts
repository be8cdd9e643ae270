import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawGoldenImage, exploreGolden } from '../../../test/fixtures/inspection/explore-golden.ts';
import { exploreDataset, type ExploreResult } from './explore.ts';

const { size, counts, classes } = exploreGolden;
let folder = '';
let golden = '';

async function write(file: string, pixels: Uint8Array, width: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const height = pixels.length / width;
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(file);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'explore-'));
  golden = path.join(folder, 'golden');
  for (const label of ['A', 'B'] as const) {
    for (let i = 0; i < counts[label]; i++) {
      await write(path.join(golden, label, `${i}.png`), drawGoldenImage(label, i), size);
    }
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const small = { replicates: 100, samplesPerClass: 3 } as const;

/** Two splits; patients with several images; a wide image; one file that is no image. */
async function writeSplit(root: string): Promise<void> {
  const gray = (level: number, length = 64 * 64): Uint8Array => new Uint8Array(length).fill(level);
  await write(path.join(root, 'train', 'NORMAL', 'IM-0001-0001.png'), gray(10), 64);
  await write(path.join(root, 'train', 'NORMAL', 'IM-0001-0002.png'), gray(20), 64);
  await write(path.join(root, 'train', 'PNEUMONIA', 'person1_bacteria_1.png'), gray(100, 96 * 48), 96);
  await write(path.join(root, 'train', 'PNEUMONIA', 'person2_virus_2.png'), gray(200), 64);
  await write(path.join(root, 'test', 'NORMAL', 'IM-0002-0001.png'), gray(30), 64);
  await write(path.join(root, 'test', 'PNEUMONIA', 'person3_bacteria_3.png'), gray(60), 64);
  await write(path.join(root, 'test', 'PNEUMONIA', 'unnamed.png'), gray(70), 64);
  await writeFile(path.join(root, 'train', 'NORMAL', 'IM-0003-0001.png'), 'not an image');
}

function groupOf({ figures, pixels }: ExploreResult, label: string, split: string | null) {
  const index = figures.groups.findIndex((group) => group.label === label && group.split === split);
  return { ...figures.groups[index], statistics: pixels[index]?.statistics };
}

describe('exploreDataset', () => {
  it('gives the figures of numpy', async () => {
    const result = await exploreDataset({ folder: golden, size, ...small });
    for (const label of ['A', 'B'] as const) {
      const { images, statistics, histogram } = groupOf(result, label, null);
      expect(images).toBe(counts[label]);
      const every = (values: Float64Array): number[] => [...values].filter((_, at) => at % 7 === 0);
      every(statistics?.mean as Float64Array).forEach((value, at) => {
        expect(value).toBeCloseTo(classes[label].mean[at] as number, 9);
      });
      every(statistics?.standardDeviation as Float64Array).forEach((value, at) => {
        expect(value).toBeCloseTo(classes[label].standardDeviation[at] as number, 9);
      });
      classes[label].histogram.forEach((share, at) => expect(histogram?.[at * 16]).toBeCloseTo(share, 12));
      for (const { region, classes: own } of result.figures.variability) {
        const found = own.find((one) => one.label === label)?.standardDeviation;
        expect(found).toBeCloseTo(classes[label].regions[region] as number, 9);
      }
    }
    expect(result.figures.synthetic).toBe(false);
  });

  it('is the same to the last bit however many files are in work at once', async () => {
    const one = await exploreDataset({ folder: golden, size: 48, concurrency: 1, ...small });
    const many = await exploreDataset({ folder: golden, size: 48, concurrency: 16, ...small });
    expect(many).toEqual(one);
  });

  it('counts by class and split, and leaves out what cannot be read', async () => {
    const root = path.join(folder, 'split');
    await writeSplit(root);
    const result = await exploreDataset({ folder: root, size: 32, ...small });
    const { figures, samples, sizes } = result;
    expect(figures).toMatchObject({ images: 7, patients: 6, splits: ['train', 'test'] });
    expect(figures.unreadable).toEqual([
      { file: 'train/NORMAL/IM-0003-0001.png', reason: expect.stringContaining('is not an image') as string },
    ]);
    const pneumonia = groupOf(result, 'PNEUMONIA', null);
    expect(pneumonia).toMatchObject({
      images: 4,
      patients: 4,
      imagesWithoutPatient: 1,
      germs: { bacteria: 2, virus: 1, untold: 1 },
      imagesPerPatient: [[1, 3]],
      onlySize: null,
      aspect: { lowest: 1, median: 1, highest: 2 },
      meanLevel: (100 + 200 + 60 + 70) / 4,
    });
    expect(groupOf(result, 'NORMAL', 'train')).toMatchObject({
      images: 2,
      patients: 1,
      imagesPerPatient: [[2, 1]],
      onlySize: { width: 64, height: 64 },
    });
    // The whole class is the sum of its splits.
    expect(pneumonia.statistics?.mean[0]).toBe((100 + 200 + 60 + 70) / 4);
    expect(groupOf(result, 'PNEUMONIA', 'test').statistics?.mean[0]).toBe(65);
    expect(groupOf(result, 'PNEUMONIA', 'test').statistics?.standardDeviation?.[0]).toBeCloseTo(Math.sqrt(50), 12);
    expect(sizes[1]?.widths.toSorted()).toEqual([64, 64, 64, 96]);
    // One image of each patient, its aspect ratio kept.
    expect(samples.filter(({ label }) => label === 'NORMAL')).toHaveLength(2);
    expect(
      samples.find(({ file }) => file.endsWith('person1_bacteria_1.png')) ?? { width: 288, height: 144 },
    ).toMatchObject({ width: 288, height: 144 });
  });

  it('takes labels and splits from a table', async () => {
    const root = path.join(folder, 'split');
    const table = path.join(folder, 'labels.csv');
    const rows = ['file,label,patient', 'test/PNEUMONIA/unnamed.png,ill,7', 'test/NORMAL/IM-0002-0001.png,well,8'];
    await writeFile(table, `${rows.join('\n')}\n`);
    const { figures } = await exploreDataset({ folder: root, labels: table, size: 32, ...small });
    expect(figures).toMatchObject({ images: 2, patients: 2, classNames: ['ill', 'well'], splits: [] });
    expect(figures.variability[0]?.classes[0]).toEqual({ label: 'ill', standardDeviation: null, interval: null });
  });

  it('fails where nothing can be read, and says why', async () => {
    const root = path.join(folder, 'broken');
    await mkdir(path.join(root, 'NORMAL'), { recursive: true });
    await writeFile(path.join(root, 'NORMAL', 'a.jpeg'), '');
    await expect(exploreDataset({ folder: root })).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(/none of the 1 images of .* can be read: .*a\.jpeg is empty/) as string,
    });
  });

  it('refuses impossible settings and stops when it is told to', async () => {
    await expect(exploreDataset({ folder: golden, size: 20 })).rejects.toThrow(
      /the size is 20, but a whole number from 32 to 1024/,
    );
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 5) stop.abort();
    };
    await expect(exploreDataset({ folder: golden, onProgress, signal: stop.signal })).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
    });
  });
});
