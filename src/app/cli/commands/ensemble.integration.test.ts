/** `ensemble` and `compress` as a user runs them, one after the other, and what the other commands make of their files. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-ensemble-'));
  await saveModel(path.join(folder, 'a.onnx'), smallModel());
  await saveModel(path.join(folder, 'run', 'model.onnx'), smallModel(undefined, 2));
  await saveModel(path.join(folder, 'kinds.onnx'), smallModel(['a', 'b', 'c']));
  await drawImages(folder, ['x.png', 'images/y.png']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder });

describe('pneumoscope ensemble and compress', () => {
  it('make files that predict takes, and say what they are', async () => {
    const made = await run('ensemble', 'a.onnx', 'run', '--weights', '3, 1', '--flip', '--out', 'both.onnx', '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({
      file: 'both.onnx',
      ensemble: { flip: true, members: [{ file: 'a.onnx', share: 0.75 }, { file: 'model.onnx', share: 0.25 }] },
      warnings: [],
    }); // prettier-ignore
    const text = await run('ensemble', 'a.onnx', '--flip', '--out', 'flip.onnx');
    expect(text.stdout).toMatch(/a\.onnx +1\.0000 +[\da-f]{16}\n\n.* Each also looks at the mirror image\.\n\nWritten to flip\.onnx\n$/); // prettier-ignore
    const small = await run('compress', 'both.onnx', '--out', 'small.onnx', '--images', 'x.png', 'images', '--threads', '1'); // prettier-ignore
    expect(small).toMatchObject({ exitCode: 0, stderr: '' });
    expect(small.stdout).toMatch(/KiB became .* KiB \([\d.]+ %\)\.\nOn 2 images the largest change of a probability is \d(\.\d)?e-\d, of a logit \d(\.\d)?e-\d;/); // prettier-ignore
    const answers = await run('predict', 'small.onnx', 'x.png', '--json', '--threads', '1');
    const whole = await run('predict', 'both.onnx', 'x.png', '--json', '--threads', '1');
    const probabilityOf = ({ stdout }: { readonly stdout: string }): number =>
      (JSON.parse(stdout) as { results: [{ probability: number }] }).results[0].probability;
    expect(probabilityOf(answers)).toBeCloseTo(probabilityOf(whole), 3);
  });

  it('say what is wrong', async () => {
    const cases: readonly [args: string[], code: string, words: RegExp][] = [
      [['ensemble', 'a.onnx', '--out', 'x.onnx'], 'E_USAGE', /alone is that model.*--flip/],
      [['ensemble', 'a.onnx', 'kinds.onnx', '--out', 'x.onnx'], 'E_USAGE', /their classes differ \(NORMAL, PNEUMONIA; a, b, c\)/],
      [['ensemble', 'a.onnx', 'x.png', '--out', 'x.onnx'], 'E_MODEL_FILE', /x\.png is not a complete \.onnx model/],
      [['ensemble', 'a.onnx', 'run', '--weights', '1,-1', '--out', 'x.onnx'], 'E_USAGE', /--weights must be a number above 0/],
      [['ensemble', 'a.onnx', 'run'], 'E_USAGE', /Required option '--out <file>' not specified/],
      [['compress', 'a.onnx', '--out', 'a.onnx'], 'E_USAGE', /a\.onnx is the model itself/],
      [['compress', 'gone.onnx', '--out', 'x.onnx'], 'E_NOT_FOUND', /gone\.onnx does not exist/],
      [['compress', 'a.onnx', '--out', 'x.onnx', '--images', 'none'], 'E_NOT_FOUND', /none does not exist/],
    ]; // prettier-ignore
    for (const [args, code, words] of cases) {
      const { exitCode, stderr } = await run(...args);
      expect({ args, exitCode }).toEqual({ args, exitCode: code === 'E_USAGE' ? 2 : 1 });
      expect(stderr).toMatch(new RegExp(`^error ${code}: `));
      expect(stderr).toMatch(words);
    }
  });
});
