import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { augment } from '../../imaging/augment/augmentation.ts';
import { articleAugmentation, drawAugmentation } from '../../imaging/augment/augmentation-spec.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { RandomGenerator } from '../../base/random.ts';
import { openBatchLoader, type BatchLoaderOptions } from './batches.ts';
import type { Batch, BatchLoader } from '../../engine/fit/batch.ts';
import { epochOrder } from '../../engine/fit/epoch-order.ts';
import { buildBatch } from './build-batch.ts';

const spec = createPreprocessingSpec(12, 10);
const size = 120;
const count = 23;
const pixels = new Uint8Array(new SharedArrayBuffer(count * size));
const random = new RandomGenerator(1);
for (let i = 0; i < pixels.length; i++) pixels[i] = random.integer(256);
const labels = Array.from({ length: count }, (_, i) => i % 3);
const base = { pixels, labels, spec, batchSize: 5, seed: 42 } satisfies BatchLoaderOptions;

const open: BatchLoader[] = [];
function openLoader(options: Partial<BatchLoaderOptions> = {}): BatchLoader {
  const loader = openBatchLoader({ ...base, ...options });
  open.push(loader);
  return loader;
}
afterEach(() => Promise.all(open.splice(0).map((loader) => loader.close())));

const copyOf = ({ images, labels: classes, indices }: Batch) => ({
  images: [...images],
  labels: [...classes],
  indices: [...indices],
});

async function readEpoch(loader: BatchLoader, epoch: number, shuffle: boolean, startBatch = 0) {
  const batches = [];
  for await (const batch of loader.epoch(epoch, { shuffle, startBatch })) {
    batches.push(copyOf(batch));
    loader.release(batch);
    batch.images.fill(Number.NaN);
  }
  return batches;
}

describe('openBatchLoader', () => {
  it('gives the images in file order, unchanged, the last batch partial', async () => {
    const batches = await readEpoch(openLoader(), 0, false);
    expect(batches.map(({ labels: classes }) => classes.length)).toEqual([5, 5, 5, 5, 3]);
    expect(batches.flatMap(({ indices }) => indices)).toEqual(labels.map((_, i) => i));
    expect(batches.flatMap(({ labels: classes }) => classes)).toEqual(labels);
    const expected = [...pixels].map((value) => Math.fround(value * Math.fround(1 / 255)));
    expect(batches.flatMap(({ images }) => images)).toEqual(expected);
  });

  it('shuffles each epoch anew, with the labels of the images', async () => {
    const loader = openLoader();
    const first = (await readEpoch(loader, 0, true)).flatMap(({ indices }) => indices);
    const second = await readEpoch(loader, 1, true);
    const order = second.flatMap(({ indices }) => indices);
    expect(first).toEqual([...new RandomGenerator(42, 1, 0).permutation(count)]);
    expect(order).not.toEqual(first);
    expect(order.toSorted((a, b) => a - b)).toEqual(labels.map((_, i) => i));
    expect(second.flatMap(({ labels: classes }) => classes)).toEqual(order.map((index) => labels[index]));
    expect(second.flatMap(({ images }) => images)[7]).toBe(
      Math.fround((pixels[(order[0] ?? 0) * size + 7] ?? 0) * Math.fround(1 / 255)),
    );
  });

  it('augments by seed, epoch and position alone', async () => {
    const augmentation = articleAugmentation;
    const whole = await readEpoch(openLoader({ augmentation }), 3, true);
    expect(await readEpoch(openLoader({ augmentation, prefetch: 7 }), 3, true, 2)).toEqual(whole.slice(2));
    expect(await readEpoch(openLoader({ augmentation, seed: 43 }), 3, true)).not.toEqual(whole);
    expect((await readEpoch(openLoader({ augmentation }), 4, true))[0]).not.toEqual(whole[0]);
    const source = { ...base, labels: Float32Array.from(labels), augmentation };
    whole.forEach((batch, i) => {
      expect(copyOf(buildBatch(source, epochOrder(count, 42, 3, true), 3, i))).toEqual(batch);
    });
    // Image 2 of batch 1 stands at position 7.
    const index = whole[1]?.indices[2] ?? 0;
    const image = pixels.subarray(index * size, (index + 1) * size);
    const expected = new Float32Array(size);
    augment(image, 12, 10, drawAugmentation(augmentation, new RandomGenerator(42, 2, 3, 7)), expected, 0);
    expect(whole[1]?.images.slice(2 * size, 3 * size)).toEqual([...expected]);
  });

  it('uses memory again that was given back', async () => {
    const loader = openLoader({ batchSize: 2 });
    let detached = 0;
    const held: Batch[] = [];
    for await (const batch of loader.epoch(0, { shuffle: false })) {
      detached += held.filter(({ images }) => images.buffer.detached).length;
      held.length = 0;
      held.push(batch);
      loader.release(batch);
      loader.release(batch);
    }
    expect(detached).toBeGreaterThanOrEqual(8);
  });

  it('bears that the memory moved elsewhere before it is given back', async () => {
    const loader = openLoader();
    const seen = [];
    for await (const batch of loader.epoch(0, { shuffle: false })) {
      seen.push(...batch.indices);
      structuredClone(batch.images, { transfer: [batch.images.buffer] });
      loader.release(batch);
    }
    expect(seen).toHaveLength(count);
  });

  it('takes pixels that are not shared', async () => {
    expect(await readEpoch(openLoader({ pixels: Uint8Array.from(pixels) }), 2, true)).toEqual(
      await readEpoch(openLoader(), 2, true),
    );
  });

  it('reads two epochs at once', async () => {
    const loader = openLoader({ augmentation: articleAugmentation });
    const [a, b] = await Promise.all([readEpoch(loader, 0, true), readEpoch(loader, 1, false)]);
    expect(a).toEqual(await readEpoch(loader, 0, true));
    expect(b).toEqual(await readEpoch(loader, 1, false));
  });

  it('can be left in the middle and used again', async () => {
    const loader = openLoader();
    for (let i = 0; i < 10; i++) {
      for await (const batch of loader.epoch(i, { shuffle: true })) {
        expect(batch.count).toBe(5);
        break;
      }
    }
    expect(await readEpoch(loader, 0, true)).toHaveLength(5);
  });

  it('fails whoever waits when it is closed, and whoever asks later', async () => {
    const loader = openLoader();
    const waiting = readEpoch(loader, 0, true).catch(String);
    await loader.close();
    expect(await waiting).toMatch('closed');
    await expect(readEpoch(loader, 0, true)).rejects.toThrow('closed');
    await loader.close();
  });

  it('hands on what goes wrong in the thread', async () => {
    const augmentation = { ...articleAugmentation, zoom: null as unknown as number };
    const loader = openLoader({ augmentation });
    await expect(readEpoch(loader, 0, true)).rejects.toThrow(TypeError);
    await expect(readEpoch(loader, 0, true)).rejects.toThrow(TypeError);
  });

  it('refuses pixels that do not fit the labels', () => {
    expect(() => openBatchLoader({ ...base, labels: [1] })).toThrow('1 labels need 120 bytes, not 2760');
  });

  it('lets the process end although it was not closed', async () => {
    const script = `
      const { openBatchLoader } = await import(${JSON.stringify(new URL('./batches.ts', import.meta.url).href)});
      const spec = ${JSON.stringify(createPreprocessingSpec(4))};
      const loader = openBatchLoader({ pixels: new Uint8Array(160), labels: new Float32Array(10), spec, batchSize: 4, seed: 1 });
      for await (const batch of loader.epoch(0, { shuffle: true })) { console.log(batch.count); break; }`;
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      timeout: 20_000,
    });
    expect((await run).stdout).toBe('4\n');
  });
});
