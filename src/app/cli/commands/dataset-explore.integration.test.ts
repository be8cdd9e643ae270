import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { writeTinyDataset } from '../../../../test/tiny-dataset.ts';
import { generatePhantoms } from '../../../data/phantoms/phantoms.ts';

// Processes start slowly on a busy machine, and the first chart loads large libraries.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-cli-'));
  data = path.join(folder, 'data');
  await writeTinyDataset(data, { side: 40, train: 12, validation: 4 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('pneumoscope dataset explore', () => {
  it('writes figures, numbers and a page, and replaces nothing but its own', async () => {
    const out = path.join(folder, 'out');
    const args = ['dataset', 'explore', data, '--out', out, '--size', '40'];
    const first = await runCli([...args, '--html']);
    expect([first.exitCode, first.stderr]).toEqual([0, expect.stringContaining('images of patients')]);
    expect(first.stdout).toMatch(/^16 images of 16 patients\.$/m);
    expect(first.stdout).toMatch(/^PNEUMONIA +8 +8 +40 x 40/m);
    expect(first.stdout).toMatch(
      /^Around the lungs +\d+\.\d +\d+\.\d +[+−]?\d+\.\d \(too few patients for an interval\)$/m,
    );
    expect((await readdir(out)).toSorted()).toEqual(['explore.html', 'explore.json', 'figures']);
    const figures = await readdir(path.join(out, 'figures'));
    expect(figures).toEqual(expect.arrayContaining(['samples.png', 'class-statistics-train.svg', 'histogram.png']));
    expect(await readFile(path.join(out, 'explore.html'), 'utf8')).toContain('This page holds images of patients');

    await writeFile(path.join(out, 'figures', 'mine.txt'), 'mine');
    const second = await runCli([...args, '--no-samples', '--json']);
    expect([second.exitCode, second.stderr]).toEqual([0, '']);
    const printed = JSON.parse(second.stdout) as Record<string, unknown>;
    expect(printed).toMatchObject({ images: 16, splits: ['train', 'validation'], synthetic: false, size: 40, out });
    expect(printed['statement']).toMatch(/^Around the lungs /);
    const { out: _out, files, ...rest } = printed;
    expect(JSON.parse(await readFile(path.join(out, 'explore.json'), 'utf8'))).toEqual(rest);
    // The page and the samples were the first run's.
    expect((await readdir(out)).toSorted()).toEqual(['explore.json', 'figures']);
    const after = await readdir(path.join(out, 'figures'));
    expect(after).toContain('mine.txt');
    expect(after).not.toContain('samples.png');
    expect(files).toHaveLength(after.length);
  });

  it('says of phantoms that they are phantoms', async () => {
    const phantoms = path.join(folder, 'phantoms');
    await generatePhantoms({ out: phantoms, patients: 4, size: 32 });
    const out = path.join(folder, 'phantoms-out');
    const { exitCode, stdout, stderr } = await runCli(['dataset', 'explore', phantoms, '--out', out, '--size', '32']);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('SYNTHETIC phantoms')]);
    expect(stdout).toMatch(/^\d+ images of 4 patients, SYNTHETIC\.$/m);
  });

  it('refuses a folder with other things in it, one among the images, and one that is a file', async () => {
    const foreign = path.join(folder, 'foreign');
    await mkdir(foreign);
    await writeFile(path.join(foreign, 'thesis.txt'), 'mine');
    const file = path.join(folder, 'file');
    await writeFile(file, 'mine');
    for (const [out, code, words] of [
      [foreign, 'E_USAGE', 'holds no earlier exploration'],
      [path.join(data, 'train', 'look'), 'E_USAGE', 'lies among the images'],
      [file, 'E_DISK', 'a file stands where a folder is needed'],
    ] as const) {
      const { exitCode, stdout } = await runCli(['dataset', 'explore', data, '--out', out, '--json']);
      expect(exitCode).not.toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code, message: expect.stringContaining(words) as string } });
    }
    expect(await readdir(foreign)).toEqual(['thesis.txt']);
  });
});
