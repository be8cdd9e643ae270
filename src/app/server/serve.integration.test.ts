import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawBomb, drawChest, drawInverted, formOf } from '../../../test/service-images.ts';
import { requireAnswered } from '../../model/use/answer.ts';
import { loadClassifier, type Classifier } from '../../model/use/classifier.ts';
import { defaultModelPath } from '../../model/file/default-model.ts';
import { parseMetadata, renderMetadata } from '../../model/file/metadata.ts';
import { programVersion } from '../../base/version.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';
import { createExplainer } from '../../model/explain/explainer.ts';
import { toHeat } from '../../model/explain/heat-map.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { replaceMetadata } from '../../engine/onnx/replace-metadata.ts';
import { readTokens, Tokens } from './access.ts';
import {
  classifyAnswerSchema,
  explainAnswerSchema,
  modelsAnswerSchema,
  problemSchema,
  readinessSchema,
  type ClassifyAnswer,
  type ProblemDetails,
} from './contract.ts';
import { parseModelSource } from './model-registry.ts';
import { startService, type RunningService } from './serve.ts';

let service: RunningService;
let classifier: Classifier;
let folder: string;
const log: string[] = [];

const limits = { bodyBytes: 2 ** 20, filesPerRequest: 4, imagePixels: 1_000_000, queueSize: 16, workers: 2 };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'serve-test-'));
  classifier = await loadClassifier();
  service = await startService({ port: 0, ...limits, log: { write: (line) => log.push(line) } });
});

afterAll(async () => {
  await service.close();
  await classifier.close();
  await rm(folder, { recursive: true, force: true });
});

function post(
  bytes: Uint8Array,
  type = 'application/octet-stream',
  to = '/api/v1/classify',
  own = service,
): Promise<Response> {
  return fetch(own.url + to, { method: 'POST', body: new Uint8Array(bytes), headers: { 'content-type': type } });
}

function postForm(form: FormData, own = service): Promise<Response> {
  return fetch(`${own.url}/api/v1/classify`, { method: 'POST', body: form });
}

async function readAnswer(response: Response): Promise<ClassifyAnswer> {
  expect(response.status).toBe(200);
  return classifyAnswerSchema.parse(await response.json());
}

async function readProblem(response: Response): Promise<ProblemDetails> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

/** With headers that fetch does not let anyone choose. */
function send(headers: Readonly<Record<string, string>>, method = 'GET', to = '/readyz'): Promise<number> {
  return new Promise((resolve, reject) => {
    const own = httpRequest(service.url + to, { method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    own.on('error', reject).end();
  });
}

describe('classify', () => {
  it('gives the answer that the library gives', async () => {
    for (const patient of [0, 1, 2, 3]) {
      const bytes = await drawChest(patient, patient < 2 ? 'png' : 'jpeg');
      const own = requireAnswered(await classifier.classify(bytes));
      const answer = await readAnswer(await post(bytes, patient < 2 ? 'image/png' : 'image/jpeg'));
      expect(answer.results).toHaveLength(1);
      expect(answer.results[0]).toMatchObject({
        status: 'answered',
        label: own.label,
        positive: own.label === 'PNEUMONIA',
        threshold: own.threshold,
        probability: expect.closeTo(own.probability, 5) as number,
        guard: { score: expect.closeTo(own.guard?.score ?? NaN, 9) as number, verdict: 'accepted', sentence: '' },
      });
    }
  });

  it('gives no answer about what the guard refuses', async () => {
    const { results } = await readAnswer(await post(await drawInverted()));
    expect(results[0]).toMatchObject({
      status: 'refused',
      label: null,
      probability: null,
      probabilities: null,
      guard: { verdict: 'refused', reason: 'inverted' },
    });
  });

  it('answers every file of a form, in order, and what cannot be read fails by itself', async () => {
    const [a, b] = [await drawChest(0), await drawChest(1, 'jpeg')];
    const answer = await readAnswer(
      await postForm(
        formOf([
          ['a.png', a],
          ['notes.txt', Buffer.from('hello')],
          ['b.jpeg', b],
          ['cut.jpeg', b.subarray(0, 900)],
        ]),
      ),
    );
    expect(answer.results.map(({ index, name }) => [index, name])).toEqual([
      [0, 'a.png'],
      [1, 'notes.txt'],
      [2, 'b.jpeg'],
      [3, 'cut.jpeg'],
    ]);
    expect(answer.results.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      'wrong-type',
      undefined,
      'unreadable-image',
    ]);
    const [first, second] = [await readAnswer(await post(a)), await readAnswer(await post(b))];
    expect(answer.results[0]?.sha256).toBe(first.results[0]?.sha256);
    expect(answer.results[2]?.guard?.score).toBeCloseTo(second.results[0]?.guard?.score ?? NaN, 9);
  });

  it('refuses what is no image, cut short, too large, wrongly declared or not asked for', async () => {
    const png = await drawChest(0);
    const codes = async (response: Promise<Response>): Promise<[number, string]> => {
      const { status, code } = await readProblem(await response);
      return [status, code];
    };
    expect(await codes(post(Buffer.from('<html>')))).toEqual([415, 'wrong-type']);
    expect(await codes(post(Buffer.from('{"a":1}'), 'application/json'))).toEqual([415, 'wrong-type']);
    expect(await codes(post(png, 'image/gif'))).toEqual([415, 'wrong-type']);
    expect(await codes(post(png, 'image/jpeg'))).toEqual([415, 'wrong-type']);
    expect(await codes(post(new Uint8Array()))).toEqual([400, 'bad-request']);
    expect(await codes(post(png.subarray(0, png.length - 30)))).toEqual([422, 'unreadable-image']);
    expect(await codes(post(drawBomb(20_000)))).toEqual([413, 'too-large']);
    expect(await codes(post(drawBomb(900)))).toEqual([422, 'unreadable-image']);
    expect(await codes(post(Buffer.alloc(limits.bodyBytes + 1)))).toEqual([413, 'too-large']);
    expect(await codes(postForm(new FormData()))).toEqual([400, 'bad-request']);
    const five = Array.from({ length: 5 }, (_, i): [string, Buffer] => [`${i}.png`, png]);
    expect(await codes(postForm(formOf(five)))).toEqual([413, 'too-large']);
    expect(await codes(post(png, 'image/png', '/api/v1/classify?model=other'))).toEqual([404, 'not-found']);
    expect(await codes(post(png, 'image/png', '/api/v1/classify?version=0'))).toEqual([404, 'not-found']);
    expect(await codes(post(png, 'image/png', '/api/v1/classify?model=a&model=b'))).toEqual([400, 'bad-request']);
    expect(await codes(fetch(`${service.url}/api/v1/classify`))).toEqual([405, 'method-not-allowed']);
    expect(await codes(post(Buffer.from('--x\r\nrubbish'), 'multipart/form-data; boundary=x'))).toEqual([
      400,
      'bad-request',
    ]);
    expect(await codes(post(png, 'multipart/form-data'))).toEqual([400, 'bad-request']);
  });

  it.each(['image/jpg', 'image/pjpeg', 'IMAGE/JPG; q=1', 'image/jpeg'])('takes a JPEG as %s', async (type) => {
    const answer = await readAnswer(await post(await drawChest(2, 'jpeg'), type));
    expect(answer.results[0]?.status).toBe('answered');
    const { status, code } = await readProblem(await post(await drawChest(0), type));
    expect([status, code]).toEqual([415, 'wrong-type']);
  });

  it.each(['image/x-png', 'image/png'])('takes a PNG as %s', async (type) => {
    await readAnswer(await post(await drawChest(0), type));
  });

  it('refuses a JPEG of very many scans by its header', async () => {
    const bytes = await drawChest(2, 'jpeg');
    const start = bytes.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scans = new Array<Buffer>(65).fill(bytes.subarray(start, -2));
    const bomb = Buffer.concat([bytes.subarray(0, start), ...scans, bytes.subarray(-2)]);
    const { status, code, detail } = await readProblem(await post(bomb, 'image/jpeg'));
    expect([status, code, detail]).toEqual([413, 'too-large', expect.stringContaining('more than 64 scans')]);
  });

  it('reads an image with other bytes behind its end, as the library does', async () => {
    const png = await drawChest(0);
    const doubled = Buffer.concat([png, Buffer.from('PK and an archive')]);
    const own = requireAnswered(await classifier.classify(doubled));
    const { results } = await readAnswer(await post(doubled));
    expect(results[0]).toMatchObject({ status: 'answered', label: own.label, sha256: own.sha256 });
    expect(results[0]?.probability).toBeCloseTo(own.probability, 5);
  });

  it('says nothing of an image or its name in the log', async () => {
    log.length = 0;
    await readAnswer(await postForm(formOf([['Mrs-Smith.png', await drawChest(4)]])));
    await readProblem(await post(await drawChest(4), 'image/png', '/api/v1/classify?model=Mrs-Smith'));
    expect(log).toHaveLength(2);
    expect(log.join()).not.toContain('Smith');
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ method: 'POST', route: '/api/v1/classify', status: 200 });
  });
});

describe('explain', () => {
  it('gives the heat that the library gives, as JSON or as a picture, or refuses what is no X-ray', async () => {
    const bytes = await drawChest(1);
    await using explainer = await createExplainer();
    const [own] = await explainer.gradCam([await preprocess(bytes, 'x', explainer.metadata.preprocessing)]);
    const response = await post(bytes, 'image/png', '/api/v1/explain');
    expect(response.status).toBe(200);
    const answer = explainAnswerSchema.parse(await response.json());
    const heat = toHeat(own?.map ?? { values: new Float32Array() });
    expect(answer).toMatchObject({ class: own?.target.class, width: own?.map.width, height: own?.map.height });
    expect(answer.heat).toHaveLength(heat.length);
    expect(Math.max(...answer.heat.map((value, at) => Math.abs(value - (heat[at] as number))))).toBeLessThan(2e-3);
    const picture = await fetch(`${service.url}/api/v1/explain`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { 'content-type': 'image/png', accept: 'image/png' },
    });
    expect(picture.headers.get('content-type')).toBe('image/png');
    const { width, height } = await sharp(await picture.arrayBuffer()).metadata();
    expect([width, height]).toEqual([answer.width, answer.height]);
    expect((await readProblem(await post(await drawInverted(), 'image/png', '/api/v1/explain'))).code).toBe(
      'guard-refused',
    );
    const wrong = await readProblem(await post(bytes, 'image/png', '/api/v1/explain?class=CAT'));
    expect([wrong.status, wrong.detail]).toEqual([400, 'The model knows no class CAT; it knows NORMAL, PNEUMONIA.']);
  });
});

describe('health', () => {
  it('is ready when the known image has its number, and describes its models', async () => {
    const ready = await fetch(`${service.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(readinessSchema.parse(await ready.json())).toMatchObject({ ready: true, models: [{ ok: true }] });
    expect(await (await fetch(`${service.url}/healthz`)).text()).toBe('ok\n');
    const models = modelsAnswerSchema.parse(await (await fetch(`${service.url}/api/v1/models`)).json());
    expect(models.models).toMatchObject([{ id: 'pneumoscope', isDefault: true, isLatest: true, hasGuard: true }]);
    expect(models.limits).toEqual({ bodyBytes: 2 ** 20, imagePixels: 1_000_000, filesPerRequest: 4 });
  });

  it('counts for Prometheus', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/pneumoscope_images_total\{model="pneumoscope",version="[\da-f]{12}",status="failed"\} \d+/);
    expect(text).toMatch(
      /pneumoscope_http_requests_total\{route="\/api\/v1\/classify",method="POST",status="415"\} \d+/,
    );
    expect(text).toMatch(/pneumoscope_workers 2/);
  });

  it('counts what the answers were, how probable and how long they waited, and says what runs', async () => {
    const own = await startService({ port: 0, workers: 1 });
    try {
      const images = [await drawChest(0), await drawChest(1), await drawChest(2), await drawInverted()];
      const form = formOf(images.map((bytes, index) => [`${index}.png`, bytes] as const));
      const { results, model } = await readAnswer(await postForm(form, own));
      const text = await (await fetch(`${own.url}/metrics`)).text();
      const labels = `model="pneumoscope",version="${model.version}"`;
      const read = (name: string): number => {
        const line = text.split('\n').find((each) => each.startsWith(`${name} `));
        return Number(line?.slice(name.length + 1) ?? 0);
      };
      const answered = results.filter(({ status }) => status === 'answered');
      const count = (answer: string): number => read(`pneumoscope_answers_total{${labels},answer="${answer}"}`);
      expect(count('positive')).toBe(answered.filter(({ positive }) => positive === true).length);
      expect(count('negative')).toBe(answered.filter(({ positive }) => positive === false).length);
      expect(count('positive') + count('negative')).toBe(3);
      expect(read(`pneumoscope_uncertain_total{${labels}}`)).toBe(answered.filter(({ uncertain }) => uncertain).length);
      expect(read(`pneumoscope_images_total{${labels},status="refused"}`)).toBe(1);
      expect(read(`pneumoscope_probability_count{${labels}}`)).toBe(3);
      const sum = answered.reduce((total, { probability }) => total + (probability ?? NaN), 0);
      expect(read(`pneumoscope_probability_sum{${labels}}`)).toBeCloseTo(sum, 9);
      expect(read('pneumoscope_queue_wait_seconds_count{kind="classify"}')).toBe(4);
      expect(read(`pneumoscope_build_info{version="${programVersion()}",node="${process.versions.node}"}`)).toBe(1);
      expect(text).toMatch(
        new RegExp(`pneumoscope_model_info\\{${labels},calibrated="true",guard="true",default="true"\\} 1`),
      );
    } finally {
      await own.close();
    }
  });

  it('does not start with a model that gets another number than its file says', async () => {
    const file = path.join(folder, 'wrong.onnx');
    const header = await readModelHeader(defaultModelPath());
    const texts = renderMetadata({ ...parseMetadata(header, 'model'), selfTest: { logits: [123] } });
    await writeFileWhole(file, replaceMetadata(defaultModelPath(), { ...header.metadata, ...texts }));
    await expect(startService({ port: 0, workers: 1, models: [{ id: 'wrong', path: file }] })).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringContaining('fails the self-test') as string,
    });
  });
});

describe('access', () => {
  const secret = 'a-token-of-some-length';

  it('beyond this machine needs a token, and says so before it starts', async () => {
    await expect(startService({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'E_USAGE' });
    await writeFile(path.join(folder, 'short'), 'short\n');
    await expect(readTokens(path.join(folder, 'short'))).rejects.toMatchObject({ code: 'E_USAGE' });
    await writeFile(path.join(folder, 'none'), '# nothing\n\n');
    await expect(readTokens(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(readTokens(path.join(folder, 'missing'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('with a token answers who sends it; probes and the page need none', async () => {
    const own = await startService({ port: 0, workers: 1, tokens: new Tokens([secret]) });
    try {
      const ask = (to: string, token?: string): Promise<Response> =>
        fetch(own.url + to, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
      const refused = await ask('/api/v1/models');
      expect(refused.headers.get('www-authenticate')).toContain('Bearer');
      expect((await readProblem(refused)).code).toBe('token-missing');
      expect((await ask('/api/v1/models', 'another-token-of-length')).status).toBe(401);
      expect((await ask('/api/v1/models', secret)).status).toBe(200);
      expect((await ask('/metrics')).status).toBe(401);
      expect((await ask('/v2/models/pneumoscope')).status).toBe(401);
      expect((await ask('/v2')).status).toBe(401);
      expect((await ask('/api/v1/reload')).status).toBe(405);
      for (const to of ['classify', 'explain', 'reload']) {
        expect((await fetch(`${own.url}/api/v1/${to}`, { method: 'POST' })).status).toBe(401);
      }
      for (const open of ['/', '/api/docs/', '/api/docs/json']) expect((await ask(open)).status).toBe(200);
      // Behind a proxy the page has another name than the service.
      const headers = { authorization: `Bearer ${secret}`, origin: 'https://xray.example' };
      expect((await fetch(`${own.url}/api/v1/reload`, { method: 'POST', headers })).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('does not answer other web pages, nor other names of this machine', async () => {
    const host = new URL(service.url).host;
    expect(await send({ host })).toBe(200);
    expect(await send({ host: 'evil.example' })).toBe(403);
    expect(await send({ host: 'localhost:1' })).toBe(200);
    const to = '/api/v1/classify';
    // Refused before it is said that there is no body.
    expect(await send({ host, origin: 'http://evil.example' }, 'POST', to)).toBe(403);
    expect(await send({ host, 'sec-fetch-site': 'cross-site' }, 'POST', to)).toBe(403);
    expect(await send({ host, origin: 'null' }, 'POST', to)).toBe(403);
    expect(await send({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 'POST', to)).toBe(400);
  });

  it('sends the headers that keep a page to itself', async () => {
    const { headers } = await fetch(`${service.url}/`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('under load', () => {
  it('refuses more than the queue holds and says when to come again; what it took it answers', async () => {
    const bytes = await drawChest(1);
    const four = (): FormData => formOf(Array.from({ length: 4 }, (_, i): [string, Buffer] => [`${i}.png`, bytes]));
    const responses = await Promise.all(Array.from({ length: 12 }, () => postForm(four())));
    const statuses = responses.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses).toContain(429);
    expect(new Set(statuses).size).toBe(2);
    const refused = responses.filter(({ status }) => status === 429);
    for (const response of refused) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await readProblem(response)).code).toBe('queue-full');
    }
    for (const response of responses.filter(({ status }) => status === 200)) {
      expect((await readAnswer(response)).results).toHaveLength(4);
    }
  });

  it('says of a short queue that a request may hold no more, and refuses for good what can never fit', async () => {
    const own = await startService({ port: 0, workers: 1, queueSize: 4 });
    try {
      const { limits: told } = modelsAnswerSchema.parse(await (await fetch(`${own.url}/api/v1/models`)).json());
      expect(told.filesPerRequest).toBe(4);
      const bytes = await drawChest(1);
      const group = (count: number): FormData =>
        formOf(Array.from({ length: count }, (_, i): [string, Buffer] => [`${i}.png`, bytes]));
      expect((await readAnswer(await postForm(group(told.filesPerRequest), own))).results).toHaveLength(4);
      const refused = await postForm(group(told.filesPerRequest + 1), own);
      expect((await readProblem(refused)).code).toBe('too-large');
    } finally {
      await own.close();
    }
  });

  it('answers what it accepted when it is told to stop', async () => {
    // A busy machine takes longer than a stop may; that limit has a test of its own.
    const own = await startService({ port: 0, workers: 1, queueSize: 64, stopLimit: 60_000 });
    const bytes = await drawChest(2);
    // Maps take the only thread long enough for the others to arrive.
    const maps = Array.from({ length: 3 }, () => post(bytes, 'image/png', '/api/v1/explain', own));
    const asked = Array.from({ length: 12 }, () => post(bytes, 'image/png', '/api/v1/classify', own));
    const countWaiting = async (): Promise<number> => {
      const text = await (await fetch(`${own.url}/metrics`)).text();
      return Number(/^pneumoscope_queue_length (\d+)$/m.exec(text)?.[1]);
    };
    await expect.poll(countWaiting, { interval: 5 }).toBeGreaterThanOrEqual(12);
    const [closed, ...answers] = await Promise.all([own.close(), ...maps, ...asked]);
    expect(closed).toBeUndefined();
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 15 }, () => 200));
    await expect(fetch(`${own.url}/healthz`)).rejects.toThrow(/fetch failed/);
  });

  it('reads models again without losing a request, and keeps the old one where the new one is broken', async () => {
    const file = path.join(folder, 'model.onnx');
    await copyFile(defaultModelPath(), file);
    const own = await startService({ port: 0, workers: 2, models: [{ id: 'ward', path: file }] });
    try {
      const bytes = await drawChest(3);
      const before = (await readAnswer(await post(bytes, 'image/png', '/api/v1/classify', own))).model.version;
      const end = new AbortController();
      const statuses: number[] = [];
      const load = Array.from({ length: 4 }, async () => {
        while (!end.signal.aborted) statuses.push((await post(bytes, 'image/png', '/api/v1/classify', own)).status);
      });
      const header = await readModelHeader(defaultModelPath());
      await writeFileWhole(file, replaceMetadata(defaultModelPath(), { ...header.metadata, note: 'another file' }));
      const [now] = await own.reload();
      await writeFile(file, 'no model');
      await expect(own.reload()).rejects.toMatchObject({ code: 'E_MODEL_FILE' });
      const answer = await readAnswer(await post(bytes, 'image/png', '/api/v1/classify', own));
      end.abort();
      await Promise.all(load);
      expect(now?.version).not.toBe(before);
      expect(answer.model.version).toBe(now?.version);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(statuses.length).toBeGreaterThan(4);
    } finally {
      await own.close();
    }
  });
});

describe('models side by side', () => {
  it('are named by file, folder or wish, and two files of one name are two versions', async () => {
    expect(parseModelSource('runs/first/model.onnx').id).toBe('first');
    expect(parseModelSource('weights/b.onnx').id).toBe('b');
    expect(parseModelSource('ward=x/y.onnx')).toEqual({ id: 'ward', path: 'x/y.onnx' });
    expect(() => parseModelSource('a b=x.onnx')).toThrow(/name/);
    const second = path.join(folder, 'second.onnx');
    const header = await readModelHeader(defaultModelPath());
    await writeFileWhole(second, replaceMetadata(defaultModelPath(), { ...header.metadata, note: 'second' }));
    const models = [
      { id: 'ward', path: defaultModelPath() },
      { id: 'ward', path: second },
      { id: 'other', path: second },
    ];
    const own = await startService({ port: 0, workers: 1, models });
    try {
      const listed = modelsAnswerSchema.parse(await (await fetch(`${own.url}/api/v1/models`)).json()).models;
      expect(listed.map(({ id, isLatest }) => [id, isLatest])).toEqual([
        ['ward', false],
        ['ward', true],
        ['other', true],
      ]);
      const [old] = listed;
      const bytes = await drawChest(0);
      const ask = async (query: string): Promise<string> => {
        const { model } = await readAnswer(await post(bytes, 'image/png', `/api/v1/classify?${query}`, own));
        return `${model.id} ${model.version}`;
      };
      expect(await ask('model=ward')).toBe(`ward ${listed[1]?.version}`);
      expect(await ask(`model=ward&version=${old?.version}`)).toBe(`ward ${old?.version}`);
      expect(await ask('model=other')).toBe(`other ${listed[2]?.version}`);
    } finally {
      await own.close();
    }
  });
});
