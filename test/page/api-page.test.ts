/** The page on which the API can be tried, behind a proxy that puts a path before it. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type RunningService } from '../../src/app/server/serve.ts';
import { findBrowser, launchBrowser } from './browser.ts';

const executable = findBrowser();
const prefix = '/radiology/xray';

let service: RunningService;
let proxy: Server;
let browser: Browser;

beforeAll(async () => {
  if (executable === undefined) return;
  service = await startService({ port: 0, workers: 1 });
  const { hostname, port } = new URL(service.url);
  proxy = createServer((asked, answer) => {
    if (asked.url?.startsWith(`${prefix}/`) !== true) {
      answer.writeHead(404).end();
      return;
    }
    const path = asked.url.slice(prefix.length);
    const headers = { ...asked.headers, host: `${hostname}:${port}` };
    asked.pipe(
      request({ hostname, port, path, method: asked.method, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      }),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser(executable);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  proxy?.closeAllConnections();
  proxy?.close();
  await service?.close();
});

describe.skipIf(executable === undefined)('the page of the API', () => {
  it.each(['docs', 'docs/'])(
    'shows the operations and tries one behind a path: /api/%s',
    async (last) => {
      const root = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
      const page = await browser.newPage();
      try {
        await page.goto(`${root}/api/${last}`);
        expect(page.url()).toBe(`${root}/api/docs/`);
        const operation = page.locator('#operations-health-liveness');
        await operation.locator('button').first().click();
        const answered = page.waitForResponse((response) => response.url().endsWith('/healthz'));
        await operation.getByRole('button', { name: 'Execute' }).click();
        const response = await answered;
        expect([response.url(), response.status()]).toEqual([`${root}/healthz`, 200]);
      } finally {
        await page.close();
      }
    },
    120_000,
  );
});
