import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { decodeModel } from '../../../engine/onnx/decode.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { readModelMetadata } from '../../../model/use/classifier.ts';

const statement = {
  ages: { low: 1, high: 5 },
  hospitals: [{ en: 'A hospital', 'zh-Hans': '一家医院' }],
  source: { en: 'Drawn images.' },
  labels: { en: 'Made up.' },
  limits: [{ en: 'It knows nothing.' }],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-card-'));
  await saveModel(path.join(folder, 'bare.onnx'), smallModel());
  await writeFile(path.join(folder, 'statement.json'), `\ufeff${JSON.stringify(statement)}`);
  for (const set of ['validation', 'test']) {
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      const files = Array.from({ length: 12 }, (_, index) => `person${index}_virus_${set}${index}.png`);
      await drawImages(path.join(folder, 'data', set, name), files);
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder });

describe('pneumoscope card', () => {
  it('says plainly that a file holds no figures', async () => {
    const { exitCode, stdout } = await run('card', 'bare.onnx');
    expect(exitCode).toBe(0);
    expect(stdout).toContain("There are no figures in this model's file.");
    expect(stdout).toContain('It answers for any picture');
  });

  it('writes a statement into the file and leaves the rest, and says of the shipped model what it knows', async () => {
    const { exitCode, stdout } = await run(
      'card',
      'bare.onnx',
      '--statement',
      'statement.json',
      '--out',
      'stated.onnx',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('It knows nothing.');
    const { statement: stated, ...rest } = await readModelMetadata(path.join(folder, 'stated.onnx'));
    expect(stated).toEqual(statement);
    expect(rest).toEqual(await readModelMetadata(path.join(folder, 'bare.onnx')));
    const [before, after] = await Promise.all(
      ['bare.onnx', 'stated.onnx'].map(async (file) => decodeModel(await readFile(path.join(folder, file)))),
    );
    expect(after?.graph).toEqual(before?.graph);
    const shipped = await run('card');
    expect(shipped.stdout).toContain('one hospital: Guangzhou');
  });

  it.each([
    [
      'a statement that is none',
      ['bare.onnx', '--statement', 'wrong.json'],
      'E_USAGE',
      /is no statement about a model/,
    ],
    [
      'one that is not there',
      ['bare.onnx', '--statement', 'absent.json'],
      'E_NOT_FOUND',
      /absent\.json cannot be read/,
    ],
    ['the shipped model', ['--statement', 'statement.json'], 'E_USAGE', /is not changed; say with --out/],
    ['--out without a statement', ['bare.onnx', '--out', 'x.onnx'], 'E_USAGE', /--statement writes/],
  ])('refuses %s', async (_, words, code, sentence) => {
    await writeFile(path.join(folder, 'wrong.json'), JSON.stringify({ ...statement, agess: 3 }));
    const before = await readFile(path.join(folder, 'bare.onnx'));
    const { exitCode, stderr } = await run('card', ...words);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(`error ${code}`);
    expect(stderr).toMatch(sentence);
    expect(await readFile(path.join(folder, 'bare.onnx'))).toEqual(before);
  });
});

describe('pneumoscope evaluate --write', () => {
  it('puts figures into the file, which the card shows', async () => {
    const made = await run(
      'evaluate',
      'bare.onnx',
      'data',
      '--replicates',
      '100',
      '--write',
      'measured.onnx',
      '--json',
    );
    expect(made.exitCode).toBe(0);
    const { study } = JSON.parse(made.stdout) as { study: { figures: { sensitivity: { value: number } } } };
    const { evaluation, classes } = await readModelMetadata(path.join(folder, 'measured.onnx'));
    expect(evaluation).toMatchObject({ images: 24, positives: 12, negatives: 12, threshold: classes.threshold });
    expect(evaluation?.figures.sensitivity.value).toBe(study.figures.sensitivity.value);
    expect((await run('card', 'measured.onnx')).stdout).toContain('Measured on 24 images of 24 patients');
    expect((await run('evaluate', 'bare.onnx', 'data', '--force', '--write', 'x.onnx')).stderr).toContain('--force');
  });
});
