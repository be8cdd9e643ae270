import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { writeTinyDataset } from '../../../../test/tiny-dataset.ts';

let root: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cli-train-'));
  env = { XDG_CACHE_HOME: path.join(root, 'cache') };
  await writeTinyDataset(path.join(root, 'data'), { side: 16, train: 8, validation: 4 });
});
afterAll(() => rm(root, { recursive: true }));

const run = (...flags: string[]) => runCli(['train', 'data', ...flags], { cwd: root, env });

describe('pneumoscope train', () => {
  it('trains, says a line per epoch and where things lie, and draws the curves', async () => {
    const small = ['--image-size', '16', '--batch-size', '4', '--epochs', '2', '--threads', '1'];
    const { exitCode, stdout, stderr } = await run('--recipe', 'baseline', '--out', 'runs/a', ...small);
    expect(exitCode).toBe(0);
    const lines = stderr.trim().split('\n');
    expect(lines[0]).toBe(
      'baseline: 262 721 parameters, images 16 x 16; 8 training and 4 validation images of NORMAL, PNEUMONIA, PNEUMONIA is positive',
    );
    const figures = ['loss', 'accuracy', 'recall', 'val_loss', 'val_accuracy', 'val_recall'].map(
      (name) => `${name} \\d\\.\\d{4}`,
    );
    expect(lines[1]).toMatch(new RegExp(`^Epoch 1/2  ${figures.join('  ')}  .* images/s  best so far$`));
    expect(lines).toHaveLength(3);
    expect(stdout).toMatch(
      /^Training +done after 2 epochs\nKept +the weights of epoch \d\n.*\nModel +runs\/a\/model\.onnx\nRun +runs\/a /,
    );
    const files = ['curves.png', 'curves.svg', 'history.csv', 'model.onnx', 'recipe.json'];
    expect((await readdir(path.join(root, 'runs', 'a'))).toSorted()).toEqual(files);

    const again = await run('--recipe', 'runs/a/recipe.json', '--out', 'runs/b', '--json', '--max-steps', '1');
    expect([again.exitCode, again.stderr]).toEqual([0, '']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      runFolder: 'runs/b',
      recipe: { name: 'baseline', imageSize: 16 },
      classNames: ['NORMAL', 'PNEUMONIA'],
      bestEpoch: 1,
      history: [{ epoch: 1 }],
    });
  });

  it.each([
    [
      ['--recipe', 'improvd', '--out', 'x'],
      1,
      /^error E_RECIPE: There is no recipe improvd: .*did you mean improved\?/,
    ],
    [['--out', 'x'], 1, /^error E_RECIPE: A recipe must be named, such as improved\./],
    [['--recipe', 'baseline'], 2, /^error E_USAGE: Required option '--out <folder>' not specified\./],
    [
      ['--recipe', 'baseline', '--out', 'x', '--epoch', '3'],
      2,
      /^error E_USAGE: Unknown option '--epoch' \(did you mean --epochs\?\)/,
    ],
    [
      ['--recipe', 'baseline', '--out', 'x', '--learning-rate', '0'],
      2,
      /^error E_USAGE: --learning-rate must be a number above 0, but 0 was given\./,
    ],
    [
      ['--recipe', 'baseline', '--out', 'x', '--checkpoint-minutes', 'often'],
      2,
      /^error E_USAGE: --checkpoint-minutes must be a number of at least 0, such as 5, but 'often' was given\./,
    ],
  ])('%j: one sentence', async (flags, exitCode, sentence) => {
    const result = await run(...flags);
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });
});
