import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunLock } from './run-lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'run-lock-'));
  file = path.join(folder, '.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const holder = { host: hostname(), processStart: null, since: '2024-01-01T00:00:00.000Z' };
const writeLock = (fields: object): Promise<void> => writeFile(file, `${JSON.stringify({ ...holder, ...fields })}\n`);
const refusal = { code: 'E_USAGE', message: expect.stringMatching(/at work.*wait for its end.*delete .*\.lock/) };

const takeAndRelease = async (): Promise<void> => (await RunLock.take(folder)).release();

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

describe('the lock of a run folder', () => {
  it('is held by one training at a time, and leaves nothing', async () => {
    const lock = await RunLock.take(folder);
    await expect(RunLock.take(folder)).rejects.toMatchObject(refusal);
    await lock.release();
    const next = await RunLock.take(folder);
    await next.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a dead process, by one of many', async () => {
    await writeLock({ pid: await deadProcess() });
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => RunLock.take(folder)));
    const locks = taken.filter((outcome) => outcome.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over by one of many again and again', async () => {
    const pid = await deadProcess();
    for (let round = 0; round < 25; round++) {
      await writeLock({ pid });
      const taken = await Promise.allSettled(Array.from({ length: 12 }, () => RunLock.take(folder)));
      const locks = taken.filter((outcome) => outcome.status === 'fulfilled');
      expect(locks).toHaveLength(1);
      const refused = taken.filter((outcome) => outcome.status === 'rejected');
      for (const { reason } of refused) expect(reason).toMatchObject(refusal);
      await locks[0]?.value.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('is taken over although an earlier take-over was killed half way', async () => {
    await writeLock({ pid: await deadProcess() });
    await writeFile(`${file}-removal`, '');
    const longAgo = new Date(Date.now() - 600_000);
    await utimes(`${file}-removal`, longAgo, longAgo);
    await expect(takeAndRelease()).resolves.toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over where only half of it was written', async () => {
    await writeFile(file, '{"host"');
    await expect(takeAndRelease()).resolves.toBeUndefined();
  });

  it('is respected where the process lives', async () => {
    await writeLock({ pid: process.ppid });
    await expect(RunLock.take(folder)).rejects.toMatchObject(refusal);
  });

  it.skipIf(process.platform !== 'linux')('is taken over where a later process has the number', async () => {
    await writeLock({ pid: process.ppid, processStart: '1' });
    await expect(takeAndRelease()).resolves.toBeUndefined();
  });

  it('of another machine is respected as long as it is refreshed', async () => {
    await writeLock({ host: 'another-machine', pid: 1 });
    await expect(RunLock.take(folder)).rejects.toMatchObject(refusal);
    const longAgo = new Date(Date.now() - 600_000);
    await utimes(file, longAgo, longAgo);
    await expect(takeAndRelease()).resolves.toBeUndefined();
  });

  it('is not removed by one who lost it', async () => {
    const lock = await RunLock.take(folder);
    await writeLock({ pid: process.ppid });
    await lock.release();
    expect(await readFile(file, 'utf8')).toContain(String(process.ppid));
  });
});

describe('a lock as a fence', () => {
  it('keeps one who lost it from writing, and says who has the folder', async () => {
    const lock = await RunLock.take(folder);
    await expect(lock.requireHeld()).resolves.toBeUndefined();
    await writeLock({ pid: process.ppid });
    const lost = { code: 'E_CHECKPOINT', message: expect.stringMatching(/belongs to another training now \(process/) };
    await expect(lock.requireHeld()).rejects.toMatchObject(lost);
    expect(lock.signal.reason).toMatchObject(lost);
    // Also when the other has ended.
    await rm(file);
    await expect(lock.requireHeld()).rejects.toMatchObject(lost);
    await lock.release();
  });

  it('tells one who lost it within seconds, without being asked', async () => {
    const lock = await RunLock.take(folder);
    await writeLock({ pid: process.ppid });
    await vi.waitFor(() => expect(lock.loss?.code).toBe('E_CHECKPOINT'), { timeout: 10_000 });
    await lock.release();
  });

  it('is put back where somebody deleted it and nobody took it', async () => {
    const lock = await RunLock.take(folder);
    const text = await readFile(file, 'utf8');
    await rm(file);
    await lock.requireHeld();
    expect(await readFile(file, 'utf8')).toBe(text);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('a training whose parent was killed', () => {
  const script = fileURLToPath(new URL('../../../test/fixtures/training/lock-holder.ts', import.meta.url));

  /** A holder whose parent lives until it is told to end. */
  async function startHolder(): Promise<{ readonly killParent: () => Promise<void> }> {
    const parent = spawn('sh', ['-c', '"$0" "$1" "$2" & wait', process.execPath, script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    return {
      killParent: async () => {
        const ended = once(parent, 'exit');
        parent.kill('SIGKILL');
        await ended;
      },
    };
  }

  it('gives the folder to one who goes on with it, and to nobody else', { timeout: 60_000 }, async () => {
    const warnings: string[] = [];
    const takeOver = { takeOver: true, onWarning: (sentence: string) => warnings.push(sentence) };
    const { killParent } = await startHolder();
    await expect(RunLock.take(folder, takeOver)).rejects.toMatchObject(refusal);
    await killParent();
    await expect(RunLock.take(folder)).rejects.toMatchObject(refusal);
    const lock = await RunLock.take(folder, takeOver);
    expect(warnings).toEqual([expect.stringMatching(/still trains .* is asked to write its checkpoint and stop$/)]);
    await lock.requireHeld();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });
});
