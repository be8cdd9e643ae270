import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { drawChest } from '../../../../test/service-images.ts';
import { decodeModel } from '../../../engine/onnx/decode.ts';
import { encodeModel } from '../../../engine/onnx/encode.ts';
import { defaultModelPath } from '../../../model/file/default-model.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  /** all that it has said on standard error so far */
  readonly words: () => string;
  readonly url: Promise<string>;
  readonly ended: Promise<Ended>;
}

let folder: string;
let own: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'serve-command-'));
  own = path.join(folder, 'own');
  await mkdir(own);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function serve(...args: readonly string[]): Running {
  return start(process.execPath, [main, 'serve', '--workers', '1', ...args]);
}

/** In a folder of its own, which is its temporary one too. */
function start(command: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(command, args, {
    cwd: own,
    env: { ...process.env, TMPDIR: own, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  const url = new Promise<string>((resolve, reject) => {
    void ended.then(({ code, stderr: words }) => reject(new Error(`it ended with code ${code}: ${words}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const found = /http:\/\/[\d.]+:\d+/.exec(stdout)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  // Who expects it to fail asks for no address.
  url.catch(() => undefined);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { child, words: () => stderr, url, ended };
}

describe('pneumoscope serve', () => {
  it('prints its address, answers, reads its models again on SIGHUP and ends well on SIGTERM', async () => {
    const file = path.join(folder, 'ward.onnx');
    await copyFile(defaultModelPath(), file);
    const service = serve('--port', '0', '--probe-port', '0', '--log', '--model', file);
    const url = await service.url;
    const answer = await fetch(`${url}/api/v1/classify`, {
      method: 'POST',
      body: new Uint8Array(await drawChest(0)),
      headers: { 'content-type': 'image/png' },
    });
    expect(await answer.json()).toMatchObject({ model: { id: 'ward' }, results: [{ status: 'answered' }] });
    // It writes nothing: no image, no log, no copy of its model.
    expect(await readdir(own, { recursive: true })).toEqual([]);
    await writeFile(file, 'no model any more');
    service.child.kill('SIGHUP');
    await vi.waitFor(() => expect(service.words()).toMatch(/but nothing changes/), { timeout: 60_000 });
    await copyFile(defaultModelPath(), file);
    service.child.kill('SIGHUP');
    await vi.waitFor(() => expect(service.words()).toMatch(/read again. Models served: 1\./), {
      timeout: 20_000,
    });
    service.child.kill('SIGTERM');
    const { code, stdout, stderr } = await service.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('not a medical device');
    const [probes] = /http\S+(?=\/healthz)/.exec(stdout) ?? [];
    expect(probes).toMatch(/^http:/);
    expect(probes).not.toBe(url);
    expect(stderr).toContain('"route":"/api/v1/classify"');
    expect(stderr).toContain('Stopping');
    expect(await readdir(own)).toEqual([]);
  });

  it('reads its tokens again on SIGHUP, and keeps those it has where the file is bad', async () => {
    const [ward, admin, next] = ['a-token-of-the-ward', 'a-token-of-the-admin', 'the-next-of-the-ward'];
    const file = path.join(folder, 'tokens');
    await writeFile(file, `${ward} classify\n${admin} reload\n`);
    const service = serve('--port', '0', '--drain', '0', '--token-file', file);
    const url = await service.url;
    const ask = async (to: string, token: string, method = 'GET'): Promise<number> =>
      (await fetch(url + to, { method, headers: { authorization: `Bearer ${token}` } })).status;
    const models = '/api/v1/models';
    expect(await ask(models, ward)).toBe(200);
    expect([await ask('/api/v1/reload', ward, 'POST'), await ask('/metrics', ward)]).toEqual([403, 403]);
    expect([await ask('/api/v1/reload', admin, 'POST'), await ask(models, admin)]).toEqual([200, 403]);
    await writeFile(file, `${next} classify\n`);
    service.child.kill('SIGHUP');
    await expect.poll(() => ask(models, ward), { timeout: 60_000 }).toBe(401);
    expect(await ask(models, next)).toBe(200);
    await writeFile(file, 'short\n');
    service.child.kill('SIGHUP');
    await vi.waitFor(() => expect(service.words()).toMatch(/tokens were read again, but nothing changes: Token 1 of/), {
      timeout: 60_000,
    });
    expect(await ask(models, next)).toBe(200);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('answers others while a thread is in native code, and ends within its limit although nothing ends that code', async () => {
    const preload = new URL('../../../../test/fixtures/threads/hang-on-explain.mjs', import.meta.url).href;
    const args = [main, 'serve', '--port', '0', '--workers', '2', '--log'];
    const service = start(process.execPath, args, { NODE_OPTIONS: `--import ${preload}` });
    const url = await service.url;
    const body = new Uint8Array(await drawChest(0));
    const ask = (to: string): Promise<Response> =>
      fetch(url + to, { method: 'POST', body, headers: { 'content-type': 'image/png' } });
    const hung = ask('/api/v1/explain');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    for (let image = 0; image < 3; image++) expect((await ask('/api/v1/classify')).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(8000);
    const stopped = performance.now();
    service.child.kill('SIGTERM');
    expect(await (await hung).json()).toMatchObject({ code: 'shutting-down' });
    const { code, stderr } = await service.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('Stopping')]);
    // Five seconds, and some for a busy machine.
    expect(performance.now() - stopped).toBeLessThan(10_000);
  });

  it.skipIf(process.platform === 'win32')('lives on where it may open no more files for a while', async () => {
    const command = `ulimit -n 120; exec "$@"`;
    const args = [process.execPath, main, 'serve', '--workers', '1', '--port', '0', '--drain', '0'];
    const service = start('bash', ['-c', command, 'bash', ...args]);
    const url = await service.url;
    const body = new Uint8Array(await drawChest(0));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (to: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'image/png' };
        const asked = request(url + to, { method: 'POST', agent, headers }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0));
        });
        asked.on('error', reject).end(body);
      });
    // This connection stays.
    expect(await ask('/api/v1/classify')).toBe(200);
    const { hostname, port } = new URL(url);
    const held = Array.from({ length: 130 }, () => connect(Number(port), hostname).on('error', () => undefined));
    await vi.waitFor(() => expect(held.filter(({ pending }) => !pending).length).toBeGreaterThan(60));
    await new Promise((resolve) => setTimeout(resolve, 500));
    // The first explanation of a thread loads code, and that needs files.
    expect(await ask('/api/v1/explain')).toBe(503);
    expect(await ask('/api/v1/classify')).toBe(200);
    for (const socket of held) socket.destroy();
    await expect.poll(() => ask('/api/v1/explain'), { timeout: 30_000 }).toBe(200);
    agent.destroy();
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it.skipIf(process.platform !== 'linux' || process.execve === undefined)(
    'keeps little memory for threads that died: one arena, unless the environment says another number',
    async () => {
      for (const [given, arenas] of [
        [{}, '1'],
        [{ MALLOC_ARENA_MAX: '5' }, '5'],
      ] as const) {
        const service = start(process.execPath, [main, 'serve', '--workers', '1', '--port', '0'], given);
        expect((await fetch(`${await service.url}/healthz`)).status).toBe(200);
        // The process is the one that was started: who ends it by its number ends the service.
        const environment = await readFile(`/proc/${service.child.pid}/environ`, 'utf8');
        expect(environment.split('\0').filter((line) => line.startsWith('MALLOC_ARENA_MAX='))).toEqual([
          `MALLOC_ARENA_MAX=${arenas}`,
        ]);
        service.child.kill('SIGTERM');
        const { code, stderr } = await service.ended;
        expect(code).toBe(0);
        expect(stderr).not.toContain('Warning');
      }
    },
  );

  it('takes a run folder in place of its model', async () => {
    const run = path.join(folder, 'run-1');
    await mkdir(run);
    await copyFile(defaultModelPath(), path.join(run, 'model.onnx'));
    const service = serve('--port', '0', '--model', run);
    const models = await (await fetch(`${await service.url}/api/v1/models`)).json();
    expect(models).toMatchObject({ models: [{ id: 'run-1' }] });
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('says what is wrong before it serves: a taken port, no token, no model, a damaged one, a wrong flag', async () => {
    const first = serve('--port', '0');
    const port = new URL(await first.url).port;
    await writeFile(path.join(folder, 'damaged.onnx'), 'no model');
    const { graph, metadata } = decodeModel(await readFile(defaultModelPath()));
    const nodes = graph.nodes.map((node) => (node.op === 'Conv' ? { ...node, op: 'Nonsense' } : node));
    await writeFile(path.join(folder, 'unknown.onnx'), encodeModel({ ...graph, nodes }, { metadata }));
    const refused = await Promise.all([
      serve('--port', port).ended,
      serve('--host', '0.0.0.0').ended,
      serve('--model', path.join(folder, 'missing.onnx')).ended,
      serve('--model', path.join(folder, 'damaged.onnx')).ended,
      serve('--prot', '1').ended,
      serve('--host', '192.0.2.1', '--token-file', path.join(folder, 'none')).ended,
      serve('--model', path.join(folder, 'unknown.onnx')).ended,
      serve('--device', 'cuda').ended,
    ]);
    expect(refused.map(({ code, stderr }) => [code, /E_\w+/.exec(stderr)?.[0]])).toEqual([
      [2, 'E_USAGE'],
      [2, 'E_USAGE'],
      [1, 'E_NOT_FOUND'],
      [1, 'E_MODEL_FILE'],
      [2, 'E_USAGE'],
      [1, 'E_NOT_FOUND'],
      [1, 'E_MODEL_FILE'],
      [1, 'E_DEVICE'],
    ]);
    // The file that was named, not the copy of it that is served.
    expect(refused[6]?.stderr).toContain(`${path.join(folder, 'unknown.onnx')} is damaged`);
    expect(refused[0]?.stderr).toContain('taken by another program');
    expect(refused[1]?.stderr).toContain('--token-file');
    expect(refused[3]?.stderr).toContain(path.join(folder, 'damaged.onnx'));
    expect(refused[4]?.stderr).toContain('--port');
    expect(refused.every(({ stdout }) => stdout === '')).toBe(true);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(0);
  });
});
