import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let raw: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-cli-'));
  raw = path.join(folder, 'raw');
  for (const [className, name] of [
    ['NORMAL', (patient: number, image: number) => `IM-${String(1000 + patient)}-000${image}.jpeg`],
    ['PNEUMONIA', (patient: number, image: number) => `person${patient}_virus_${image}.jpeg`],
  ] as const) {
    await mkdir(path.join(raw, className), { recursive: true });
    for (let patient = 1; patient <= 20; patient++) {
      for (let image = 1; image <= 2; image++) {
        const file = path.join(raw, className, name(patient, image));
        await writeFile(file, `${className} ${patient} ${image}`);
      }
    }
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pneumoscope dataset split', () => {
  it('prints a table, and nothing else where no one watches', async () => {
    const out = path.join(folder, 'table');
    const { exitCode, stdout, stderr } = await runCli(['dataset', 'split', raw, '--out', out]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`80 images of 40 patients are in ${out} (80 hard links), split by patient, seed 0.\n`);
    expect(stdout).toMatch(/^Set +Images +Share +Patients +NORMAL +PNEUMONIA$/m);
    expect(stdout).toMatch(/^train +56 +70\.0 % +28 +28 +28$/m);
    expect(stdout).toMatch(/^Patients with images in more than one set: 0\.$/m);
    expect((await readdir(out)).toSorted()).toEqual(['manifest.json', 'test', 'train', 'validation']);
  });

  it('prints one JSON document with --json', async () => {
    const args = [
      'dataset',
      'split',
      raw,
      '--out',
      path.join(folder, 'json'),
      '--seed',
      '7',
      '--link',
      'copy',
      '--json',
    ];
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      by: 'patient',
      seed: 7,
      classNames: ['NORMAL', 'PNEUMONIA'],
      linked: 0,
      summary: { images: 80, patients: 40, patientsInSeveralSplits: 0 },
    });
  });

  it('passes every setting on, and warns that a split by image is optimistic, even with --quiet', async () => {
    const settings = ['--by', 'image', '--validation', '0.25', '--test', '0', '--seed', '3', '--quiet'];
    const { exitCode, stdout, stderr } = await runCli([
      'dataset',
      'split',
      raw,
      '--out',
      path.join(folder, 'image'),
      ...settings,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/split by image, seed 3/);
    expect(stdout).toMatch(/^validation +20 +25\.0 %/m);
    expect(stdout).not.toMatch(/^test/m);
    expect(stderr).toMatch(
      /^warning \d+ patients have images in more than one set, .* --by patient prevents that\.\n$/,
    );
  });

  it('replaces an earlier split only with --overwrite', async () => {
    const args = ['dataset', 'split', raw, '--out', path.join(folder, 'twice')];
    expect(await runCli(args)).toMatchObject({ exitCode: 0 });
    expect(await runCli(args)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/--overwrite/) });
    expect(await runCli([...args, '--overwrite'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('ends with one line and code 1 where there is nothing to split', async () => {
    const { exitCode, stdout, stderr } = await runCli([
      'dataset',
      'split',
      path.join(folder, 'nothing'),
      '--out',
      'x',
      '--json',
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error E_NOT_FOUND: .*nothing does not exist.*\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'E_NOT_FOUND' } });
  });
});
