import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import { encodeModel } from '../onnx/encode.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'no-telemetry-'));
  const g = new GraphBuilder('g');
  const images = g.input('images', 'float32', ['N', 1, 2, 2]);
  g.output(g.node('Relu', [images]), 'logits');
  g.output(g.node('Sigmoid', [images]), 'probability');
  await writeFile(path.join(home, 'model.onnx'), encodeModel(g.build()));
});
afterAll(() => rm(home, { recursive: true }));

/** In a process that is no test: the runtime leaves those in peace. @returns what it wrote into the user's folders */
async function run(program: string, args: readonly string[] = []): Promise<string[]> {
  const { PATH } = process.env;
  const env = { PATH, HOME: home, XDG_CACHE_HOME: path.join(home, 'cache'), MODEL: path.join(home, 'model.onnx') };
  const flags = ['--input-type=module-typescript', '-e', program];
  execFileSync(process.execPath, [...flags, '--', ...args], { env, cwd: import.meta.dirname, stdio: 'pipe' });
  return (await readdir(home)).filter((name) => name !== 'model.onnx');
}

const client = `
  const { InferenceClient } = await import('./inference-client.ts');
  const settings = { path: process.env.MODEL, imageShape: [1, 2, 2], units: 1, device: 'cpu', threads: 1 };
  const client = await InferenceClient.start(settings);
  await client.close();
`;

describe('ONNX Runtime', () => {
  it('keeps no identifier of the device and no events, in a thread of its own', async () => {
    expect(await run(client)).toEqual([]);
  });

  it('keeps none on the main thread either', async () => {
    const program = `
      const { Session } = await import('./session.ts');
      const session = await Session.load(process.env.MODEL, { threads: 1 });
      await session.release();
    `;
    expect(await run(program)).toEqual([]);
  });

  it('survives a long command line', async () => {
    const args = Array.from({ length: 2000 }, (_, i) => `images/x${i}.jpeg`);
    expect(await run(client, args)).toEqual([]);
  });
});
