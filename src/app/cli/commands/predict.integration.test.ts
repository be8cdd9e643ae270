import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawImages, smallModel } from '../../../../test/small-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { decodeModel } from '../../../engine/onnx/decode.ts';
import { encodeModel } from '../../../engine/onnx/encode.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-predict-'));
  await saveModel(path.join(folder, 'model.onnx'), smallModel());
  await drawImages(folder, ['a, "b".png', 'deep/er/c.png']);
  await writeFile(path.join(folder, 'bad.png'), 'not an image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder });

describe('pneumoscope predict', () => {
  it('prints a table, CSV or JSON with the same answers', async () => {
    const [json, csv, table] = await Promise.all([
      run('predict', 'model.onnx', 'a, "b".png', 'deep', '--json', '--threads', '1'),
      run('predict', 'model.onnx', 'a, "b".png', 'deep', '--csv', '--threads', '1'),
      run('predict', 'model.onnx', 'a, "b".png', 'deep/**/*.png', '--threads', '1'),
    ]);
    expect([json.exitCode, csv.exitCode, table.exitCode]).toEqual([0, 0, 0]);
    const result = JSON.parse(json.stdout) as {
      threshold: number;
      results: { file: string; label: string; probability: number }[];
    };
    expect(result).toMatchObject({
      positive: 'PNEUMONIA',
      threshold: 0.5,
      temperature: 1,
      uncertain: null,
    });
    const [first, second] = result.results;
    expect([first?.file, second?.file]).toEqual(['a, "b".png', path.join('deep', 'er', 'c.png')]);
    expect(first?.label).toBe((first?.probability ?? 0) > 0.5 ? 'PNEUMONIA' : 'NORMAL');
    expect(csv.stdout).toBe(
      `file,label,probability,threshold,uncertain,guard,guard_score,status,reason,header,display\n"a, ""b"".png",${first?.label},${first?.probability},0.5,false,,,answered,,,\n${second?.file},${second?.label},${second?.probability},0.5,false,,,answered,,,\n`,
    );
    expect(table.stdout).toMatch(/^File +Answer +Probability of PNEUMONIA\n/);
    expect(table.stdout).toContain(first?.probability.toFixed(4));
    expect(table.stderr).toMatch(/trained on synthetic phantoms/);
    expect(table.stderr).toMatch(/has no input guard/);
    expect(table.stderr).toContain('The images have no DICOM header, so age, body part and view were not checked.');
  });

  it('names every file that cannot be read, and answers for the others when asked to', async () => {
    const [refused, skipped] = await Promise.all([
      run('predict', 'model.onnx', 'bad.png', 'deep', '--json'),
      run('predict', 'model.onnx', 'bad.png', 'deep', '--json', '--skip-unreadable'),
    ]);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toEqual({
      error: {
        code: 'E_UNREADABLE_IMAGE',
        message: expect.stringMatching(/^1 of 2 images .*:\n {2}bad\.png is not an image/) as string,
      },
    });
    expect(refused.stderr).not.toMatch(/ at .*\.ts:/);
    expect(skipped.exitCode).toBe(0);
    expect(JSON.parse(skipped.stdout)).toMatchObject({
      results: [
        { file: 'bad.png', status: 'failed', label: null, reason: { code: 'not-an-image' } },
        { file: path.join('deep', 'er', 'c.png'), status: 'answered', reason: null },
      ],
    });
  });

  it('says of a file with several pages that the first was read', async () => {
    const page = path.join(folder, 'deep', 'er', 'c.png');
    const two = sharp([page, page], { join: { animated: true } });
    await two.tiff({ compression: 'none' }).toFile(path.join(folder, 'two.tif'));
    const { exitCode, stdout, stderr } = await run('predict', 'model.onnx', 'two.tif', page, '--json');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('two.tif has 2 pages, of which the first was read');
    expect(JSON.parse(stdout)).toMatchObject({ results: [{ status: 'answered', pages: 2 }, { pages: 1 }] });
  });

  it('finds JPEG files in a folder by all the names that they have', async () => {
    await mkdir(path.join(folder, 'web'));
    const bytes = await sharp(path.join(folder, 'deep', 'er', 'c.png'))
      .jpeg()
      .toBuffer();
    for (const name of ['a.jfif', 'b.jpe', 'c.PJPEG']) await writeFile(path.join(folder, 'web', name), bytes);
    const { exitCode, stdout } = await run('predict', 'model.onnx', 'web', '--json');
    expect([exitCode, (JSON.parse(stdout) as { results: unknown[] }).results.length]).toEqual([0, 3]);
  });

  it.skipIf(process.platform === 'win32')('prints no escape code and no formula of a name', async () => {
    const names = ['=cmd|calc.png', 'a\u001b[31mred.png', '-1.png'];
    const strange = path.join(folder, 'strange');
    await drawImages(strange, names);
    await writeFile(path.join(strange, 'bad\u001b]0;title\u0007.png'), 'not an image');
    const cwd = { cwd: strange };
    const args = ['predict', path.join(folder, 'model.onnx'), '--threads', '1'];
    const [csv, json, failed] = await Promise.all([
      runCli([...args, '--csv', '--skip-unreadable', '.'], cwd),
      runCli([...args, '--json', '--skip-unreadable', '.'], cwd),
      runCli([...args, '.'], cwd),
    ]);
    for (const { stdout, stderr } of [csv, json, failed]) {
      expect(['\u001b', '\u0007'].some((control) => (stdout + stderr).includes(control))).toBe(false);
    }
    const cells = csv.stdout.split('\n').map((line) => line.split(',')[0]);
    expect(cells).toEqual(expect.arrayContaining([`'=cmd|calc.png`, String.raw`a\x1b[31mred.png`, `'-1.png`]));
    const { results } = JSON.parse(json.stdout) as { results: readonly { file: string }[] };
    expect(results.map(({ file }) => file)).toEqual(expect.arrayContaining(names));
    expect(csv.stderr).toContain(String.raw`bad\x1b]0;title\x07.png is not an image`);
    expect(failed.stderr).toContain(String.raw`  bad\x1b]0;title\x07.png is not an image`);
  });

  it('refuses what is no model, and flags that contradict each other', async () => {
    const { graph, metadata } = decodeModel(await readFile(path.join(folder, 'model.onnx')));
    const nodes = graph.nodes.map((node) => (node.op === 'Conv' ? { ...node, op: 'Nonsense' } : node));
    await writeFile(path.join(folder, 'broken.onnx'), encodeModel({ ...graph, nodes }, { metadata }));
    await writeFile(path.join(folder, 'text.onnx'), 'not a model');
    const [none, text, broken, both] = await Promise.all([
      run('predict', 'none.onnx', 'deep'),
      run('predict', 'text.onnx', 'deep'),
      run('predict', 'broken.onnx', 'deep'),
      run('predict', 'model.onnx', 'deep', '--csv', '--json'),
    ]);
    expect(none).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error E_NOT_FOUND: .*none\.onnx does not exist/) as string,
    });
    expect(text).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error E_MODEL_FILE: .* is not a complete \.onnx model/) as string,
    });
    // The runtime refuses it in its own thread: the process must neither hang nor end without a word.
    expect(broken).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /error E_MODEL_FILE: broken\.onnx is damaged: the model in it cannot be run/,
      ) as string,
    });
    expect(both).toMatchObject({ exitCode: 2 });
  });
});
