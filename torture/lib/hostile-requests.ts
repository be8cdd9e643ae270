/** What hostile and broken clients send; each gives the status that came back, or undefined where the connection ended. */
import { gzipSync } from 'node:zlib';
import type { RandomGenerator } from '../../src/base/random.ts';
import { formOf } from '../../test/service-images.ts';
import { drawPageBomb, drawPixelBomb, drawScanBomb, drawSegmentBomb } from './hostile-images.ts';
import { mutate } from './mutate.ts';
import { sendRaw } from './raw-request.ts';
import { leave, send, sendEndless, type Body } from './send-request.ts';

export interface HostileRequest {
  readonly name: string;
  readonly send: (url: string, random: RandomGenerator) => Promise<number | undefined>;
  /** Statuses that are right; unless given, every refusal: 400 to 499, or 503. */
  readonly right?: readonly number[];
}

/** @param sound JPEG files; @param scale 1 for the whole trial, less for a smoke */
export async function makeHostileRequests(sound: readonly Buffer[], scale: number): Promise<readonly HostileRequest[]> {
  const many = (count: number): number => Math.max(1, Math.round(count * scale));
  const [first] = sound as [Buffer];
  const wide = await drawScanBomb(Math.round(400 + 600 * scale), many(3000));
  const pixels = await drawPixelBomb(Math.round(500 + 4300 * scale));
  const pages = drawPageBomb(many(50_000));
  const segments = drawSegmentBomb(first, many(500_000));
  const junk = Buffer.alloc(many(4 * 2 ** 20), 7);
  const zeros = JSON.stringify({ inputs: Array.from({ length: many(1_000_000) }, () => 0) });
  const outputs = JSON.stringify({
    inputs: [],
    outputs: Array.from({ length: many(200_000) }, () => ({ name: 'logits' })),
  });
  const nested = '['.repeat(many(100_000)) + ']'.repeat(many(100_000));
  const classify =
    (body: Body, type = 'image/jpeg', headers: Record<string, string> = {}) =>
    (url: string) =>
      send(`${url}/api/v1/classify`, body, { 'content-type': type, ...headers });
  const infer = (body: string) => async (url: string) => {
    const model = await firstModel(url);
    return await send(`${url}/v2/models/${model}/infer`, body, { 'content-type': 'application/json' });
  };
  const bytes = (body: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(body);
  const raw = (text: string) => (url: string) => sendRaw(url, text);
  const form = formOf(Array.from({ length: many(64) }, (_, index) => [`${index}.webp`, pixels] as const));
  const endless = '-'.repeat(300);
  return [
    { name: 'a JPEG of thousands of scans', send: classify(bytes(wide)) },
    {
      name: 'a WebP of millions of pixels',
      send: classify(bytes(pixels), 'image/webp'),
      right: [200, 413, 422, 429, 503],
    },
    { name: 'a TIFF of thousands of pages', send: classify(bytes(pages), 'image/tiff') },
    { name: 'a JPEG of empty segments', send: classify(bytes(segments)), right: [200, 413, 422, 429, 503] },
    { name: 'a form of images near the limit', send: classify(form, ''), right: [200, 400, 413, 422, 429, 503] },
    { name: 'a chunked form without an end', send: (url) => sendEndless(url, junk) },
    {
      name: 'a body for no address',
      send: (url) => send(`${url}/nothing`, bytes(junk), { 'content-type': 'image/jpeg' }, 'PUT'),
    },
    {
      name: 'headers that announce 32 MiB',
      send: raw(
        'POST /api/v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 33554432\r\n\r\n',
      ),
      right: [408, 413, 503],
    },
    { name: 'half a request', send: raw('POST /api/v1/cla') },
    { name: 'a percent sign', send: raw('GET /% HTTP/1.1\r\nHost: localhost\r\n\r\n') },
    { name: 'two hosts', send: raw('GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n') },
    { name: 'no HTTP', send: raw('\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n') },
    { name: 'HTTP/1.0 without a host', send: raw('GET /healthz HTTP/1.0\r\n\r\n'), right: [200] },
    { name: 'a long boundary', send: classify('half', `multipart/form-data; boundary=${endless}`) },
    {
      name: 'a form cut short',
      send: classify(
        '--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nhalf',
        'multipart/form-data; boundary=b',
      ),
    },
    {
      name: 'gzip',
      send: classify(bytes(gzipSync(first)), 'image/jpeg', { 'content-encoding': 'gzip' }),
      right: [200, 400, 413, 415, 422, 429, 503],
    },
    { name: 'zeros as inputs', send: infer(zeros) },
    { name: 'outputs again and again', send: infer(outputs) },
    { name: 'nested arrays', send: infer(nested) },
    {
      name: 'a heat map',
      send: (url) => send(`${url}/api/v1/explain`, bytes(first), { 'content-type': 'image/jpeg' }),
      right: [200, 429, 503],
    },
    { name: 'a wrong type', send: classify(bytes(first), 'text/html') },
    { name: 'nothing', send: classify('') },
    {
      name: 'a damaged image',
      send: (url, random) => classify(bytes(mutate(first, sound[random.integer(sound.length)] as Buffer, random)))(url),
      right: [200, 400, 413, 415, 422, 429, 503],
    },
    {
      name: 'a client that leaves',
      send: (url, random) => leave(`${url}/api/v1/classify`, bytes(first), random.integer(30)),
      right: [200, 422, 429, 503],
    },
  ];
}

let model: string | undefined;

/** Of the service; all services of one trial have the same. */
async function firstModel(url: string): Promise<string> {
  if (model !== undefined) return model;
  const response = await fetch(`${url}/api/v1/models`);
  const { models } = (await response.json()) as { readonly models: readonly { readonly id: string }[] };
  model = models[0]?.id ?? '';
  return model;
}
