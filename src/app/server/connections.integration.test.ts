import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from './contract.ts';
import { startService, type RunningService } from './serve.ts';

let service: RunningService;

beforeAll(async () => {
  service = await startService({ port: 0, probePort: 0, workers: 1, connectionsPerAddress: 20 });
});

afterAll(() => service.close());

function open(url = service.url): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** All that comes back until the service closes the connection. */
async function exchange(text: string, url = service.url): Promise<string> {
  const socket = await open(url);
  return new Promise((resolve) => {
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (answer += piece));
    socket.once('close', () => resolve(answer)).on('error', () => {});
    socket.write(text);
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function ask(text: string): Promise<Answer> {
  const [head = '', body = ''] = (await exchange(text)).split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
  return { status: Number(first.split(' ')[1]), headers, body };
}

const close = 'Connection: close\r\n\r\n';
const host = 'Host: localhost\r\n';

describe('a request that is none', () => {
  it.each([
    ['an address that cannot be decoded', `GET /% HTTP/1.1\r\n${host}${close}`, [400, 404], undefined],
    ['such an address under another name', `GET /% HTTP/1.1\r\nHost: evil.example\r\n${close}`, 403, 'wrong-origin'],
    ['no HTTP', 'hello\r\n\r\n', 400, 'bad-request'],
    ['an impossible length', `POST / HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`, 400, 'bad-request'],
    ['too many headers', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['two hosts', `GET /healthz HTTP/1.1\r\n${host}Host: evil.example\r\n${close}`, 400, 'bad-request'],
    ['the same host twice', `GET /healthz HTTP/1.1\r\n${host}${host}${close}`, 400, 'bad-request'],
    ['no host', `GET /healthz HTTP/1.1\r\n${close}`, 400, 'bad-request'],
    ['a proxy wanted', `CONNECT example.org:443 HTTP/1.1\r\n${host}\r\n`, 400, 'bad-request'],
    [
      'a boundary that is too long',
      `POST /api/v1/classify HTTP/1.1\r\n${host}Content-Type: multipart/form-data; boundary=${'b'.repeat(300)}\r\nContent-Length: 5\r\n${close}hello`,
      400,
      'bad-request',
    ],
  ])('is refused with a problem and the headers of every answer: %s', async (_, text, status, code) => {
    const { status: own, headers, body } = await ask(text);
    expect([status].flat()).toContain(own);
    expect(headers['x-content-type-options'] ?? headers['X-Content-Type-Options']).toBe('nosniff');
    expect(headers['content-security-policy'] ?? headers['Content-Security-Policy']).toContain("default-src 'none'");
    expect(headers['content-type']).toContain('application/problem+json');
    const problem = problemSchema.parse(JSON.parse(body));
    expect(problem).toMatchObject({ status: own, ...(code !== undefined && { code }) });
  });

  it('of the protocol at /v2 is refused in its words', async () => {
    const { status, headers, body } = await ask(`GET /v2/models/${'x'.repeat(300)} HTTP/1.1\r\n${host}${close}`);
    expect([status, headers['x-content-type-options']]).toEqual([404, 'nosniff']);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['error']);
  });

  it('of HTTP/1.0 needs no host, as load balancers ask', async () => {
    expect((await ask('GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200);
    expect((await ask('GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n')).status).toBe(403);
  });

  it('that expects what is not known is answered all the same', async () => {
    expect((await ask(`GET /healthz HTTP/1.1\r\n${host}Expect: a miracle\r\n${close}`)).status).toBe(200);
  });
});

describe('connections', () => {
  it('of which nothing comes are closed after the wait for headers', { timeout: 15_000 }, async () => {
    const start = performance.now();
    const { status, headers, body } = await ask('GET /healthz HTTP/1.1\r\nHost: loc');
    expect(performance.now() - start).toBeLessThan(9000);
    expect([status, headers['content-type']]).toEqual([408, 'application/problem+json']);
    expect(problemSchema.parse(JSON.parse(body)).code).toBe('too-slow');
  });

  it('from one address are bounded, and probes have a way of their own', async () => {
    const opened = await Promise.all(Array.from({ length: 40 }, () => open()));
    const problem = await ask('');
    expect([problem.status, problem.headers['retry-after']]).toEqual([429, '1']);
    expect(problemSchema.parse(JSON.parse(problem.body)).code).toBe('queue-full');
    for (const path of ['healthz', 'readyz']) expect((await fetch(`${service.probeUrl}/${path}`)).status).toBe(200);
    for (const path of ['', 'api/v1/models', 'metrics']) {
      expect((await fetch(`${service.probeUrl}/${path}`)).status).toBe(404);
    }
    for (const socket of opened) socket.destroy();
    await expect.poll(async () => (await ask(`GET /healthz HTTP/1.1\r\n${host}${close}`)).status).toBe(200);
  });
});
