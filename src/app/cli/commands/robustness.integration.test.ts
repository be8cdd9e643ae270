import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { imageShifts } from '../../../imaging/augment/image-shifts.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-robustness-'));
  await saveModel(path.join(folder, 'model.onnx'), smallModel(['HEALTHY', 'ILL']));
  await saveModel(path.join(folder, 'three.onnx'), smallModel(['bacteria', 'normal', 'virus']));
  await drawImages(folder, ['test/HEALTHY/1.png', 'test/HEALTHY/2.png', 'test/ILL/3.png']);
  await drawImages(path.join(folder, 'kinds'), ['bacteria/1.png', 'normal/2.png', 'virus/3.png']);
  await mkdir(path.join(folder, 'empty'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['robustness', ...args], { cwd: folder });

describe('pneumoscope robustness', () => {
  it('prints a row a form, under the names of the classes', async () => {
    const { exitCode, stdout, stderr } = await run('model.onnx', '.', '--quiet');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/AUC, HEALTHY only {2}AUC, ILL only {2}Mean change {2}Other answers/);
    for (const { name } of imageShifts)
      expect(stdout).toMatch(new RegExp(`^${name.replace('.', String.raw`\.`)} `, 'm'));
  });

  it('gives the same as JSON', async () => {
    const { exitCode, stdout } = await run('model.onnx', 'test', '--json');
    expect(exitCode).toBe(0);
    const { rows, images } = JSON.parse(stdout) as { rows: { name: string }[]; images: number };
    expect([images, rows.length, rows[0]?.name]).toEqual([3, imageShifts.length + 1, 'as it is']);
  });

  it.each([
    [['model.onnx', 'empty'], 1, /^error E_DATASET: empty has no folder in it[^\n]*\n$/],
    [['model.onnx', 'gone'], 1, /^error E_NOT_FOUND: gone does not exist[^\n]*\n$/],
    [['three.onnx', 'kinds'], 2, /^error E_USAGE: three\.onnx has more than two classes[^\n]*\n$/],
    [['model.onnx', 'test', '--forse'], 2, /^error E_USAGE: [^\n]*--force[^\n]*\n$/],
  ] as const)('%j: one sentence', async (args, exitCode, sentence) => {
    expect(await run(...args)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(sentence) });
  });
});
