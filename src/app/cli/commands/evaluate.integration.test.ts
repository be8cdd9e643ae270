import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { manifestName, renderManifest } from '../../../data/folder/manifest.ts';
import { splitDataset } from '../../../data/split/split.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-evaluate-'));
  await saveModel(path.join(folder, 'model.onnx'), smallModel());
  await saveModel(path.join(folder, 'other.onnx'), smallModel(['NORMAL', 'PNEUMONIA'], 2));
  await saveModel(path.join(folder, 'three.onnx'), smallModel(['bacteria', 'normal', 'virus']));
  await drawImages(folder, ['test/NORMAL/1.png', 'test/NORMAL/2.png', 'test/PNEUMONIA/3.png']);
  await drawImages(path.join(folder, 'kinds'), ['bacteria/1.png', 'normal/2.png', 'virus/3.png', 'virus/4.png']);
  await drawImages(path.join(folder, 'children'), [
    ...[1, 1, 2, 3, 4].map((child, index) => `NORMAL/IM-000${child}-000${index}.png`),
    ...[1, 2, 2, 3].map((child, index) => `PNEUMONIA/person${child}_${index < 2 ? 'bacteria' : 'virus'}_${index}.png`),
    'PNEUMONIA/unnamed.png',
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli([...args, '--threads', '1'], { cwd: folder });

describe('pneumoscope evaluate', () => {
  it('measures the test set of a split and writes the evaluation', async () => {
    const { exitCode, stdout, stderr } = await run('evaluate', 'model.onnx', '.', '--out', 'evaluation', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const result = JSON.parse(stdout) as { folder: string; metrics: { accuracy: number; confusion: object } };
    expect(result).toMatchObject({
      folder: 'test',
      classNames: ['NORMAL', 'PNEUMONIA'],
      metrics: { count: 3, positives: 1 },
    });
    const written = await readdir(path.join(folder, 'evaluation'));
    expect(written.toSorted()).toEqual([
      'abstention.png',
      'abstention.svg',
      'confusion.png',
      'confusion.svg',
      'metrics.json',
      'precision-recall.png',
      'precision-recall.svg',
      'predictions.csv',
      'reliability.png',
      'reliability.svg',
      'roc.png',
      'roc.svg',
    ]);
    expect(JSON.parse(await readFile(path.join(folder, 'evaluation', 'metrics.json'), 'utf8'))).toEqual(result);
    const lines = (await readFile(path.join(folder, 'evaluation', 'predictions.csv'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      'file',
      'NORMAL/1.png',
      'NORMAL/2.png',
      'PNEUMONIA/3.png',
    ]);
    const right = lines.slice(1).filter((line) => line.split(',')[1] === line.split(',')[2]).length;
    expect(result.metrics.accuracy).toBeCloseTo(right / 3, 12);
  });

  it('prints the figures also when they cannot be written', async () => {
    await mkdir(path.join(folder, 'evaluation-refused', 'metrics.json'), { recursive: true });
    const [text, json] = await Promise.all([
      run('evaluate', 'model.onnx', '.', '--out', 'evaluation-refused'),
      run('evaluate', 'model.onnx', '.', '--out', 'evaluation-refused', '--json'),
    ]);
    expect(text).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/error E_DISK: .*metrics\.json/) as string,
    });
    expect(text.stdout).toMatch(/Accuracy/i);
    expect(text.stdout).not.toContain('Written to');
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'E_DISK' } });
  });

  it('measures more than two classes, and says when the folders are of other classes', async () => {
    const [three, other] = await Promise.all([
      run('evaluate', 'three.onnx', 'kinds', '--out', 'evaluation-three'),
      run('evaluate', 'model.onnx', 'kinds'),
    ]);
    expect(three.exitCode).toBe(0);
    expect(three.stdout).toMatch(/true \\ predicted +bacteria +normal +virus/);
    expect(three.stdout).toContain('Intervals, subgroups and comparisons are for two classes.');
    expect((await readdir(path.join(folder, 'evaluation-three'))).toSorted()).toEqual([
      'confusion.png',
      'confusion.svg',
      'metrics.json',
      'predictions.csv',
    ]);
    expect(other).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^error E_DATASET: kinds has the folders bacteria, normal, virus in it, but the model knows/,
      ) as string,
    });
  });

  it('makes a study: prevalence, subgroups of a table and of germs, another model beside it', async () => {
    const rows = ['NORMAL/IM-0001-0000.png,f', 'IM-0001-0001.png,f', 'person1_bacteria_0.png,m', 'gone.png,f'];
    await writeFile(path.join(folder, 'groups.csv'), `file,sex\n${rows.join('\n')}\n`);
    const flags = ['--prevalence', '0.05', '--groups', 'groups.csv', '--by', 'sex', 'germ', '--compare', 'other.onnx'];
    const drawing = ['--replicates', '150', '--seed', '3', '--level', '0.9'];
    const [json, text] = await Promise.all([
      run('evaluate', 'model.onnx', 'children', ...flags, ...drawing, '--out', 'study', '--json'),
      run('evaluate', 'model.onnx', 'children', ...flags),
    ]);
    expect([json.exitCode, text.exitCode]).toEqual([0, 0]);
    const result = JSON.parse(json.stdout) as Record<'study' | 'comparison' | 'subgroups' | 'metrics', unknown>;
    expect(result).toMatchObject({
      comparedWith: 'other.onnx',
      // Two files of IM-0001 and of person2; the one whose name tells nobody is a patient of its own.
      study: { images: 10, patients: 8, replicates: 150, seed: 3, level: 0.9, prevalence: { value: 0.05 } },
      comparison: { images: 10, patients: 8, replicates: 150 },
      subgroups: [
        {
          column: 'sex',
          sharesNegatives: false,
          groups: [{ value: 'f', images: 2 }, { value: 'm' }, { value: null, images: 7 }],
        },
        {
          column: 'germ',
          sharesNegatives: true,
          groups: [
            { value: 'bacteria', positives: 2, negatives: 5 },
            { value: 'virus', positives: 2 },
            { value: null, positives: 1 },
          ],
        },
      ],
      warnings: [
        expect.stringMatching(/^1 of 4 rows .* gone\.png in line 5/),
        expect.stringMatching(/^7 of 10 images have no row/),
      ],
    });
    expect(json.stderr).toMatch(/warning 1 of 4 rows of groups\.csv/);
    expect(JSON.parse(await readFile(path.join(folder, 'study', 'metrics.json'), 'utf8'))).toEqual(result);
    const lines = (await readFile(path.join(folder, 'study', 'predictions.csv'), 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('file,class,predicted,probability,logit,patient');
    expect(lines.map((line) => line.split(',')[5])).toEqual([
      'patient',
      'IM-0001',
      'IM-0001',
      'IM-0002',
      'IM-0003',
      'IM-0004',
      'person1',
      'person2',
      'person2',
      'person3',
      '',
    ]);
    for (const words of ['If 5.00 % of those examined', 'By sex', 'By germ; each group', 'Compared with other.onnx']) {
      expect(text.stdout).toContain(words);
    }
  });

  it('knows patients from the manifest of the split, else from the table', async () => {
    await drawImages(
      path.join(folder, 'raw'),
      ['A', 'B'].flatMap((name) => [1, 2, 3, 4].map((index) => `${name}/${name}${index}.png`)),
    );
    await saveModel(path.join(folder, 'ab.onnx'), smallModel(['A', 'B']));
    const data = path.join(folder, 'by-ward');
    const manifest = await splitDataset({
      from: path.join(folder, 'raw'),
      out: data,
      validation: 0,
      test: 0.5,
      by: 'image',
    });
    expect(manifest).toBeDefined();
    const file = path.join(data, manifestName);
    const written = JSON.parse(await readFile(file, 'utf8')) as Parameters<typeof renderManifest>[0];
    const images = written.images.map((image, index) => ({ ...image, patient: `ward-${index % 2}` }));
    await writeFile(file, renderManifest({ ...written, images }));
    await writeFile(
      path.join(folder, 'patients.csv'),
      `file,patient,age\n${images.map((image) => `${path.posix.basename(image.file)},same,1`).join('\n')}\n`,
    );
    const [manifested, tabled] = await Promise.all([
      run('evaluate', 'ab.onnx', 'by-ward', '--json'),
      run('evaluate', 'ab.onnx', 'by-ward/test', '--groups', 'patients.csv', '--json'),
    ]);
    expect(JSON.parse(manifested.stdout)).toMatchObject({ study: { images: 4, patients: 2 } });
    expect(JSON.parse(tabled.stdout)).toMatchObject({
      study: { images: 4, patients: 1, figures: { rocAuc: { interval: null } } },
      subgroups: [{ column: 'age', groups: [{ value: '1', images: 4 }] }],
    });
  });

  it('refuses what cannot be before it looks at an image', async () => {
    const cases: [args: string[], sentence: RegExp][] = [
      [
        ['--prevalence', '0'],
        /^error E_USAGE: --prevalence must be greater than 0 and less than 1, such as 0\.05, but '0'/,
      ],
      [['--prevalence', '1.5'], /E_USAGE: --prevalence must be greater than 0/],
      [['--replicates', '10'], /E_USAGE: --replicates must be a whole number from 100 to 100000/],
      [['--level', '95'], /E_USAGE: --level must be greater than 0 and less than 1, such as 0\.95/],
      [['--by', 'age'], /E_USAGE: There is no column age to group by: only germ is known without a table/],
      [['--groups', 'none.csv'], /E_NOT_FOUND: none\.csv does not exist; name a table with the columns file/],
      [['--compare', 'none.onnx'], /E_NOT_FOUND: .*none\.onnx/],
      [['--compare', 'three.onnx'], /E_USAGE: Only models of the same classes can be compared: this one knows NORMAL/],
    ];
    const answers = await Promise.all(cases.map(([args]) => run('evaluate', 'model.onnx', 'test', ...args)));
    answers.forEach(({ stdout, stderr, exitCode }, index) => {
      expect(stdout).toBe('');
      expect(exitCode).toBe(/E_USAGE/.test(stderr) ? 2 : 1);
      expect(stderr).toMatch((cases[index] as (typeof cases)[number])[1]);
    });
    const many = await run('evaluate', 'three.onnx', 'kinds', '--by', 'germ');
    expect(many).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/--by needs a model of two classes, but three\.onnx has 3/) as string,
    });
  });
});
