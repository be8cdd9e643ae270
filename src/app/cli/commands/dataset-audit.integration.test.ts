import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeAuditImages } from '../../../../test/fixtures/inspection/audit-images.ts';
import { runCli } from '../../../../test/run-cli.ts';
import type { AuditResult } from '../../../study/audit/audit-result.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
const quick = ['--size', '64', '--bootstrap', '100'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-cli-'));
  await writeAuditImages(path.join(folder, 'raw'), { planted: true, patients: 4 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const audit = (...args: readonly string[]): ReturnType<typeof runCli> => {
  return runCli(['dataset', 'audit', path.join(folder, 'raw'), ...quick, ...args]);
};

describe('pneumoscope dataset audit', () => {
  it('prints a table and writes a page; a leak is a result, not a failure', async () => {
    const page = path.join(folder, 'pages', 'audit.html');
    const { exitCode, stdout, stderr } = await audit('--html', page, '--quiet');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^JPEG quality +file +1\.00 +1\.00 to 1\.00 +gives it away +any preparation +0\.50$/m);
    expect(stdout).toMatch(/\n\nWritten to .*audit\.html\n$/);
    expect(await readFile(page, 'utf8')).toContain('<h3>JPEG quality</h3>');
  });

  it('gives the whole result as JSON, with every setting passed on', async () => {
    const { exitCode, stdout } = await audit(
      '--json',
      '--seed',
      '3',
      '--folds',
      '2',
      '--positive',
      'A',
      '--max-images',
      '12',
    );
    expect(exitCode).toBe(0);
    const result = JSON.parse(stdout) as AuditResult;
    expect(result).toMatchObject({ positive: 'A', seed: 3, folds: 2, size: 64, images: 12 });
    expect(result.bootstrap.replicates).toBe(100);
    expect(result.features[0]?.after).toHaveLength(result.options.length);
  });

  it('says the figures also when the page cannot be written', async () => {
    const { exitCode, stdout, stderr } = await audit('--html', folder, '--quiet');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error E_DISK: /);
    expect(stdout).toContain('JPEG quality');
  });

  it('refuses what it cannot do in a sentence', async () => {
    expect(await audit('--positive', 'C')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error E_USAGE: The positive class must be one of A, B, but 'C' was given\./),
    });
    expect(await audit('--folds', '1')).toMatchObject({ exitCode: 2 });
    expect(await runCli(['dataset', 'audit', path.join(folder, 'nothing')])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error E_NOT_FOUND: /),
    });
  });
});
