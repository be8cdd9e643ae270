import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mainFile, runCli } from '../../../../test/run-cli.ts';
import { writeTinyPatients } from '../../../../test/tiny-dataset.ts';

let root: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cli-crossval-'));
  env = { XDG_CACHE_HOME: path.join(root, 'cache') };
  await writeTinyPatients(path.join(root, 'raw'), { side: 16, patients: 15 });
});
afterAll(() => rm(root, { recursive: true }));

const small = [
  '--recipe',
  'baseline',
  '--image-size',
  '16',
  '--batch-size',
  '4',
  '--epochs',
  '5',
  '--threads',
  '1',
].concat(['--learning-rate', '0.001']);
const folds = ['--folds', '2', '--validation', '0.3'];
const run = (...flags: string[]) => runCli(['crossval', 'raw', ...flags], { cwd: root, env });

describe('pneumoscope crossval', () => {
  it('is killed in a fold and resumed: the table, the notes and the files', { timeout: 300_000 }, async () => {
    const whole = await run(...small, ...folds, '--out', 'whole', '--json');
    expect([whole.exitCode, whole.stderr]).toEqual([0, '']);
    const {
      pooled,
      folds: parts,
      rule,
    } = JSON.parse(whole.stdout) as {
      pooled: { patients: number; figures: object };
      folds: { fold: number }[];
      rule: string;
    };
    expect([pooled.patients, parts.map(({ fold }) => fold), rule]).toEqual([30, [1, 2], 'youden']);

    const args = [mainFile, 'crossval', 'raw', ...small, ...folds, '--out', 'killed', '--checkpoint-minutes', '0.001'];
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'ignore' });
    const closed = new Promise((resolve) => child.on('close', resolve));
    const checkpoint = path.join(root, 'killed', 'fold-2', 'checkpoint');
    while (child.exitCode === null && !existsSync(checkpoint)) await sleep(1);
    child.kill('SIGKILL');
    await closed;
    const trained = (await stat(path.join(root, 'killed', 'fold-1', 'history.csv'))).mtimeMs;

    const { exitCode, stdout, stderr } = await run('--out', 'killed', '--resume');
    expect(exitCode).toBe(0);
    const notes = stderr
      .split('\n')
      .filter((line) => /^Fold \d\/\d (was finished|was trained|continues|starts)/.test(line));
    expect(notes[0]).toBe('Fold 1/2 was finished before');
    expect(notes[1]).toMatch(/^Fold 2\/2 (continues|was trained before|was finished before)/);
    expect((await stat(path.join(root, 'killed', 'fold-1', 'history.csv'))).mtimeMs).toBe(trained);
    expect(stdout).toMatch(/^baseline on raw: 2 folds by patient, seed 0; 40 images of 30 patients \(20 PNEUMONIA, /);
    expect(stdout).toMatch(/\nFold +Images +Patients +Best epoch +Threshold +Accuracy +ROC AUC +Sensitivity /);
    for (const row of ['1', '2', 'Mean', 'SD', 'Pooled', '95 % from', '95 % to']) {
      expect(stdout).toMatch(new RegExp(`\n${row} +\\d`));
    }
    const read = (folder: string, file: string): Promise<string> => readFile(path.join(root, folder, file), 'utf8');
    expect(await read('killed', 'predictions.csv')).toBe(await read('whole', 'predictions.csv'));
    expect(await read('killed', 'crossval.md')).toBe(await read('whole', 'crossval.md'));
    expect(await read('whole', 'crossval.md')).toMatch(
      /^# 2-fold cross-validation of baseline\n\n[^]*\n\| Fold \| Images \|/,
    );
    expect(existsSync(path.join(root, 'whole', 'fold-1', 'curves.png'))).toBe(true);

    const again = await run(...small, ...folds, '--out', 'whole');
    expect(again).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error E_USAGE: whole already holds a cross-/),
    });
    const other = await run('--out', 'whole', '--resume', '--epochs', '6');
    expect(other).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error E_CHECKPOINT: whole holds another .*: recipe\.epochs was 5 and is 6\. /),
    });
  });

  it.each([
    [['--out', 'x'], 1, /^error E_RECIPE: A recipe must be named, such as improved\./],
    [['--recipe', 'demo'], 2, /^error E_USAGE: Required option '--out <folder>' not specified\./],
    [['--recipe', 'demo', '--out', 'x', '--folds', '1'], 2, /^error E_USAGE: --folds must be a whole number from 2 to/],
    [['--recipe', 'demo', '--out', 'x', '--validation', '0'], 2, /^error E_USAGE: --validation must be greater than 0/],
    [
      ['--recipe', 'demo', '--out', 'x', '--rule', 'best'],
      2,
      /^error E_USAGE: --rule must be youden, accuracy, sensitivity:SHARE .*, but 'best' was given\./,
    ],
    [
      ['--recipe', 'demo', '--out', 'x', '--rule', 'sensitivity:2'],
      2,
      /^error E_USAGE: --rule sensitivity must be a share above 0 and at most 1/,
    ],
    [
      ['--recipe', 'demo', '--out', 'x', '--folds', '16'],
      1,
      /^error E_DATASET: The class NORMAL has images of 15 patients, too few for 16 folds/,
    ],
    [['--recipe', 'demo', '--out', path.join('raw', 'x')], 2, /^error E_USAGE: .* lies inside raw/],
  ])('%j: one sentence', async (flags, exitCode, sentence) => {
    const result = await run(...flags);
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(path.join(root, 'x'))).toBe(false);
  });
});
