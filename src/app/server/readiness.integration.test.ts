// oxlint-disable-next-line pneumoscope/layers -- it ends threads as a crash would
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { drawChest, drawTinyWebp, formOf } from '../../../test/service-images.ts';
import { problemSchema, readinessSchema } from './contract.ts';
import { startService } from './serve.ts';

describe('the readiness of a service', () => {
  it('waits for no user: it is told at once while the queue is full', async () => {
    const service = await startService({ port: 0, workers: 1, queueSize: 40 });
    try {
      const bytes = await drawChest(0);
      const explain = async (): Promise<number> => {
        const headers = { 'content-type': 'image/png' };
        const body = new Uint8Array(bytes);
        return (await fetch(`${service.url}/api/v1/explain`, { method: 'POST', body, headers })).status;
      };
      await explain();
      const asked = Array.from({ length: 60 }, explain);
      const until = performance.now() + 7000;
      let probes = 0;
      // Longer than a result holds.
      while (performance.now() < until) {
        const began = performance.now();
        const ready = await fetch(`${service.url}/readyz`);
        expect(ready.status).toBe(200);
        expect(readinessSchema.parse(await ready.json())).toMatchObject({ ready: true, models: [{ ok: true }] });
        expect(performance.now() - began).toBeLessThan(1000);
        probes += 1;
        asked.push(...Array.from({ length: 4 }, explain));
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(probes).toBeGreaterThan(5);
      expect(new Set(await Promise.all(asked))).toEqual(new Set([200, 429]));
    } finally {
      await service.close();
    }
  }, 90_000);

  it('is no worse for threads that die of something else while the known image is in them', async () => {
    let deadly = 0;
    // oxlint-disable-next-line typescript/unbound-method -- it is applied to the worker that is told something
    const post = Worker.prototype.postMessage;
    const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
      post.apply(this, message);
      if (deadly === 0 || !JSON.stringify(message[0]).includes('"kind":"test"')) return;
      deadly -= 1;
      void this.terminate();
    });
    const service = await startService({ port: 0, workers: 1, warn: () => undefined });
    try {
      // A result holds for five seconds.
      await new Promise((resolve) => setTimeout(resolve, 5100));
      deadly = 3;
      const until = performance.now() + 8000;
      while (performance.now() < until) {
        expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(deadly).toBe(0);
    } finally {
      spy.mockRestore();
      await service.close();
    }
  }, 90_000);

  it('is red, and its health too, while no thread lives; who asks hears so at once', async () => {
    const warnings: string[] = [];
    const workers: Worker[] = [];
    // oxlint-disable-next-line typescript/unbound-method -- it is applied to the worker that is told something
    const post = Worker.prototype.postMessage;
    const spy = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
      workers.push(this);
      post.apply(this, message);
    });
    const service = await startService({ port: 0, workers: 1, warn: (sentence) => warnings.push(sentence) });
    const status = async (to: string): Promise<number> => (await fetch(service.url + to)).status;
    try {
      expect(await status('/healthz')).toBe(200);
      // Again and again, until a pause comes.
      while ((await status('/healthz')) === 200) await workers.at(-1)?.terminate();
      expect(await status('/readyz')).toBe(503);
      const began = performance.now();
      const body = new Uint8Array(await drawChest(0));
      const headers = { 'content-type': 'image/png' };
      const response = await fetch(`${service.url}/api/v1/classify`, { method: 'POST', body, headers });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(problemSchema.parse(await response.json()).code).toBe('not-ready');
      expect(performance.now() - began).toBeLessThan(2000);
      expect(warnings[0]).toBe(
        'A thread of the service died (the thread of the service worker ended (code 1)). No thread is left. Another takes its place',
      );
      expect(warnings.at(-1)).toMatch(/Another takes its place in \d+(\.\d+)? s$/);
      await expect.poll(() => status('/readyz'), { timeout: 30_000, interval: 50 }).toBe(200);
      expect(await status('/healthz')).toBe(200);
    } finally {
      spy.mockRestore();
      await service.close();
    }
  }, 90_000);
});

describe('a request that the queue can never hold', () => {
  it('is too large, by its images or by their pixels', async () => {
    const service = await startService({ port: 0, workers: 1, queueSize: 4 });
    try {
      const chest = await drawChest(0);
      const send = async (count: number, bytes: Uint8Array = chest): Promise<unknown> => {
        const body = formOf(Array.from({ length: count }, (_, index) => [`${index}.png`, bytes] as const));
        const response = await fetch(`${service.url}/api/v1/classify`, { method: 'POST', body });
        return response.ok ? 200 : problemSchema.parse(await response.json());
      };
      expect(await send(4)).toBe(200);
      expect(await send(5)).toMatchObject({
        status: 413,
        detail: 'A request may hold 4 images at most; send fewer at once.',
      });
      expect(await send(2, drawTinyWebp())).toMatchObject({
        status: 413,
        detail:
          'The images have 48 million pixels together, and the service takes 25 million at once; send fewer in one request.',
      });
    } finally {
      await service.close();
    }
  }, 60_000);
});
