// oxlint-disable-next-line pneumoscope/layers -- it ends threads as a crash would
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawChest } from '../../../test/service-images.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import { readModelBytes } from '../../engine/onnx/read-graph.ts';
import type { ThreadDeath } from './thread-crew.ts';
import { WorkerPool, type PoolSettings } from './worker-pool.ts';

const key = 'model';
const source = 'shipped.onnx';
const readBytes = (): Promise<Uint8Array<SharedArrayBuffer>> =>
  readModelBytes(defaultModelPath(), (size) => new Uint8Array(new SharedArrayBuffer(size)));

let pool: WorkerPool | undefined;
let bytes: Uint8Array<SharedArrayBuffer>;
let deaths: ThreadDeath[] = [];
/** Those that live. */
let workers = new Set<Worker>();

afterEach(async () => {
  await pool?.close();
  pool = undefined;
  vi.restoreAllMocks();
});

async function start(settings: Partial<PoolSettings> = {}): Promise<WorkerPool> {
  deaths = [];
  workers = new Set();
  bytes = await readBytes();
  // oxlint-disable-next-line typescript/unbound-method -- it is applied to the worker that is told something
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
    if (!workers.has(this)) this.once('exit', () => workers.delete(this));
    workers.add(this);
    post.apply(this, message);
  });
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
      onDeath: (death) => deaths.push(death),
      ...settings,
    },
    new Map([[key, { bytes, source }]]),
  );
  return pool;
}

async function killOne(): Promise<void> {
  const [worker] = workers;
  await worker?.terminate();
}

const patience = { timeout: 60_000, interval: 5 };

describe('threads that die', () => {
  it('are replaced for ever, each death told with its cause, and requests fail at once while there is none', async () => {
    const own = await start();
    while (!own.isDown) {
      const before = deaths.length;
      await vi.waitFor(() => expect([...workers]).toHaveLength(1), patience);
      await killOne();
      await vi.waitFor(() => expect(deaths.length).toBeGreaterThan(before), patience);
    }
    const ended = { message: 'the thread of the service worker ended (code 1)' };
    expect(deaths[0]).toMatchObject({ pause: 0, threads: 0, cause: ended });
    expect(deaths.at(-1)?.pause).toBeGreaterThan(0);
    const began = performance.now();
    const image = await drawChest(0);
    const refused = await own.run(key, { kind: 'classify', bytes: image }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'not-ready', status: 503, retryAfter: expect.any(Number) as number });
    expect(performance.now() - began).toBeLessThan(1000);
    await vi.waitFor(() => expect([own.isDown, own.threads]).toEqual([false, 1]), patience);
    const { answer } = await own.run(key, { kind: 'classify', bytes: image });
    expect(answer.status).toBe('answered');
    expect(own.deaths).toBe(deaths.length);
  }, 120_000);

  it('answer nothing that waits with silence: it is refused when the last one is gone', async () => {
    const own = await start();
    const good = bytes.slice();
    // No thread that starts from now on can load it.
    bytes.fill(0);
    const image = await drawChest(0);
    const asked = Array.from({ length: 6 }, () => own.run(key, { kind: 'classify', bytes: image }));
    const settled = Promise.allSettled(asked);
    await killOne();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not-ready' } });
    }
    expect([own.isDown, own.threads, own.queued, own.running]).toEqual([true, 0, 0, 0]);
    expect(() => own.assertRoom([])).toThrow(expect.objectContaining({ code: 'not-ready' }) as Error);
    await expect(own.run(key, { kind: 'test', bytes: image })).rejects.toMatchObject({ code: 'not-ready' });
    bytes.set(good);
    await vi.waitFor(() => expect(own.threads).toBe(1), patience);
    expect((await own.run(key, { kind: 'classify', bytes: image })).answer.status).toBe('answered');
  }, 120_000);

  it('are not waited for when the pool closes', async () => {
    const own = await start();
    bytes.fill(0);
    const asked = own.run(key, { kind: 'classify', bytes: await drawChest(0) }).catch((error: unknown) => error);
    await killOne();
    await own.close();
    expect(await asked).toMatchObject({ code: expect.stringMatching(/not-ready|shutting-down/) as string });
  });
});

describe('a thread that cannot load its models', () => {
  it('is buried with the reason, and tried again until it can', async () => {
    const own = await start({ workers: 2 });
    const good = bytes.slice();
    bytes.fill(0);
    await killOne();
    await vi.waitFor(() => expect(deaths.length).toBeGreaterThanOrEqual(3), patience);
    expect(deaths[1]?.cause).toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringContaining(source) as string,
    });
    // The other one goes on alone.
    expect([own.isDown, own.threads]).toEqual([false, 1]);
    expect((await own.run(key, { kind: 'classify', bytes: await drawChest(0) })).answer.status).toBe('answered');
    bytes.set(good);
    await vi.waitFor(() => expect(own.threads).toBe(2), patience);
    const pauses = deaths.slice(1).map(({ pause }) => pause);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  }, 120_000);
});
