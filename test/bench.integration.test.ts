/** The benchmark as a program: what it refuses before it measures, and what a part that fails leaves to the others. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawImages } from './small-model.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  await drawImages(folder, ['flat/a.png', 'classes/NORMAL/a.png', 'classes/PNEUMONIA/b.png']);
  await writeFile(path.join(folder, 'classes', 'NORMAL', 'bad.png'), 'not an image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bench = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['bench/run.ts', '--smoke', ...args], { encoding: 'utf8' });

it('looks at its folder of images before it measures', () => {
  const { status, stdout, stderr } = bench('--only', 'inference,decoding', '--images', path.join(folder, 'flat'));
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^error: --images needs a folder of class folders: [^\n]+\.\n$/);
});

it('keeps the figures of the parts that could be measured', { timeout: 60_000 }, () => {
  const { status, stdout, stderr } = bench(
    '--only',
    'decoding,inference',
    '--json',
    '--images',
    path.join(folder, 'classes'),
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: decoding failed: .*bad\.png/);
  const { rows, failures } = JSON.parse(stdout) as { rows: object[]; failures: { part: string }[] };
  expect(rows.length).toBeGreaterThan(0);
  expect(failures.map(({ part }) => part)).toEqual(['decoding']);
});
