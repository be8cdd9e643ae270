import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { writeTinyDataset } from '../../../../test/tiny-dataset.ts';

let root: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cli-lr-find-'));
  env = { XDG_CACHE_HOME: path.join(root, 'cache') };
  await writeTinyDataset(path.join(root, 'data'), { side: 16, train: 8, validation: 4 });
});
afterAll(() => rm(root, { recursive: true }));

const small = ['--recipe', 'baseline', '--image-size', '16', '--batch-size', '4', '--threads', '1'];
const run = (...flags: string[]) => runCli(['lr-find', 'data', ...flags], { cwd: root, env });

describe('pneumoscope lr-find', () => {
  it('says the rate, and writes the curve as numbers and as a picture', async () => {
    const { exitCode, stdout } = await run(...small, '--steps', '40', '--from', '1e-5', '--to', '10', '--out', 'rates');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Recipe +baseline with rmsprop, batches of 4\nSteps +\d+ of 40, 1e-5 to /);
    expect(stdout).toMatch(
      /\nSteepest .*\nMinimum .*\nSuggested +--learning-rate [\d.e-]+\nWritten +rates\/lr-find\.csv, /,
    );
    expect((await readdir(path.join(root, 'rates'))).toSorted()).toEqual(['lr-find.csv', 'lr-find.png', 'lr-find.svg']);
    const lines = (await readFile(path.join(root, 'rates', 'lr-find.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('step,learning_rate,loss,smoothed_loss');
    expect(lines[1]).toMatch(/^1,0\.00001,[\d.]+,[\d.]+$/);
    expect(lines.length - 1).toBe(Number(/Steps +(\d+) of/.exec(stdout)?.[1]));
    const rate = /--learning-rate (\S+)/.exec(stdout)?.[1] ?? '';
    expect(await readFile(path.join(root, 'rates', 'lr-find.svg'), 'utf8')).toContain(`Suggested: ${rate} (`);
  });

  it('gives JSON, and needs no folder to write to', async () => {
    const { exitCode, stdout } = await run(...small, '--steps', '10', '--to', '1e-4', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      from: 1e-6,
      to: 1e-4,
      steps: 10,
      ended: 'complete',
      files: [],
      images: 8,
      curve: Array.from({ length: 10 }, (_, index) => ({ step: index + 1 })),
    });
  });

  it.each([
    [[], 2, /^error E_USAGE: Required option '--recipe <name>' not specified\./],
    [['--recipe', 'improvd'], 1, /^error E_RECIPE: There is no recipe improvd: .*did you mean improved\?/],
    [[...small, '--from', '0'], 2, /^error E_USAGE: --from must be a number above 0/],
    [[...small, '--from', '2'], 2, /^error E_USAGE: The first rate must be below the last one, but 2 to 1 was given\./],
    [[...small, '--steps', '5'], 2, /^error E_USAGE: --steps must be a whole number from 10 to/],
    [[...small, '--learning-rate', '1'], 2, /^error E_USAGE: Unknown option '--learning-rate'/],
    [
      [...small, '--out', path.join('data', 'train', 'x')],
      2,
      /^error E_USAGE: .* lies among the images of data\/train/,
    ],
  ])('%j: one sentence', async (flags, exitCode, sentence) => {
    const result = await run(...flags);
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });
});
