import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { mainFile, runCli } from '../../../test/run-cli.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe('pneumoscope', () => {
  it.each([[['--help']], [['help']]])('%j teaches: examples, exit codes, what it is not', async (args) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Not a medical device');
    expect(stdout).toMatch(/Examples:\n {2}\$ pneumoscope predict/);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}70 .*\n {2}130 /);
  });

  it('gives its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ['pneumoscope dataset', ['dataset', '--help']],
    ['pneumoscope dataset get', ['dataset', 'get', '--help']],
    ['pneumoscope dataset split', ['help', 'dataset', 'split']],
    ['pneumoscope dataset phantoms', ['dataset', 'phantoms', '-h']],
  ])('%s has help of its own', async (name, args) => {
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: ${name} `);
  });

  it('shows help on standard error and fails if no command is given', async () => {
    const { exitCode, stdout, stderr } = await runCli(['dataset']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: pneumoscope dataset /);
    expect(stderr).toMatch(/\nerror E_USAGE: A command is missing\. See 'pneumoscope dataset --help'\.\n$/);
  });
});

describe('a wrong command line', () => {
  const split = ['dataset', 'split', 'raw', '--out', 'data'];
  it.each([
    [['datset'], "Unknown command 'datset' (did you mean dataset?). See 'pneumoscope --help'."],
    [['dataset', 'splt'], "Unknown command 'splt' (did you mean split?). See 'pneumoscope dataset --help'."],
    [
      [...split, '--sed', '3'],
      "Unknown option '--sed' (did you mean --seed?). See 'pneumoscope dataset split --help'.",
    ],
    [[...split, '--xyzzy'], "Unknown option '--xyzzy'. See 'pneumoscope dataset split --help'."],
    [
      ['dataset', 'split', '--out', 'data'],
      "Missing required argument 'folder'. See 'pneumoscope dataset split --help'.",
    ],
    [
      ['dataset', 'split', 'raw'],
      "Required option '--out <folder>' not specified. See 'pneumoscope dataset split --help'.",
    ],
    [[...split, '--seed'], "Option '--seed <number>' argument missing. See 'pneumoscope dataset split --help'."],
    [
      [...split, 'more'],
      "Too many arguments for 'split'. Expected 1 argument but got 2: raw, more. See 'pneumoscope dataset split --help'.",
    ],
    [
      [...split, '--by', 'patiant'],
      "--by must be patient or image, but 'patiant' was given (did you mean patient?). See 'pneumoscope dataset split --help'.",
    ],
    [
      [...split, '--validation', '15%'],
      "--validation must be a fraction from 0 to less than 1, such as 0.15, but '15%' was given. See 'pneumoscope dataset split --help'.",
    ],
    [
      ['dataset', 'phantoms', '--out', 'data', '--size', '1e9'],
      "--size must be a whole number from 16 to 4096, but '1e9' was given. See 'pneumoscope dataset phantoms --help'.",
    ],
    [
      ['dataset', 'get', '--out', '--quiet'],
      "--out must be the path of a file or folder, but '--quiet' was given. See 'pneumoscope dataset get --help'.",
    ],
  ])('%j: one sentence, code 2', async (args, sentence) => {
    expect(await runCli(args)).toMatchObject({ exitCode: 2, stdout: '', stderr: `error E_USAGE: ${sentence}\n` });
  });

  it('is JSON on standard output with --json, and still a line on standard error', async () => {
    const { exitCode, stdout, stderr } = await runCli([...split, '--by', 'x', '--json']);
    expect(exitCode).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('E_USAGE');
    expect(stderr).toBe(`error E_USAGE: ${error.message}\n`);
  });
});

describe('standard output', () => {
  it.skipIf(process.platform !== 'linux')('that cannot be written is a failure in one sentence', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [mainFile, 'dataset', 'bogus', '--json'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    closeSync(full);
    expect(text).toMatch(
      /error E_DISK: The result cannot be written: the disk is full; send standard output elsewhere[^\n]*\n$/,
    );
    expect(text).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  it('may be closed by its reader', async () => {
    const child = spawn(process.execPath, [mainFile, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});
