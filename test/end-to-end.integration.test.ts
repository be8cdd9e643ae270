/** From folders of images to answers, through the public API and as a user types it. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateFolder, generatePhantoms, loadClassifier, loadRecipe, splitDataset, train } from '../src/index.ts';
import { overrideRecipe } from '../src/study/index.ts';
import { runCli } from './run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'end-to-end-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('three classes', () => {
  it('are trained with a softmax, saved, evaluated and predicted', async () => {
    await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 24, size: 32 });
    // A third class by content: the phantoms of the healthy under another name would not be told apart, and need not be here.
    for (const [from, to] of [
      ['NORMAL', 'healthy'],
      ['PNEUMONIA', 'ill'],
      ['NORMAL', 'unclear'],
    ] as const) {
      await cp(path.join(folder, 'phantoms', from), path.join(folder, 'raw', to), { recursive: true });
    }
    await splitDataset({
      from: path.join(folder, 'raw'),
      out: path.join(folder, 'data'),
      by: 'image',
      validation: 0.25,
      test: 0.25,
    });
    const recipe = overrideRecipe(await loadRecipe('demo'), { imageSize: 32, epochs: 2, threads: 1 });
    const result = await train({
      data: path.join(folder, 'data'),
      out: path.join(folder, 'run'),
      recipe,
      cacheDir: null,
    });
    expect(result.classNames).toEqual(['healthy', 'ill', 'unclear']);

    await using classifier = await loadClassifier(result.modelFile, { threads: 1 });
    expect(classifier.metadata.classes).toEqual({
      names: ['healthy', 'ill', 'unclear'],
      positive: null,
      threshold: null,
      output: 'softmax',
    });
    const validation = await evaluateFolder(classifier, path.join(folder, 'data', 'validation'));
    // The file on disk gives what the training saw of its own weights.
    expect(validation.kind).toBe('multiclass');
    expect(validation.metrics.loss).toBeCloseTo(result.metrics.valLoss as number, 4);
    expect(validation.metrics.accuracy).toBeCloseTo(result.metrics.valAccuracy as number, 6);
  });
});

describe('pneumoscope demo', () => {
  it('goes the whole way, says that its data are synthetic, and can be run again', async () => {
    const args = ['demo', '--out', 'demo', '--patients', '30', '--epochs', '1', '--json'];
    const first = await runCli(args, { cwd: folder });
    expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const result = JSON.parse(first.stdout) as {
      synthetic: boolean;
      run: string;
      model: string;
      metrics: { count: number };
    };
    expect(result).toMatchObject({
      synthetic: true,
      run: path.join('demo', 'run'),
      predictions: expect.any(Array) as unknown[],
    });
    const run = await readdir(path.join(folder, result.run));
    expect(run).toEqual(
      expect.arrayContaining(['curves.png', 'curves.svg', 'evaluation', 'history.csv', 'model.onnx', 'recipe.json']),
    );

    const refused = await runCli(args, { cwd: folder });
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toMatch(/demo holds an earlier demo: replace it with --overwrite/);

    const again = await runCli([...args.filter((arg) => arg !== '--json'), '--overwrite'], { cwd: folder });
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/SYNTHETIC DATA/);
    for (const command of ['dataset phantoms', 'dataset split', 'train', 'evaluate', 'predict'])
      expect(again.stderr).toContain(`$ pneumoscope ${command}`);
    const metrics = JSON.parse(
      await readFile(path.join(folder, 'demo', 'run', 'evaluation', 'metrics.json'), 'utf8'),
    ) as { synthetic: boolean; metrics: unknown };
    expect(metrics).toMatchObject({ synthetic: true, metrics: result.metrics });
  });

  it('touches no folder that is not an earlier demo', async () => {
    await generatePhantoms({ out: path.join(folder, 'mine', 'data', 'phantoms'), patients: 2, size: 16 });
    const { exitCode, stderr } = await runCli(['demo', '--out', 'mine', '--overwrite'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/mine holds a folder data of something else/);
    expect(await readdir(path.join(folder, 'mine', 'data', 'phantoms'))).toContain('SYNTHETIC.txt');
  });
});
