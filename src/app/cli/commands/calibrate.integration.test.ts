import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { loadClassifier, readModelMetadata } from '../../../model/use/classifier.ts';
import { saveModel } from '../../../model/file/model-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-calibrate-'));
  await saveModel(path.join(folder, 'model.onnx'), smallModel());
  await saveModel(path.join(folder, 'three.onnx'), smallModel(['bacteria', 'normal', 'virus']));
  const files = await drawImages(
    path.join(folder, 'noise'),
    Array.from({ length: 24 }, (_, index) => `${index}.png`),
  );
  // The likelier half is ill, but for two images of twelve each.
  await using classifier = await loadClassifier(path.join(folder, 'model.onnx'), { threads: 1 });
  const answers = await classifier.classifyFiles(files);
  const sorted = answers.toSorted((a, b) => (a.probability ?? NaN) - (b.probability ?? NaN));
  for (const [index, { file }] of sorted.entries()) {
    const ill = index >= 12 !== [2, 9, 14, 21].includes(index);
    const target = path.join(
      folder,
      'data',
      index % 4 === 0 ? 'test' : 'validation',
      ill ? 'PNEUMONIA' : 'NORMAL',
      path.basename(file),
    );
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(file, target);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder });

describe('pneumoscope calibrate', () => {
  it('fits, writes, and is then used by predict and evaluate', async () => {
    const options = ['--sensitivity', '0.8', '--uncertain', '0.3', '--charts', 'charts', '--out', 'fitted.onnx'];
    const text = await run('calibrate', 'model.onnx', 'data', ...options);
    expect(text).toMatchObject({ exitCode: 0 });
    const lines = text.stdout.split('\n');
    expect(lines[0]).toMatch(/^Fitted on data.validation: 18 images of 18 patients \(\d+ NORMAL, \d+ PNEUMONIA\)\.$/);
    expect(text.stdout).toMatch(/^Temperature 0\.\d{4}: the network was not confident enough\.$/m);
    expect(text.stdout).toMatch(/^loss +\d\.\d{4} +\d\.\d{4}$/m);
    expect(text.stdout).toMatch(/^Rule +a sensitivity of at least 80\.0 %$/m);
    expect(text.stdout).toMatch(/^Threshold +0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\)$/m);
    expect(text.stdout).toMatch(/^Sensitivity +\d+\.\d % \(95 % interval .*\), \d+ of \d+ PNEUMONIA$/m);
    expect(text.stdout).toMatch(
      /^Uncertain +0\.\d+ to 0\.\d+: \d+\.\d % of the images; \d+\.\d % wrong among the others/m,
    );
    expect(text.stdout).toMatch(/so they are too good\. Report figures from other\s+images/s);
    expect(text.stderr).toMatch(/synthetic phantoms/);
    expect((await readdir(path.join(folder, 'charts'))).toSorted()).toEqual(['abstention.png', 'abstention.svg']);
    expect((await readModelMetadata(path.join(folder, 'model.onnx'))).operation).toBeUndefined();
    const { operation } = await readModelMetadata(path.join(folder, 'fitted.onnx'));
    const moved = await run('calibrate', 'model.onnx', 'data', '--platt', '--out', 'moved.onnx');
    expect(moved.stdout).toMatch(/^Shift [+-]?\d+\.\d+ of the log-odds: the probabilities .* were too (low|high)\.$/m);
    expect((await readModelMetadata(path.join(folder, 'moved.onnx'))).operation?.shift).toBeDefined();

    const [json, csv, table, test, refused, forced] = await Promise.all([
      run('predict', 'fitted.onnx', 'noise', '--json', '--threads', '1'),
      run('predict', 'fitted.onnx', 'noise', '--csv', '--threads', '1'),
      run('predict', 'fitted.onnx', 'noise', '--threads', '1'),
      run('evaluate', 'fitted.onnx', 'data', '--json'),
      run('evaluate', 'fitted.onnx', 'data/validation'),
      run('evaluate', 'fitted.onnx', 'data/validation', '--force'),
    ]);
    const result = JSON.parse(json.stdout) as {
      results: { file: string; probability: number; uncertain: boolean; sha256: string }[];
    };
    expect(result).toMatchObject({
      threshold: operation?.point?.threshold,
      temperature: operation?.temperature,
      uncertain: operation?.uncertain,
    });
    const uncertain = result.results.filter((one) => one.uncertain);
    expect(uncertain.length).toBeGreaterThan(0);
    expect(uncertain.length).toBeLessThan(24);
    const [header, ...rows] = csv.stdout.trimEnd().split('\n');
    expect(header).toBe('file,label,probability,threshold,uncertain,guard,guard_score,status,reason,header,display');
    expect(rows.map((row) => row.split(',').at(4))).toEqual(result.results.map((one) => String(one.uncertain)));
    expect(table.stdout.match(/(NORMAL|PNEUMONIA), uncertain/g)).toHaveLength(uncertain.length);
    expect(table.stdout).toMatch(
      new RegExp(`Uncertain from 0\\.\\d+ to 0\\.\\d+: ${uncertain.length}, for a person to look at\\.`),
    );
    expect(JSON.parse(test.stdout)).toMatchObject({ metrics: { count: 6 }, imagesFittedOn: 0 });
    expect(refused).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/error E_USAGE: 18 of these 18 images were used .*--force/) as string,
    });
    expect(forced).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/warning 18 of these images were used .* too good/) as string,
    });
  });

  it('gives as JSON what it prints, without the list of digests, and replaces the model itself', async () => {
    await copyFile(path.join(folder, 'model.onnx'), path.join(folder, 'own.onnx'));
    const { exitCode, stdout } = await run('calibrate', 'own.onnx', 'data', '--json', '--no-temperature');
    expect(exitCode).toBe(0);
    const { operation } = await readModelMetadata(path.join(folder, 'own.onnx'));
    const { digests, ...fittedOn } = operation?.fittedOn ?? {};
    expect(digests).toBeDefined();
    expect(JSON.parse(stdout)).toMatchObject({
      written: 'own.onnx',
      folder: path.join('data', 'validation'),
      operation: { temperature: 1, point: { rule: 'youden' }, uncertain: null, fittedOn },
    });
    expect(stdout).not.toContain('digests');
  });

  it('fits a temperature alone for more than two classes', async () => {
    const names = ['bacteria', 'normal', 'virus'];
    for (const [index, name] of names.flatMap((name) => [name, name]).entries()) {
      await mkdir(path.join(folder, 'kinds', name), { recursive: true });
      await copyFile(path.join(folder, 'noise', `${index}.png`), path.join(folder, 'kinds', name, `${index}.png`));
    }
    const { exitCode, stdout } = await run('calibrate', 'three.onnx', 'kinds');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/6 images of 6 patients \(2 bacteria, 2 normal, 2 virus\)/);
    expect(stdout).not.toMatch(/Threshold|Sensitivity|Uncertain/);
  });

  it('refuses test sets, contradicting and impossible wishes, and places that cannot be written', async () => {
    const before = await readFile(path.join(folder, 'model.onnx'));
    const outcomes = await Promise.all([
      run('calibrate', 'model.onnx', 'data/test'),
      run('calibrate', 'model.onnx', 'data', '--youden', '--cost-ratio', '2'),
      run('calibrate', 'model.onnx', 'data', '--prevalence', '0.1'),
      run('calibrate', 'model.onnx', 'data', '--sensitivity', '98'),
      run('calibrate', 'model.onnx', 'data', '--cost-ratio', '0'),
      run('calibrate', 'model.onnx', 'data', '--uncertain', '0'),
      run('calibrate', 'model.onnx', 'data', '--out', 'noise'),
      run('calibrate', 'model.onnx', 'data', '--charts', 'data/validation/charts'),
      run('calibrate', 'nowhere/none.onnx', 'data'),
    ]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2, 2, 1, 2, 1]);
    const words = [
      /is a test set, .* pass --force/,
      /chosen by one rule/,
      /--prevalence weighs .*--cost-ratio/,
      /--sensitivity must be a share above 0 and at most 1, such as 0\.98, but '98' was given/,
      /--cost-ratio must be a number above 0/,
      /the narrowest leaves/,
      /E_DISK: noise cannot be written: a folder stands where a file is needed/,
      /lies among the images/,
      /E_NOT_FOUND: .*none\.onnx does not exist/,
    ];
    for (const [index, { stderr, stdout }] of outcomes.entries()) {
      expect(stderr).toMatch(words[index] as RegExp);
      expect(stdout).toBe('');
    }
    expect(await readFile(path.join(folder, 'model.onnx'))).toEqual(before);
    expect(await readdir(folder)).not.toContain('nowhere');
  });
});
