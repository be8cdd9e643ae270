/** Which word is the model, and what happens where none is: the shipped model's place is taken by PNEUMOSCOPE_MODEL here. */
import { cp, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli, type CliResult } from '../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../test/small-model.ts';
import { loadClassifier } from '../../model/use/classifier.ts';
import { defaultModelPath, describeDefaultModel } from '../../model/file/default-model.ts';
import { saveModel } from '../../model/file/model-file.ts';
import { loadRecipe } from '../../study/train/recipe.ts';
import { findModelAndFolder, findModelWord, toModelFile } from './model-words.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const at = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'model-words-'));
  await saveModel(at('default.onnx'), smallModel());
  const second = smallModel(undefined, 2);
  const recipe: Record<string, unknown> = { ...(await loadRecipe('compact')) };
  await saveModel(at('run/model.onnx'), { ...second, provenance: { ...second.provenance, recipe } });
  await cp(at('run/model.onnx'), at('nameless'));
  await cp(at('run/model.onnx'), at('Loud.ONNX'));
  await mkdir(at('folder.onnx'));
  await drawImages(folder, ['x.png', 'images/y.png', 'images/deep/z.png', 'run/curves.png']);
  await drawImages(at('sets'), ['validation/PNEUMONIA/1.png', 'validation/PNEUMONIA/2.png', 'validation/NORMAL/3.png', 'validation/NORMAL/4.png']); // prettier-ignore
  await drawImages(at('sets'), ['test/NORMAL/5.png', 'test/PNEUMONIA/6.png', 'test/PNEUMONIA/7.png'], 30);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<CliResult> =>
  runCli(args, { cwd: folder, env: { PNEUMOSCOPE_MODEL: at('default.onnx') } });
/** Without a model that comes with the package. */
const runWithout = (...args: string[]): Promise<CliResult> =>
  runCli(args, { cwd: folder, env: { PNEUMOSCOPE_MODEL: at('gone.onnx') } });

describe('the first word', () => {
  it.each([
    ['run', 'run/model.onnx'],
    ['run/model.onnx', 'run/model.onnx'],
    ['Loud.ONNX', 'Loud.ONNX'],
    ['nameless', 'nameless'],
    ['no/such/file.onnx', 'no/such/file.onnx'],
    ['folder.onnx', 'folder.onnx'],
    ['models/*.onnx', 'models/*.onnx'],
    ['x.png', undefined],
    ['images', undefined],
    ['images/**/*.png', undefined],
    ['gone', undefined],
    ['', undefined],
  ])('%j names the model %s', async (word, model) => {
    expect(await toModelFile(word === '' ? '' : at(word))).toBe(model === undefined ? undefined : at(model));
  });

  it('is the model, and the words behind it are the rest; else all are', async () => {
    vi.stubEnv('PNEUMOSCOPE_MODEL', at('default.onnx'));
    expect(await findModelWord([at('run'), 'a', 'b'])).toEqual({ model: at('run/model.onnx'), isDefault: false, rest: ['a', 'b'] }); // prettier-ignore
    expect(await findModelWord([at('x.png'), at('run')])).toEqual({ model: at('default.onnx'), isDefault: true, rest: [at('x.png'), at('run')] }); // prettier-ignore
    await expect(findModelWord([at('run')])).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(await findModelAndFolder(['data'], 'f')).toEqual({ model: at('default.onnx'), isDefault: true, folder: 'data' }); // prettier-ignore
    // Of two words the first is the model, so that a slip in its name is said of a model.
    expect(await findModelAndFolder(['mdl', 'data'], 'f')).toEqual({ model: 'mdl', isDefault: false, folder: 'data' });
    await expect(findModelAndFolder([at('run')], 'a folder')).rejects.toThrow(/is a model; name a folder after it/);
    await expect(findModelAndFolder(['a', 'b', 'c'], 'f')).rejects.toMatchObject({ code: 'E_USAGE' });
    vi.unstubAllEnvs();
  });
});

describe('the default model', () => {
  it('is what the variable names, and an error of one sentence where it is not there', async () => {
    vi.stubEnv('PNEUMOSCOPE_MODEL', at('default.onnx'));
    expect(defaultModelPath()).toBe(at('default.onnx'));
    await using classifier = await loadClassifier(undefined, { threads: 1 });
    expect(classifier.path).toBe(at('default.onnx'));
    expect(describeDefaultModel('small')).toBe(`model: the one that PNEUMOSCOPE_MODEL names, ${at('default.onnx')}`);
    vi.stubEnv('PNEUMOSCOPE_MODEL', at('gone.onnx'));
    await expect(loadClassifier()).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringMatching(/^No model was named, and .*gone\.onnx, .* does not exist$/) as string,
    });
    vi.stubEnv('PNEUMOSCOPE_MODEL', '');
    expect(describeDefaultModel('small')).toBe('model: the shipped one, small');
    const shipped = path.join(import.meta.dirname, '..', '..', '..', 'weights', 'pneumoscope.onnx');
    const isShipped = (await stat(shipped).catch(() => undefined)) !== undefined;
    const words = await Promise.resolve()
      .then(defaultModelPath)
      .catch((error: Error) => error.message);
    expect(words).toMatch(isShipped ? /weights.pneumoscope\.onnx$/ : /comes without one \(.*weights.pneumoscope\.onnx does not exist\)/); // prettier-ignore
    vi.unstubAllEnvs();
  });

  it('answers where no model is named, and the words say so', async () => {
    const predict = await run('predict', 'x.png', 'images', '--threads', '1');
    expect(predict).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^model: the one that PNEUMOSCOPE_MODEL names/) as string }); // prettier-ignore
    expect(predict.stdout).toContain('z.png');
    const json = await run('predict', 'x.png', '--json', '--threads', '1');
    expect(JSON.parse(json.stdout)).toMatchObject({ model: at('default.onnx'), defaultModel: true });
    const named = await run('predict', 'run', 'x.png', '--json', '--threads', '1');
    expect(JSON.parse(named.stdout)).toMatchObject({ model: path.join('run', 'model.onnx'), defaultModel: false });
    expect((JSON.parse(named.stdout) as { results: object }).results).not.toEqual((JSON.parse(json.stdout) as { results: object }).results); // prettier-ignore
  });

  it('is measured, compared with a run folder, and explained', async () => {
    const evaluate = await run('evaluate', 'sets', '--compare', 'run', '--json', '--threads', '1', '--replicates', '100'); // prettier-ignore
    expect(JSON.parse(evaluate.stdout)).toMatchObject({ defaultModel: true, metrics: { count: 3 }, comparedWith: path.join('run', 'model.onnx') }); // prettier-ignore
    const explain = await run('explain', 'x.png', '--out', 'heat', '--json', '--threads', '1');
    expect(JSON.parse(explain.stdout)).toMatchObject({ model: { file: at('default.onnx'), isDefault: true } });
  });

  it('is calibrated into another file only', async () => {
    const before = await readFile(at('default.onnx'));
    expect(await run('calibrate', 'sets', '--threads', '1')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error E_USAGE: The model that comes with this package is not changed; say with --out/) as string,
    }); // prettier-ignore
    expect(await run('calibrate', 'sets', '--out', 'here.onnx', '--threads', '1')).toMatchObject({ exitCode: 0 });
    expect(await readFile(at('default.onnx'))).toEqual(before);
    expect((await stat(at('here.onnx'))).size).toBeGreaterThan(before.length);
  });

  it('is reported on, as any model file is, where data and page are named', async () => {
    expect(await run('report', '--data', 'sets')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('name the page with --out') as string }); // prettier-ignore
    expect(await run('report')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('name the data with --data') as string }); // prettier-ignore
    const quick = ['--data', 'sets', '--audited', '0', '--images', '0', '--replicates', '100', '--threads', '1'];
    expect(await run('report', ...quick, '--out', 'page.html')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('model: the one that') as string }); // prettier-ignore
    expect(await readFile(at('page.html'), 'utf8')).toContain('default.onnx');
    expect(await run('report', 'run/model.onnx', ...quick, '--out', 'named.html')).toMatchObject({ exitCode: 0 });
    // What it was trained with stands in its own file; the other one's says nothing that is a recipe.
    expect(await readFile(at('named.html'), 'utf8')).toMatch(
      /adamw, learning rate 0\.003.*noise 6, jpegQuality 30 to 95/s,
    );
    expect(await readFile(at('page.html'), 'utf8')).toContain('not recorded');
  });

  it('is not taken for a model that was named and is not there', async () => {
    const cases: readonly [args: string[], code: string, words: RegExp][] = [
      [['predict', 'gone.onnx', 'x.png'], 'E_NOT_FOUND', /The model file gone\.onnx does not exist/],
      [['predict', 'gone', 'x.png'], 'E_NOT_FOUND', /gone does not exist; name image files/],
      [['predict'], 'E_USAGE', /Missing required argument 'path'/],
      [['evaluate', 'gone', 'sets'], 'E_NOT_FOUND', /The model file gone does not exist/],
      [['report', 'gone.onnx', '--data', 'sets', '--out', 'never.html'], 'E_NOT_FOUND', /gone\.onnx does not exist/],
    ];
    for (const [args, code, words] of cases) {
      const { exitCode, stderr } = await run(...args);
      expect({ args, exitCode }).toEqual({ args, exitCode: code === 'E_USAGE' ? 2 : 1 });
      expect(stderr).toMatch(new RegExp(`error ${code}: `));
      expect(stderr).toMatch(words);
    }
    for (const args of [
      ['predict', 'x.png'],
      ['evaluate', 'sets'],
    ]) {
      const { exitCode, stderr } = await runWithout(...args);
      expect({ args, exitCode }).toEqual({ args, exitCode: 1 });
      expect(stderr).toMatch(/^error E_NOT_FOUND: No model was named, and [^\n]*\n$/);
    }
  });
});
