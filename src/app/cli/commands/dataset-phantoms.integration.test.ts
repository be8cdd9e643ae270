import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pneumoscope dataset phantoms', () => {
  it('draws what was asked for, and dataset split takes it', async () => {
    const out = path.join(folder, 'small');
    const settings = ['--patients', '12', '--size', '32', '--seed', '5'];
    const drawn = await runCli(['dataset', 'phantoms', '--out', out, ...settings]);
    expect(drawn).toMatchObject({ exitCode: 0, stderr: `\nNext: pneumoscope dataset split ${out} --out data\n` });
    const images =
      (await readdir(path.join(out, 'NORMAL'))).length + (await readdir(path.join(out, 'PNEUMONIA'))).length;
    expect(drawn.stdout).toContain(`${images} synthetic images of 12 imaginary patients are in ${out}.\n`);

    const again = await runCli(['dataset', 'phantoms', '--out', out, ...settings, '--overwrite', '--json']);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toMatchObject({ patients: 12, images, classes: { NORMAL: { patients: 6 } } });

    const split = await runCli(['dataset', 'split', out, '--out', path.join(folder, 'data'), '--json']);
    expect(JSON.parse(split.stdout)).toMatchObject({ summary: { images, patients: 12 } });
  });

  it.skipIf(process.platform === 'win32')('stops at Ctrl-C, says how to go on, and does so', async () => {
    const out = path.join(folder, 'stopped');
    const args = ['dataset', 'phantoms', '--out', out, '--size', '32', '--seed', '1'];
    // Far more patients than anyone waits for; interrupted as soon as there are images.
    const pending = runCli([...args, '--patients', '100000', '--json'], {
      onStart: (child) => {
        const watch = setInterval(() => {
          void readdir(path.join(out, 'NORMAL')).then(
            (names) => {
              // Once: a second Ctrl-C ends the process at once.
              if (names.length <= 5 || child.killed) return;
              clearInterval(watch);
              child.kill('SIGINT');
            },
            () => {},
          );
        }, 50);
        child.on('exit', () => clearInterval(watch));
      },
    });
    const { exitCode, stdout, stderr } = await pending;
    expect([exitCode, stderr]).toEqual([130, 'error E_INTERRUPTED: Stopped. Run the same command again.\n']);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'E_INTERRUPTED', message: 'Stopped. Run the same command again.' },
    });

    const data = path.join(folder, 'of-stopped');
    expect(await runCli(['dataset', 'split', out, '--out', data])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(await runCli([...args, '--patients', '4'])).toMatchObject({ exitCode: 0 });
    expect(await runCli(['dataset', 'split', out, '--out', data, '--validation', '0', '--test', '0.5'])).toMatchObject({
      exitCode: 0,
    });
  });
});
