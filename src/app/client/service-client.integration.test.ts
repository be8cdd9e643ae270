import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFile, generateClient } from '../../../scripts/generate-client.ts';
import { drawChest } from '../../../test/service-images.ts';
import { startService, type RunningService } from '../server/serve.ts';
import { Tokens } from '../server/access.ts';
import { ServiceClient } from './service-client.ts';

const token = 'a-token-of-some-length';
let service: RunningService;

beforeAll(async () => {
  service = await startService({ port: 0, workers: 1, tokens: new Tokens([token]) });
});

afterAll(() => service.close());

describe('the client', () => {
  it('is the one that the OpenAPI document gives', async () => {
    expect(readFileSync(clientFile, 'utf8')).toBe(await generateClient());
  });

  it('classifies, explains, lists and asks whether all is well', async () => {
    const client = new ServiceClient({ baseUrl: service.url, token });
    const { models } = await client.listModels();
    const images = [new Blob([new Uint8Array(await drawChest(0))]), new Blob(['no image'])];
    const { results, model } = await client.classify(images, { model: models[0]?.id });
    expect(model.version).toBe(models[0]?.version);
    expect(results.map(({ status }) => status)).toEqual(['answered', 'failed']);
    const { heat, width, height } = await client.explain(images.slice(0, 1), { class: 'NORMAL' });
    expect(heat).toHaveLength(width * height);
    expect((await client.readiness()).ready).toBe(true);
    expect(await client.liveness()).toBe('ok\n');
    expect(await client.metrics()).toContain('pneumoscope_images_total');
    expect((await client.reload()).models).toHaveLength(1);
  });

  it('says what the service refused, in its words', async () => {
    const stranger = new ServiceClient({ baseUrl: service.url });
    await expect(stranger.listModels()).rejects.toMatchObject({
      name: 'ServiceError',
      status: 401,
      code: 'token-missing',
    });
    const client = new ServiceClient({ baseUrl: service.url, token });
    await expect(client.classify([], {})).rejects.toMatchObject({ status: 400, code: 'bad-request' });
    await expect(client.explain([new Blob(['x'])])).rejects.toMatchObject({ code: 'wrong-type' });
  });

  it('given up before or after it asks, rejects once and leaves the process alone', async () => {
    const client = new URL('service-client.ts', import.meta.url).href;
    const script = `
      const { ServiceClient } = await import(${JSON.stringify(client)});
      const client = new ServiceClient({ baseUrl: ${JSON.stringify(service.url)}, token: ${JSON.stringify(token)} });
      const images = [new Blob([new Uint8Array(1000)])];
      const later = new AbortController();
      const signals = [AbortSignal.abort(), later.signal];
      const asked = signals.flatMap((signal) => [client.classify(images, {}, { signal }), client.liveness({ signal })]);
      later.abort();
      for (const { status, reason } of await Promise.allSettled(asked)) console.log(status, reason?.name);
      await new Promise((resolve) => setTimeout(resolve, 300));
      console.log('alive');`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
    expect((await run).stdout.trim().split('\n')).toEqual([
      ...Array.from({ length: 4 }, () => 'rejected AbortError'),
      'alive',
    ]);
  }, 90_000);
});
