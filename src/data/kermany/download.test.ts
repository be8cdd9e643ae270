import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeZip } from '../../../test/fixtures/data/zip-writer.ts';
import { getDataset } from './archive.ts';
import { downloadFile, type DownloadOptions } from './download.ts';
import type { TaskProgress } from '../../base/tasks.ts';

const base = mkdtempSync(path.join(tmpdir(), 'pneumoscope-download-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 7)) & 255));
const sha256 = createHash('sha256').update(content).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;
let server: Server;
let url: string;
let handle: Handler;
/** The Range header of each request, in order. */
let ranges: (string | undefined)[];
let folder: string;
let file: string;

beforeEach(async () => {
  ranges = [];
  folder = mkdtempSync(path.join(base, 'd'));
  file = path.join(folder, 'set.zip');
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handle(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/set.zip`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Serving {
  readonly bytes?: Buffer;
  readonly etag?: string | undefined;
  /** breaks the connection after so many bytes of the body */
  readonly breakAfter?: number | undefined;
  readonly ignoreRange?: boolean;
}

/** What a file server does with Range and If-Range (RFC 9110, sections 13.1.5 and 14). */
function serve(request: IncomingMessage, response: ServerResponse, serving: Serving = {}): void {
  const { bytes = content, etag = '"one"', breakAfter, ignoreRange = false } = serving;
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const isCurrent = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  if (etag !== '') response.setHeader('etag', etag);
  let body = bytes;
  if (range !== null && isCurrent && !ignoreRange) {
    const start = Number(range[1]);
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    response.statusCode = 206;
    response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
    body = bytes.subarray(start);
  }
  response.setHeader('content-length', body.length);
  if (breakAfter === undefined) response.end(body);
  else {
    response.write(body.subarray(0, breakAfter));
    breakWhenStored(response, bytes.length - body.length + breakAfter);
  }
}

/** A broken connection takes with it what the client has received and not yet read, so this waits until that is on its disk. */
function breakWhenStored(response: ServerResponse, bytes: number): void {
  const stored = statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0;
  if (stored >= bytes) response.destroy();
  else setTimeout(() => breakWhenStored(response, bytes), 2);
}

const download = (options: Partial<DownloadOptions> = {}) => downloadFile({ url, file, retryDelay: 1, ...options });

describe('a download', () => {
  it('is checked, gets its name in the end, and says how far it is', async () => {
    handle = (request, response) => serve(request, response);
    const progress: TaskProgress[] = [];
    const result = await download({ size: content.length, sha256, onProgress: (one) => progress.push(one) });
    expect(result).toEqual({ file, bytes: content.length, sha256, resumedFrom: 0 });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['set.zip']);
    for (const label of ['Downloading', 'Checking']) {
      const last = progress.findLast((one) => one.label === label);
      expect(last).toEqual({ label, done: content.length, total: content.length, unit: 'bytes' });
    }
  });

  it('that is there already is not made again', async () => {
    handle = (request, response) => serve(request, response);
    await download({ sha256 });
    await download({ sha256 });
    expect(ranges).toHaveLength(1);
  });

  it('goes on by itself when the connection breaks', async () => {
    handle = (request, response, count) => serve(request, response, { breakAfter: count < 4 ? 70_000 : undefined });
    await download({ sha256, attempts: 2 });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=70000-', 'bytes=140000-', 'bytes=210000-']);
  });

  it('goes on in a later call', async () => {
    handle = (request, response) => serve(request, response, { breakAfter: 100_000 });
    await expect(download({ sha256, attempts: 1 })).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(/again to continue where it stopped/) as string,
    });
    expect(existsSync(file)).toBe(false);
    handle = (request, response) => serve(request, response);
    expect(await download({ sha256 })).toMatchObject({ resumedFrom: 100_000 });
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('goes on after the user stopped it', async () => {
    handle = (request, response, count) => {
      // The first answer stays open, so that nothing but the user ends it.
      if (count > 1) serve(request, response);
      else
        response.writeHead(200, { etag: '"one"', 'content-length': content.length }).write(content.subarray(0, 5000));
    };
    const controller = new AbortController();
    const stopped = download({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(await download({ sha256 })).toMatchObject({ resumedFrom: 5000 });
  });

  it('begins anew when the file has changed on the server', async () => {
    handle = (request, response) => serve(request, response, { bytes: Buffer.alloc(300_000, 1), breakAfter: 100_000 });
    await expect(download({ attempts: 1 })).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    handle = (request, response) => serve(request, response, { etag: '"two"' });
    await download({ sha256 });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('begins anew when the server ignores Range', async () => {
    handle = (request, response, count) =>
      serve(request, response, { ignoreRange: true, breakAfter: count === 1 ? 100_000 : undefined });
    await download({ sha256 });
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('begins anew when a part is of another address, or is too long', async () => {
    handle = (request, response) => serve(request, response, { breakAfter: 100_000 });
    await expect(download({ attempts: 1 })).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    handle = (request, response) => serve(request, response);
    await download({ url: `${url}?other`, sha256 });
    rmSync(file);
    writeFileSync(`${file}.part`, Buffer.alloc(999_999));
    writeFileSync(`${file}.part.json`, JSON.stringify({ url, validator: '"one"', total: content.length }));
    await download({ sha256 });
    expect(ranges).toEqual([undefined, undefined, undefined]);
  });

  it('without any validator goes on only where a digest will tell', async () => {
    handle = (request, response, count) =>
      serve(request, response, { etag: '', breakAfter: count % 2 === 1 ? 100_000 : undefined });
    await download({ sha256 });
    rmSync(file);
    await download();
    expect(ranges).toEqual([undefined, 'bytes=100000-', undefined, undefined]);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('that breaks at the same place again and again is given up', async () => {
    handle = (request, response) => serve(request, response, { ignoreRange: true, breakAfter: 50_000 });
    await expect(download({ attempts: 3 })).rejects.toMatchObject({ code: 'E_DOWNLOAD' });
    expect(ranges).toHaveLength(3);
  });

  it('tries again when the server is busy, and when nothing comes', async () => {
    handle = (request, response, count) => {
      if (count === 1) response.writeHead(503).end();
      else if (count === 2) response.writeHead(200, { 'content-length': content.length }).flushHeaders();
      else serve(request, response);
    };
    await download({ sha256, stallTimeout: 100 });
    expect(ranges).toHaveLength(3);
  });
});

describe('a download that is refused', () => {
  it.each<[string, Partial<DownloadOptions>, Serving, RegExp]>([
    ['of another size', { size: 7 }, {}, /has 300000 bytes, but 7 were expected/],
    ['of another digest', { sha256: '0'.repeat(64) }, {}, /expected 0{64}, received [0-9a-f]{64}.*--sha256/],
  ])('%s', async (_, options, serving, message) => {
    handle = (request, response) => serve(request, response, serving);
    await expect(download(options)).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(file)).toBe(false);
  });

  it('is accepted by its digest without being made again', async () => {
    handle = (request, response) => serve(request, response);
    await expect(download({ sha256: '0'.repeat(64) })).rejects.toThrow(`--sha256 ${sha256}`);
    await expect(download({ sha256: '0'.repeat(64) })).rejects.toThrow(`${file}.part`);
    await download({ sha256 });
    expect(ranges).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['set.zip']);
  });

  it('by the server, once', async () => {
    handle = (_, response) => response.writeHead(404).end('nothing here');
    await expect(download()).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(/404 Not Found.*--from/) as string,
    });
    expect(ranges).toHaveLength(1);
  });

  it('because it never ends', async () => {
    handle = (_, response) => {
      response.writeHead(200).write(Buffer.alloc(5000));
      response.write(Buffer.alloc(5000));
    };
    await expect(download({ size: 6000 })).rejects.toThrow(/more than the 6000 bytes/);
  });

  it('because nobody is there', async () => {
    await new Promise((resolve) => server.close(resolve));
    await expect(download()).rejects.toMatchObject({
      code: 'E_DOWNLOAD',
      message: expect.stringMatching(/ECONNREFUSED.*check the connection.*--from/) as string,
    });
  });

  it.each(['ftp://example.org/a.zip', 'set.zip'])('because %s is no web address', async (address) => {
    await expect(download({ url: address })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('because the folder cannot be written', async () => {
    handle = (request, response) => serve(request, response);
    writeFileSync(path.join(folder, 'blocked'), '');
    await expect(download({ file: path.join(folder, 'blocked', 'set.zip') })).rejects.toMatchObject({ code: 'E_DISK' });
  });
});

it('getDataset downloads and unpacks, and the second time only compares', async () => {
  const archive = writeZip([
    { name: 'chest_xray/train/NORMAL/IM-0001-0001.jpeg', data: 'a' },
    { name: 'chest_xray/train/PNEUMONIA/person1_virus_1.jpeg', data: 'b' },
  ]);
  handle = (request, response) => serve(request, response, { bytes: archive });
  const out = path.join(folder, 'raw');
  const result = await getDataset({ url, out });
  expect(result).toMatchObject({ images: 2, download: { bytes: archive.length, resumedFrom: 0 } });
  expect(result.archive).toBe(path.join(out, 'set.zip'));
  expect(readFileSync(path.join(out, 'train/NORMAL/IM-0001-0001.jpeg'), 'utf8')).toBe('a');
  expect(await getDataset({ url, out })).toMatchObject({ alreadyThere: 2 });
  expect(ranges).toHaveLength(1);
});
