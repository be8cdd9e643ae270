// oxlint-disable-next-line pneumoscope/layers -- it ends threads as a crash would
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawChest } from '../../../test/service-images.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import { readModelBytes } from '../../engine/onnx/read-graph.ts';
import { WorkerPool, type FinishedBatch, type PoolSettings } from './worker-pool.ts';

const key = 'model';
const modelBytes = await readModelBytes(defaultModelPath(), (size) => new Uint8Array(new SharedArrayBuffer(size)));
const models = new Map([[key, { bytes: modelBytes, source: 'shipped.onnx' }]]);

let pool: WorkerPool | undefined;

afterEach(async () => {
  await pool?.close();
  pool = undefined;
  vi.restoreAllMocks();
});

async function start(settings: Partial<PoolSettings> = {}): Promise<WorkerPool> {
  pool = await WorkerPool.start(
    {
      workers: 1,
      device: 'cpu',
      threads: 1,
      maximumPixels: 1e6,
      batchSize: 4,
      batchWait: 0,
      queueSize: 64,
      timeLimit: 20_000,
      ...settings,
    },
    models,
  );
  return pool;
}

/** The threads in the order in which they are told something from now on. */
function watchWorkers(): Worker[] {
  const workers: Worker[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- it is applied to the worker that is told something
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
    workers.push(this);
    post.apply(this, message);
  });
  return workers;
}

describe('a pool of workers', () => {
  it('takes few that wait one by one', async () => {
    const batches: FinishedBatch[] = [];
    const own = await start({ onBatch: (batch) => batches.push(batch) });
    const bytes = await drawChest(0);
    await Promise.all(Array.from({ length: 4 }, () => own.run(key, { kind: 'classify', bytes })));
    expect(batches.map(({ size }) => size)).toEqual([1, 1, 1, 1]);
  });

  it('takes what waits together where it fills a batch', async () => {
    const batches: FinishedBatch[] = [];
    const own = await start({ onBatch: (batch) => batches.push(batch) });
    const bytes = await drawChest(0, 'jpeg');
    const answers = await Promise.all(Array.from({ length: 10 }, () => own.run(key, { kind: 'classify', bytes })));
    // The idle thread takes the first at once, and the second ahead.
    expect(batches.map(({ size }) => size)).toEqual([1, 1, 4, 4]);
    expect(new Set(answers.map(({ answer }) => answer.logits?.[0]?.toFixed(3))).size).toBe(1);
    expect(answers.every(({ queue, decode, network }) => queue >= 0 && decode > 0 && network > 0)).toBe(true);
  });

  it('waits for a batch to fill up where that is wanted', async () => {
    const batches: FinishedBatch[] = [];
    const own = await start({ batchWait: 300, onBatch: (batch) => batches.push(batch) });
    const bytes = await drawChest(0);
    const first = own.run(key, { kind: 'classify', bytes });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([first, ...Array.from({ length: 3 }, () => own.run(key, { kind: 'classify', bytes }))]);
    expect(batches.map(({ size }) => size)).toEqual([4]);
  });

  it('gives a busy thread the next image ahead, which is tried again where the thread dies of the one before', async () => {
    const running: number[] = [];
    const own = await start({ onBatch: () => running.push(own.running) });
    const bytes = await drawChest(1, 'jpeg');
    const workers = watchWorkers();
    const asked = Array.from({ length: 3 }, () => own.run(key, { kind: 'classify', bytes }));
    expect([workers.length, own.running, own.queued]).toEqual([2, 2, 1]);
    await workers[0]?.terminate();
    const answers = await Promise.all(asked);
    // The first is tried alone; the second is not, so the third was given ahead when it was answered.
    expect(running).toEqual([0, 1, 0]);
    expect(answers.every(({ answer }) => Number.isFinite(answer.probability))).toBe(true);
    expect([own.deaths, own.queued, own.running]).toEqual([1, 0, 0]);
  });

  it('gives nothing ahead to a thread that explains, nor behind an image of another format or of many pixels', async () => {
    const own = await start();
    const bytes = await drawChest(1, 'jpeg');
    const workers = watchWorkers();
    const explain = { kind: 'explain', bytes, target: 'predicted', overlay: false } as const;
    const asked = [own.run(key, explain), own.run(key, { kind: 'classify', bytes })];
    expect([workers.length, own.running, own.queued]).toEqual([1, 1, 1]);
    await Promise.all(asked);
    const others = [await drawChest(1, 'png'), await sharp(bytes).resize(1000, 1000).jpeg({ quality: 10 }).toBuffer()];
    for (const other of others) {
      const after = [other, bytes].map((body) => own.run(key, { kind: 'classify', bytes: body }));
      expect([own.running, own.queued]).toEqual([1, 1]);
      await Promise.all(after);
    }
  });

  it('tries again what a dying thread held, in another thread', async () => {
    const own = await start();
    const bytes = await drawChest(1);
    const workers = watchWorkers();
    const asked = Array.from({ length: 6 }, () => own.run(key, { kind: 'classify', bytes }));
    await workers[0]?.terminate();
    const answers = await Promise.all(asked);
    expect(answers.every(({ answer }) => Number.isFinite(answer.probability))).toBe(true);
    expect([own.threads, own.deaths, own.queued, own.running]).toEqual([1, 1, 0, 0]);
  });

  it.each([
    ['answers a task whose thread died twice', 2],
    ['gives up a task whose thread died three times, and goes on', 3],
  ] as const)('%s', async (_, deaths) => {
    const own = await start();
    const bytes = await drawChest(1);
    const workers = watchWorkers();
    const settled = own.run(key, { kind: 'classify', bytes }).catch((error: unknown) => error);
    for (let death = 1; death <= deaths; death++) {
      // Each new thread is told to load the model, then to work.
      const told = 2 * death - 1;
      await vi.waitFor(() => expect(workers.length).toBeGreaterThanOrEqual(told), { timeout: 20_000, interval: 1 });
      await workers[told - 1]?.terminate();
    }
    const expected = deaths < 3 ? { answer: { status: 'answered' } } : { code: 'internal' };
    expect(await settled).toMatchObject(expected);
    const { answer } = await own.run(key, { kind: 'classify', bytes });
    expect(Number.isFinite(answer.probability)).toBe(true);
  });

  it('gives up what takes too long, and does not begin what nobody waits for', async () => {
    const own = await start({ timeLimit: 1 });
    const bytes = await drawChest(2);
    await expect(own.run(key, { kind: 'classify', bytes })).rejects.toMatchObject({ code: 'timed-out' });
    const gone = AbortSignal.abort();
    await expect(own.run(key, { kind: 'classify', bytes }, gone)).rejects.toMatchObject({ code: 'timed-out' });
    expect(own.queued).toBe(0);
  });

  it('refuses a model that cannot be loaded and keeps the others', async () => {
    const own = await start();
    const cut = new Uint8Array(new SharedArrayBuffer(modelBytes.length / 2));
    cut.set(modelBytes.subarray(0, cut.length));
    const refused = own.load('other', { bytes: cut, source: 'ward.onnx' });
    await expect(refused).rejects.toBeInstanceOf(PneumoscopeError);
    await expect(refused).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringContaining('ward.onnx') as string,
    });
    expect([own.threads, own.deaths]).toEqual([1, 0]);
    const bytes = await drawChest(0);
    expect((await own.run(key, { kind: 'classify', bytes })).batch).toBe(1);
  });

  it('does not start on a device that is not there, and says so in a sentence', async () => {
    const started = start({ device: 'abacus' as 'cuda' });
    await expect(started).rejects.toBeInstanceOf(PneumoscopeError);
    await expect(started).rejects.toMatchObject({ code: 'E_DEVICE' });
  });

  it('takes nothing once it closes', async () => {
    const own = await start();
    const bytes = await drawChest(0);
    const asked = own.run(key, { kind: 'classify', bytes });
    const closed = own.close();
    expect(() => own.assertRoom([])).toThrow(expect.objectContaining({ code: 'shutting-down' }) as Error);
    expect((await asked).batch).toBe(1);
    await closed;
  });
});
