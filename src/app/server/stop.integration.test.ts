import { describe, expect, it } from 'vitest';
import { drawChest } from '../../../test/service-images.ts';
import { problemSchema } from './contract.ts';
import { startService, type RunningService } from './serve.ts';

async function explain({ url }: RunningService, bytes: Uint8Array): Promise<number> {
  const body = new Uint8Array(bytes);
  const response = await fetch(`${url}/api/v1/explain`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'image/png' },
  });
  return response.ok || problemSchema.parse(await response.json()).code === 'shutting-down' ? response.status : NaN;
}

describe('a service that stops', () => {
  it('says so for a while, then refuses connections; what it accepted is answered', async () => {
    const service = await startService({ port: 0, workers: 1 });
    const bytes = await drawChest(0);
    const accepted = Array.from({ length: 3 }, () => explain(service, bytes));
    await expect.poll(() => countOpen(service), { interval: 2, timeout: 30_000 }).toBeGreaterThanOrEqual(1);
    await Promise.all(accepted.slice(0, 1));
    const closed = service.close({ drain: 600 });
    const ready = await fetch(`${service.url}/readyz`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect(await explain(service, bytes)).toBe(503);
    await closed;
    expect(await Promise.all(accepted)).toEqual([200, 200, 200]);
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow('fetch failed');
  }, 60_000);

  it('ends within its limit: what is not answered by then is refused', async () => {
    const service = await startService({ port: 0, workers: 1, stopLimit: 100, queueSize: 200 });
    const bytes = await drawChest(0);
    const asked = Array.from({ length: 150 }, () => explain(service, bytes));
    await expect.poll(() => countOpen(service), { interval: 2, timeout: 30_000 }).toBeGreaterThanOrEqual(20);
    const began = performance.now();
    await service.close();
    expect(performance.now() - began).toBeLessThan(3000);
    const statuses = await Promise.all(asked);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
  }, 60_000);

  it('waits no longer for a client that sends nothing more', async () => {
    const service = await startService({ port: 0, workers: 1, stopLimit: 100 });
    const { promise: aborted, resolve } = Promise.withResolvers<unknown>();
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
    const headers = { 'content-type': 'image/png' };
    fetch(`${service.url}/api/v1/classify`, { method: 'POST', body, headers, duplex: 'half' }).then(
      ({ status }) => resolve(status),
      resolve,
    );
    await expect.poll(async () => (await fetch(`${service.url}/metrics`)).status).toBe(200);
    const began = performance.now();
    await service.close();
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await aborted).toBeInstanceOf(TypeError);
  }, 60_000);
});

/** Images that wait or are worked on. */
async function countOpen({ url }: RunningService): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return read('pneumoscope_queue_length') + read('pneumoscope_images_running');
}
