/** Every declared route is asked, and every answer is held against the declaration. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawChest, drawInverted, formOf } from '../../../test/service-images.ts';
import { Tokens } from './access.ts';
import { problemSchema } from './contract.ts';
import { documentRoute } from './documentation-routes.ts';
import type { modelMetadataSchema } from './inference-schema.ts';
import { inferenceRoutes } from './inference-routes.ts';
import { buildOpenApi, documentedRoutes } from './openapi.ts';
import { problems } from './problems.ts';
import { problemsOf, type Route } from './route.ts';
import { startService, type RunningService } from './serve.ts';

const routes = [...documentedRoutes, documentRoute, ...inferenceRoutes];
const token = 'a-token-of-some-length';
let service: RunningService;
let version: string;
let image: Buffer;
let inverted: Buffer;

beforeAll(async () => {
  service = await startService({ port: 0, workers: 1, tokens: new Tokens([token]) });
  const metadata = (await (await ask('/v2/models/pneumoscope')).json()) as z.infer<typeof modelMetadataSchema>;
  version = metadata.versions[0] ?? '';
  [image, inverted] = [await drawChest(0), await drawInverted()];
});

afterAll(() => service.close());

interface Sample {
  /** behind the address */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | FormData | string;
}

function ask(path: string, method = 'GET', { query = '', headers = {}, body }: Sample = {}): Promise<Response> {
  return fetch(service.url + path + query, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: body instanceof Uint8Array ? new Uint8Array(body) : body }),
  });
}

/** Its address, of the model that is served. */
function addressOf({ url }: Route): string {
  return url.replace(':model', 'pneumoscope').replace(':version', version);
}

const protocolErrorSchema = z.strictObject({ error: z.string().regex(/\w.*\.$/) });

/** What the route declares for a status and content type; undefined where it declares nothing. */
function schemaOf(route: Route, status: number, type: string): z.ZodType | undefined {
  const own = route.responses[status]?.content[type];
  if (own !== undefined) return own;
  const codes = problemsOf(route).filter((code) => problems[code].status === status);
  if (codes.length === 0) return undefined;
  if (inferenceRoutes.includes(route)) return type === 'application/json' ? protocolErrorSchema : undefined;
  const failure = problemSchema.extend({ code: z.enum(codes), status: z.literal(status) });
  return type === 'application/problem+json' ? failure : undefined;
}

/** The status, once status, content type and body are what the route declares. */
async function expectDeclared(route: Route, response: Response): Promise<number> {
  const { status } = response;
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const schema = schemaOf(route, status, type);
  expect([status, type, schema]).not.toEqual([status, type, undefined]);
  if (type.endsWith('json')) schema?.parse(await response.json());
  else schema?.parse(type === 'text/plain' ? await response.text() : new Uint8Array(await response.arrayBuffer()));
  return status;
}

const png = { 'content-type': 'image/png' };

function samplesOf(route: Route): readonly (readonly [status: number, sample: Sample])[] {
  const known: Readonly<Record<string, readonly (readonly [number, Sample])[]>> = {
    classify: [
      [200, { body: image, headers: png }],
      [200, { body: inverted, headers: png, query: '?model=pneumoscope' }],
      [
        200,
        {
          body: formOf([
            ['a.png', image],
            ['b.png', Buffer.from('no image')],
          ]),
        },
      ],
      [404, { body: image, headers: png, query: '?version=none' }],
      [415, { body: '{}', headers: { 'content-type': 'application/json' } }],
      [422, { body: image.subarray(0, 900), headers: png }],
      [400, {}],
    ],
    explain: [
      [200, { body: image, headers: png }],
      [200, { body: image, headers: { ...png, accept: 'text/html, image/png;q=0.9' } }],
      [422, { body: inverted, headers: png }],
      [400, { body: image, headers: png, query: '?class=CAT' }],
      [
        400,
        {
          body: formOf([
            ['a.png', image],
            ['b.png', image],
          ]),
        },
      ],
    ],
    display: [
      [200, { body: image, headers: png }],
      [200, { body: inverted, headers: png, query: '?window=100,50&maximumSide=40' }],
      [400, { body: image, headers: png, query: '?maximumSide=8193' }],
      [400, { body: image, headers: png, query: '?voi=1&window=100,50' }],
      [422, { body: image.subarray(0, 900), headers: png }],
      [415, { body: '{}', headers: { 'content-type': 'application/json' } }],
    ],
    reload: [
      [200, {}],
      [415, { body: '{}', headers: { 'content-type': 'application/json' } }],
    ],
    infer: [
      [200, { body: inferRequest({}) }],
      [200, { body: inferRequest({ outputs: [{ name: 'logits', parameters: { binary_data: true } }] }) }],
      [400, { body: '{}' }],
      [400, {}],
    ],
  };
  const name = route.documentation?.operationId ?? route.url.split('/').at(-1) ?? '';
  return known[name] ?? [[200, {}]];
}

function inferRequest(fields: object): string {
  const data = [image.toString('base64')];
  return JSON.stringify({ ...fields, inputs: [{ name: 'image_files', datatype: 'BYTES', shape: [1], data }] });
}

describe.each(routes.map((route) => ({ name: `${route.method} ${route.url}`, route })))('$name', ({ route }) => {
  const { method, needsToken } = route;

  it('answers what it declares', async () => {
    for (const [status, sample] of samplesOf(route)) {
      expect(await expectDeclared(route, await ask(addressOf(route), method, sample))).toBe(status);
    }
  });

  it('needs a token if it says so', async () => {
    const response = await ask(addressOf(route), method, { headers: { authorization: '' } });
    expect((await expectDeclared(route, response)) === 401).toBe(needsToken);
  });

  it('takes no other query than the declared one', async () => {
    const response = await ask(addressOf(route), method, { query: '?nothing=1' });
    expect(await expectDeclared(route, response.clone())).toBe(400);
    expect(await response.text()).toContain("has no query parameter 'nothing'");
    for (const name of Object.keys(route.query ?? {})) {
      const twice = await ask(addressOf(route), method, { query: `?${name}=a&${name}=b` });
      expect(twice.status).toBe(400);
      expect(await twice.text()).toContain(`'${name}' is given more than once`);
    }
  });

  it('has no other method', async () => {
    const allowed = method === 'GET' ? 'GET, HEAD' : method;
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((other) => other !== method);
    for (const other of others) {
      const response = await ask(addressOf(route), other, { headers: { authorization: '' } });
      expect([other, response.status, response.headers.get('allow')]).toEqual([other, 405, allowed]);
      const type = inferenceRoutes.includes(route) ? 'application/json' : 'application/problem+json';
      expect(response.headers.get('content-type')).toContain(type);
    }
  });
});

describe('the routes together', () => {
  it('are the OpenAPI document, as far as they are documented', () => {
    const listed = Object.entries(buildOpenApi().paths).flatMap(([url, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => [method.toUpperCase(), url, operationId]),
    );
    expect(listed).toEqual(
      documentedRoutes.map(({ method, url, documentation }) => [method, url, documentation?.operationId]),
    );
    expect(routes.filter(({ documentation }) => documentation !== undefined)).toEqual(documentedRoutes);
  });

  it('name the query parameter that was probably meant', async () => {
    const query = '?modle=pneumoscope';
    const { detail } = problemSchema.parse(await (await ask('/api/v1/classify', 'POST', { query })).json());
    expect(detail).toBe("This address has no query parameter 'modle' (did you mean model?).");
    const stranger = problemSchema.parse(await (await ask('/api/v1/classify', 'POST', { query: '?x=1' })).json());
    expect(stranger.detail).toBe("This address has no query parameter 'x': known are model, version, voi, window.");
    const long = problemSchema.parse(await (await ask('/healthz', 'GET', { query: `?${'y'.repeat(5000)}` })).json());
    expect(long.detail.length).toBeLessThan(200);
  });

  it('are all there is: any other address is refused in the words of its protocol', async () => {
    for (const [path, type] of [
      ['/api/v1/nothing', 'application/problem+json'],
      ['/v2x', 'application/problem+json'],
      ['/v2/', 'application/json'],
      ['/v2/nothing?x=1', 'application/json'],
      ['/v2/models/pneumoscope/nothing', 'application/json'],
    ] as const) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await ask(path, method, { headers: { authorization: '' } });
        expect([path, method, response.status]).toEqual([path, method, 404]);
        expect(response.headers.get('content-type')).toContain(type);
        const answer = (await response.json()) as object;
        expect('error' in answer).toBe(type === 'application/json');
      }
    }
  });
});
