/**
 * A training that is killed again and again, at random moments and while it writes a checkpoint, ends with the same bits as one that was
 * left alone. Real processes, started as a user starts them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomGenerator } from '../src/base/random.ts';
import { parseHistoryCsv } from '../src/engine/fit/history.ts';
import { mainFile, runCli } from './run-cli.ts';
import { writeTinyDataset } from './tiny-dataset.ts';

let root: string;
let data: string;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'resume-'));
  data = path.join(root, 'data');
  environment = { ...process.env, XDG_CACHE_HOME: path.join(root, 'cache') };
  await writeTinyDataset(data, { side: 32, train: 28, validation: 8 });
});
afterAll(() => rm(root, { recursive: true }));

/** Twelve steps, each with augmentation, and a checkpoint after each. */
const settings = ['--recipe', 'improved', '--image-size', '32', '--batch-size', '8', '--epochs', '3', '--threads', '1'];
const flags = [...settings, '--checkpoint-minutes', '0', '--keep-checkpoint', '--quiet'];
const commandFor = (run: string): string[] => ['train', data, '--out', path.join(root, run), ...flags];

interface RunningTraining {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
}

function startTraining(run: string): RunningTraining {
  const args = [mainFile, ...commandFor(run), '--resume'];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Awaited<RunningTraining['ended']>>((resolve) => {
    child.on('close', (_code, signal) => resolve({ signal, stderr }));
  });
  return { child, ended };
}

function checkpointNames(run: string): string[] {
  try {
    return readdirSync(path.join(root, run, 'checkpoint'));
  } catch {
    return [];
  }
}

/** All that the training ended with, by file name. */
async function finalState(run: string): Promise<Map<string, Buffer>> {
  const [name, ...others] = checkpointNames(run);
  expect(others).toEqual([]);
  const folder = path.join(root, run, 'checkpoint', name as string);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.f32')).toSorted();
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(path.join(folder, file))] as const)),
  );
}

async function readFigures(run: string): Promise<object[]> {
  const history = parseHistoryCsv(await readFile(path.join(root, run, 'history.csv'), 'utf8'));
  return history.map(({ seconds: _, imagesPerSecond: _rate, ...record }) => record);
}

describe('a training', () => {
  beforeAll(async () => {
    const { exitCode, stderr } = await runCli(commandFor('whole'), { env: environment });
    if (exitCode !== 0) throw new Error(stderr);
  });

  it('that is killed again and again ends with the same bits', { timeout: 120_000 }, async () => {
    const random = new RandomGenerator(Date.now());
    let [killedWhileWriting, kills] = [0, 0];
    const moments: number[] = [];
    for (let attempt = 0; attempt < 12 && (kills < 5 || killedWhileWriting < 2); attempt++) {
      const before = checkpointNames('killed').find((name) => !name.includes('.')) ?? '';
      const { child, ended } = startTraining('killed');
      const onTarget = (): boolean => {
        const names = checkpointNames('killed');
        // Every second time as soon as the next checkpoint is being written, else some time after one was.
        return attempt % 2 === 0
          ? names.some((name) => name.endsWith('.part'))
          : names.some((name) => !name.includes('.') && name !== before);
      };
      while (child.exitCode === null && !onTarget()) await sleep(1);
      const moment = random.integer(attempt % 2 === 0 ? 20 : 80);
      moments.push(moment);
      await sleep(moment);
      child.kill('SIGKILL');
      if ((await ended).signal !== 'SIGKILL') break;
      kills += 1;
      if (checkpointNames('killed').some((name) => name.endsWith('.part'))) killedWhileWriting += 1;
    }
    const context = `waited ${moments.join(', ')} ms`;
    expect(kills, context).toBeGreaterThanOrEqual(3);
    expect(killedWhileWriting, context).toBeGreaterThanOrEqual(1);

    const { exitCode, stderr } = await runCli([...commandFor('killed'), '--resume'], { env: environment });
    expect([exitCode, stderr], context).toEqual([0, '']);
    const [whole, killed] = [await finalState('whole'), await finalState('killed')];
    expect([...killed.keys()]).toEqual([
      'bestStates.f32',
      'bestWeights.f32',
      'm.f32',
      'states.f32',
      'v.f32',
      'vhat.f32',
      'weights.f32',
    ]);
    for (const [file, bytes] of whole) expect(killed.get(file)?.equals(bytes), `${file}, ${context}`).toBe(true);
    expect(await readFigures('killed')).toEqual(await readFigures('whole'));
  });

  it('that is interrupted by Ctrl-C keeps its state and says how to go on', { timeout: 60_000 }, async () => {
    const command = commandFor('interrupted');
    const { child, ended } = startTraining('interrupted');
    while (child.exitCode === null && checkpointNames('interrupted').length === 0) await sleep(1);
    child.kill('SIGINT');
    const { stderr } = await ended;
    expect([child.exitCode, stderr]).toEqual([
      130,
      expect.stringMatching(
        /^error E_INTERRUPTED: Stopped in epoch \d after \d steps\. .*Continue with:\n  pneumoscope train .* --resume\n$/,
      ),
    ]);
    expect(checkpointNames('interrupted')).toEqual([expect.stringMatching(/^checkpoint-\d+$/)]);
    const again = await runCli(command, { env: environment });
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('already holds a training') });
    expect((await runCli([...command, '--resume'], { env: environment })).exitCode).toBe(0);
    const [whole, resumed] = [await finalState('whole'), await finalState('interrupted')];
    for (const [file, bytes] of whole) expect(resumed.get(file)?.equals(bytes), file).toBe(true);
  });
});
