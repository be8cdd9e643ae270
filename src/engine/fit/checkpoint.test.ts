import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBufferFile } from '../runtime/buffer-files.ts';
import { CheckpointStore, requireSameTraining, type BufferStore, type TrainingProgress } from './checkpoint.ts';
import { startOfTraining } from './fit.ts';

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'checkpoint-')), 'checkpoint');
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

const identity = { network: 'tiny', 'optimizer.learningRate': 0.1 };
const buffers = ['weights', 'states', 'bestWeights', 'bestStates'];

/** A training of which every number is `value`. */
class FakeTraining implements BufferStore {
  value = 0;
  readonly written: string[] = [];
  failure: Error | undefined;

  save(files: Parameters<BufferStore['save']>[0]): ReturnType<BufferStore['save']> {
    return Promise.resolve().then(() =>
      files.map(({ buffer, path: file }, index) => {
        if (this.failure !== undefined && index > 0) throw this.failure;
        this.written.push(buffer);
        return writeBufferFile(file, new Float32Array(100).fill(this.value), buffer);
      }),
    );
  }
}

const at = (step: number, bestStep: number | null = null): TrainingProgress => ({ ...startOfTraining, step, bestStep });
const stateFile = (store: CheckpointStore): string => path.join(store.latest?.folder ?? '', 'state.json');

async function saveOne(): Promise<CheckpointStore> {
  const store = await CheckpointStore.open(folder);
  await store.save(new FakeTraining(), buffers.slice(0, 2), identity, at(7));
  return store;
}

describe('a checkpoint', () => {
  it('comes back as it was', async () => {
    const progress: TrainingProgress = {
      ...at(7),
      epoch: 2,
      stepInEpoch: 3,
      metrics: [{ loss: 0.1 + 0.2, labels: [0, 1], probabilities: [Math.fround(0.1), 1] }],
      earlyStopping: { best: 1 / 3, bestEpoch: 1, wait: 1, stopped: false },
    };
    const store = await CheckpointStore.open(folder);
    expect(store.latest).toBeUndefined();
    await store.save(new FakeTraining(), buffers.slice(0, 2), identity, progress);
    const { latest } = await CheckpointStore.open(folder);
    expect(latest).toEqual(store.latest);
    expect(latest?.progress).toEqual(progress);
    expect(latest?.identity).toEqual(identity);
    expect(latest?.files.map(({ buffer, bytes }) => [buffer, bytes])).toEqual([
      ['weights', 400],
      ['states', 400],
    ]);
  });

  it('replaces the one before', async () => {
    const store = await saveOne();
    await store.save(new FakeTraining(), buffers.slice(0, 2), identity, at(8));
    expect(await readdir(folder)).toEqual(['checkpoint-00000002']);
    expect((await CheckpointStore.open(folder)).latest?.progress.step).toBe(8);
  });

  it('writes the best weights only when they changed', async () => {
    const training = new FakeTraining();
    const store = await CheckpointStore.open(folder);
    const contents = async (): Promise<number[]> =>
      await Promise.all(
        ['weights', 'bestWeights'].map(async (name) => {
          const bytes = await readFile(path.join(store.latest?.folder ?? '', `${name}.f32`));
          return bytes.readFloatLE(396);
        }),
      );
    training.value = 1;
    await store.save(training, buffers, identity, at(10, 10));
    expect([training.written.splice(0), await contents()]).toEqual([
      ['weights', 'states'],
      [1, 1],
    ]);
    training.value = 2;
    await store.save(training, buffers, identity, at(20, 10));
    expect([training.written.splice(0), await contents()]).toEqual([
      ['weights', 'states'],
      [2, 1],
    ]);
    const reopened = await CheckpointStore.open(folder);
    training.value = 3;
    await reopened.save(training, buffers, identity, at(30, 10));
    expect(training.written.splice(0)).toEqual(['weights', 'states']);
    const digests = reopened.latest?.files.map(({ crc32 }) => crc32);
    expect(digests?.[0]).not.toBe(digests?.[2]);
    // The best ones of step 25 were never on the disk.
    await reopened.save(training, buffers, identity, at(40, 25));
    expect(training.written).toEqual(buffers);
  });

  it('that fails leaves the one before, and nothing else', async () => {
    const store = await saveOne();
    const training = new FakeTraining();
    training.failure = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const saving = store.save(training, buffers.slice(0, 2), identity, at(8));
    await expect(saving).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringMatching(/disk is full; the last good checkpoint, after step 7, is kept; .*--resume/),
    });
    expect(await readdir(folder)).toEqual(['checkpoint-00000001']);
    expect((await CheckpointStore.open(folder)).latest?.progress.step).toBe(7);
    training.failure = undefined;
    await store.save(training, buffers.slice(0, 2), identity, at(9));
    expect((await CheckpointStore.open(folder)).latest?.progress.step).toBe(9);
  });

  it('of weights that are not finite is not written', async () => {
    const store = await saveOne();
    const training = new FakeTraining();
    training.value = NaN;
    const saving = store.save(training, buffers.slice(0, 2), identity, at(8));
    await expect(saving).rejects.toMatchObject({ code: 'E_NOT_FINITE' });
    expect(await readdir(folder)).toEqual(['checkpoint-00000001']);
  });

  it('sweeps up what killed processes left', async () => {
    await saveOne();
    for (const name of ['checkpoint-00000002.part', 'checkpoint-00000001.old']) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'weights.f32'), 'half');
    }
    expect((await CheckpointStore.open(folder)).latest?.progress.step).toBe(7);
    expect(await readdir(folder)).toEqual(['checkpoint-00000001']);
  });

  it('of which two are whole: the newer one counts, the older one goes', async () => {
    const store = await saveOne();
    const older = store.latest?.folder as string;
    const saved = await Promise.all(
      (await readdir(older)).map(async (name) => [name, await readFile(path.join(older, name))] as const),
    );
    await store.save(new FakeTraining(), buffers.slice(0, 2), identity, at(8));
    await mkdir(older);
    for (const [name, bytes] of saved) await writeFile(path.join(older, name), bytes);
    expect((await CheckpointStore.open(folder)).latest?.progress.step).toBe(8);
    expect(await readdir(folder)).toEqual(['checkpoint-00000002']);
  });

  it.each<[string, (file: string) => Promise<unknown>, RegExp]>([
    ['missing', (file) => unlink(file), /it does not exist/],
    ['empty', (file) => truncate(file, 0), /not whole JSON/],
    ['cut off', async (file) => truncate(file, (await stat(file)).size - 20), /not whole JSON/],
    ['something else', (file) => writeFile(file, '{"epoch": 3}'), /checksum differs/],
    [
      'changed in one digit',
      async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('"step":7', '"step":8')),
      /checksum differs/,
    ],
  ])('whose state.json is %s is refused in one sentence', async (_, damage, reason) => {
    const file = stateFile(await saveOne());
    await damage(file);
    const opening = CheckpointStore.open(folder);
    await expect(opening).rejects.toMatchObject({ code: 'E_CHECKPOINT', message: expect.stringMatching(reason) });
    await expect(opening).rejects.toThrow(file);
  });

  it('is cleared with its folder', async () => {
    const store = await saveOne();
    await store.clear();
    expect(await stat(folder).catch(() => undefined)).toBeUndefined();
  });
});

describe('another training', () => {
  it('is told apart by name', async () => {
    const { latest } = await saveOne();
    const compare = (wanted: Record<string, unknown>) => () => requireSameTraining(latest as never, wanted);
    expect(compare({ ...identity })).not.toThrow();
    expect(compare({ ...identity, 'optimizer.learningRate': 0.2, seed: 1 })).toThrow(
      expect.objectContaining({
        code: 'E_CHECKPOINT',
        message: expect.stringContaining('optimizer.learningRate was 0.1 and is 0.2; seed differs'),
      }),
    );
    expect(compare({ ...identity, network: 'x'.repeat(300) })).toThrow(/: network differs\. /);
  });
});
