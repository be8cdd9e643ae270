import { connect } from 'node:net';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawChest } from '../../../test/service-images.ts';
import { Tokens } from './access.ts';
import { classifyAnswerSchema, problemSchema } from './contract.ts';
import { startService, type RunningService } from './serve.ts';

const token = 'a-token-of-some-length';
const mebibyte = 2 ** 20;
let service: RunningService;
let image: Buffer;

beforeAll(async () => {
  const limits = { bodyBytes: 2 * mebibyte, memoryBytes: 8 * mebibyte };
  service = await startService({ port: 0, workers: 1, tokens: new Tokens([token]), ...limits });
  image = await drawChest(0, 'jpeg');
});

afterAll(() => service.close());

const classify = '/api/v1/classify';

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream;
}

async function send({ path = classify, method = 'POST', headers = {}, body }: Sent): Promise<Response> {
  const all = { authorization: `Bearer ${token}`, ...headers };
  const options = { method, headers: all, body, duplex: 'half' } as RequestInit;
  return fetch(service.url + path, options);
}

async function codeOf(response: Response): Promise<readonly [number, string]> {
  const { code, status } = problemSchema.parse(await response.json());
  expect(status).toBe(response.status);
  return [status, code];
}

/** A form of many files that says nothing of its length. */
function streamForm(files: number, bytesEach: number): Sent {
  const head = (index: number): string =>
    `--x\r\nContent-Disposition: form-data; name="image"; filename="${index}.png"\r\n\r\n`;
  let index = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (index === files) {
        controller.enqueue(Buffer.from('--x--\r\n'));
        controller.close();
        return;
      }
      controller.enqueue(Buffer.concat([Buffer.from(head(index)), Buffer.alloc(bytesEach), Buffer.from('\r\n')]));
      index += 1;
    },
  });
  return { body, headers: { 'content-type': 'multipart/form-data; boundary=x' } };
}

describe('bytes of a request', () => {
  it('are counted over the whole form, although it does not say how long it is', async () => {
    expect(await codeOf(await send(streamForm(8, mebibyte / 2)))).toEqual([413, 'too-large']);
    expect((await send(streamForm(3, mebibyte / 2))).status).toBe(200);
  });

  it('are refused before they come where the announcement exceeds the limit', async () => {
    const body = Buffer.alloc(2 * mebibyte + 1);
    expect(await codeOf(await send({ body, headers: { 'content-type': 'image/jpeg' } }))).toEqual([413, 'too-large']);
  });

  it('of all requests together are those that have arrived, not those that were announced', async () => {
    const { hostname, port } = new URL(service.url);
    const announce = (authorization: string): Promise<() => void> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          const lines = [`POST ${classify} HTTP/1.1`, 'Host: localhost', authorization, 'Content-Type: image/jpeg'];
          socket.write(`${lines.join('\r\n')}\r\nContent-Length: ${2 * mebibyte}\r\n\r\nabc`);
          resolve(() => socket.destroy());
        });
        socket.on('error', () => {});
      });
    const strangers = Array.from({ length: 16 }, () => announce('X-Nothing: 1'));
    const silent = Array.from({ length: 16 }, () => announce(`Authorization: Bearer ${token}`));
    const close = await Promise.all([...strangers, ...silent]);
    // They have announced four times the memory that is set aside.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const response = await send({ body: new Uint8Array(image), headers: { 'content-type': 'image/jpeg' } });
    expect(response.status).toBe(200);
    for (const end of close) end();
  });

  it('that are more than all requests may hold are refused, and then there is room again', async () => {
    const body = Buffer.alloc(2 * mebibyte - 100);
    const held: (() => void)[] = [];
    const sending = Array.from({ length: 6 }, () => {
      // Everything but the end: it stays in memory.
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(body);
          held.push(() => controller.close());
        },
      });
      return send({ body: stream, headers: { 'content-type': 'image/jpeg' } });
    });
    const first = await Promise.any(sending);
    expect(await codeOf(first)).toEqual([429, 'queue-full']);
    expect(first.headers.get('retry-after')).toBe('1');
    for (const end of held) end();
    const statuses = (await Promise.all(sending)).map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses[0]).toBe(415);
    expect(statuses.at(-1)).toBe(429);
    const response = await send({ body: new Uint8Array(image), headers: { 'content-type': 'image/jpeg' } });
    expect(response.status).toBe(200);
  });

  it.each(['PUT', 'POST', 'PATCH', 'DELETE'])('are not waited for at an unknown address (%s)', async (method) => {
    const { promise: never } = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from('abc')),
      pull: () => never,
    });
    const start = performance.now();
    const answer = send({ path: '/nothing', method, body, headers: { 'content-type': 'image/jpeg' } });
    expect(await codeOf(await answer)).toEqual([404, 'not-found']);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

it('keeps a connection open behind a refusal, once the rest of the body is there', async () => {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (answer += piece));
  socket.write('PUT /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc');
  await expect.poll(() => answer).toContain('HTTP/1.1 404');
  socket.write('defGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => answer).toContain('HTTP/1.1 200');
  socket.destroy();
});

describe('a body with a Content-Encoding', () => {
  const jpeg = (coding: string) => ({ 'content-type': 'image/jpeg', 'content-encoding': coding });
  const readResults = async (response: Response) => classifyAnswerSchema.parse(await response.json()).results;

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('is decoded: %s', async (coding, encode) => {
    const [plain] = await readResults(await send({ body: new Uint8Array(image), headers: jpeg('identity') }));
    const [own] = await readResults(await send({ body: new Uint8Array(encode(image)), headers: jpeg(coding) }));
    expect([own?.sha256, own?.probability]).toEqual([plain?.sha256, plain?.probability]);
  });

  it('is decoded in a form and in /v2 too', async () => {
    const { body, headers } = new Response(
      (() => {
        const form = new FormData();
        form.append('image', new Blob([new Uint8Array(image)]), 'a.jpeg');
        return form;
      })(),
    );
    const zipped = body?.pipeThrough(new CompressionStream('gzip'));
    const type = headers.get('content-type') ?? '';
    const response = await send({
      body: zipped as ReadableStream,
      headers: { 'content-type': type, 'content-encoding': 'gzip' },
    });
    expect((await readResults(response))[0]?.status).toBe('answered');
    const tensor = { name: 'image_files', datatype: 'BYTES', shape: [1], data: [image.toString('base64')] };
    const json = gzipSync(JSON.stringify({ inputs: [tensor] }));
    const infer = await send({
      path: '/v2/models/pneumoscope/infer',
      body: new Uint8Array(json),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(infer.status).toBe(200);
  });

  it('is bounded by what it decodes to', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * mebibyte));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await codeOf(await send({ body: new Uint8Array(bomb), headers: jpeg('gzip') }))).toEqual([413, 'too-large']);
  });

  it('that is none, is cut short or is unknown is refused by its name', async () => {
    const cut = gzipSync(image).subarray(0, -200);
    for (const body of [image, cut]) {
      const response = await send({ body: new Uint8Array(body), headers: jpeg('gzip') });
      const { status, detail } = problemSchema.parse(await response.json());
      expect([status, detail]).toEqual([400, 'The body is no gzip, is damaged or was cut short.']);
    }
    for (const coding of ['br', 'gzip, gzip', 'constructor']) {
      const response = await send({ body: new Uint8Array(brotliCompressSync(image)), headers: jpeg(coding) });
      const { status, detail } = problemSchema.parse(await response.json());
      expect([status, detail]).toEqual([
        415,
        `The Content-Encoding ${coding} is not read; send the body as it is, or as gzip, deflate.`,
      ]);
      expect(response.headers.get('accept-encoding')).toBe('gzip, deflate');
    }
  });
});
