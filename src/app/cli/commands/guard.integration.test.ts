import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPng } from '../../../../test/not-x-ray-scenes.ts';
import { changes, drawings } from '../../../../test/not-x-rays.ts';
import { runCli } from '../../../../test/run-cli.ts';
import { smallModel } from '../../../../test/small-model.ts';
import { readModelMetadata } from '../../../model/use/classifier.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { generatePhantoms, planPhantoms } from '../../../data/phantoms/phantoms.ts';
import { renderPhantom } from '../../../data/phantoms/phantom-render.ts';
import { splitDataset } from '../../../data/split/split.ts';
import { decodeModel } from '../../../engine/onnx/decode.ts';
import { encodeModel } from '../../../engine/onnx/encode.ts';
import type { GrayImage } from '../../../imaging/gray-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-guard-'));
  await saveModel(path.join(folder, 'bare.onnx'), smallModel());
  await generatePhantoms({ out: path.join(folder, 'raw'), patients: 80, size: 64, seed: 1 });
  await splitDataset({ from: path.join(folder, 'raw'), out: path.join(folder, 'data') });
  const [first] = planPhantoms(2, 9);
  if (first === undefined) throw new Error('no phantom');
  const chest = renderPhantom({ seed: 9, ...first }, 64);
  const inverted = (changes['inverted'] as (image: GrayImage, index: number) => GrayImage)(chest, 0);
  const noise = (drawings['uniform noise'] as (side: number, index: number) => GrayImage)(64, 0);
  for (const [name, image] of Object.entries({ chest, inverted, noise })) {
    await writeFile(path.join(folder, `${name}.png`), await toPng(image));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { cwd: folder });
const pictures = ['chest.png', 'inverted.png', 'noise.png'];

describe('pneumoscope guard', () => {
  it('writes a guard into a model file and leaves the rest, which predict then uses', async () => {
    const made = await run('guard', 'bare.onnx', 'data', '--out', 'guarded.onnx', '--json');
    expect(made.exitCode).toBe(0);
    const { thresholds, written } = JSON.parse(made.stdout) as {
      thresholds: { flag: number; refuse: number };
      written: string;
    };
    expect(written).toBe('guarded.onnx');
    const before = decodeModel(await readFile(path.join(folder, 'bare.onnx')));
    const after = decodeModel(await readFile(path.join(folder, 'guarded.onnx')));
    expect(after.graph).toEqual(before.graph);
    const { guard, ...rest } = await readModelMetadata(path.join(folder, 'guarded.onnx'));
    expect(guard?.thresholds).toEqual(thresholds);
    expect(rest).toEqual(await readModelMetadata(path.join(folder, 'bare.onnx')));

    const [table, json, csv, all] = await Promise.all([
      run('predict', 'guarded.onnx', ...pictures),
      run('predict', 'guarded.onnx', ...pictures, '--json'),
      run('predict', 'guarded.onnx', ...pictures, '--csv'),
      run('predict', 'guarded.onnx', ...pictures, '--json', '--ignore-guard'),
    ]);
    expect([table.exitCode, json.exitCode, csv.exitCode, all.exitCode]).toEqual([0, 0, 0, 0]);
    expect(table.stdout).toMatch(/^chest\.png +(NORMAL|PNEUMONIA) .*0\.\d{4}$/m);
    expect(table.stdout).toMatch(/^inverted\.png +refused *$/m);
    expect(table.stdout).toMatch(
      /1 refused: does not look like the frontal chest X-rays .*: its light and dark parts lie as in an inverted or cropped one\.$/m,
    );
    const { results } = JSON.parse(json.stdout) as {
      results: { guard: { score: number; verdict: string }; reason: { sentence: string } }[];
    };
    expect(results).toMatchObject([
      { label: expect.any(String) as string, guard: { verdict: 'accepted', reason: null } },
      { label: null, probability: null, logits: null, guard: { verdict: 'refused', reason: 'inverted' } },
      { label: null, guard: { verdict: 'refused' } },
    ]);
    expect(csv.stdout.split('\n')[2]).toBe(
      `inverted.png,,,0.5,,refused,${results[1]?.guard.score},refused,${results[1]?.reason.sentence},,`,
    );
    expect(JSON.parse(all.stdout)).toMatchObject({
      results: results.map(({ guard: own }) => ({ label: expect.any(String) as string, guard: own })),
    });
  });

  it('stays in a model that is calibrated, and evaluate counts what it would not let pass', async () => {
    expect((await run('guard', 'bare.onnx', 'data', '--out', 'calibrated.onnx', '--quiet')).exitCode).toBe(0);
    const { guard } = await readModelMetadata(path.join(folder, 'calibrated.onnx'));
    expect(guard).toBeDefined();
    const calibrated = await run('calibrate', 'calibrated.onnx', 'data', '--no-temperature', '--quiet');
    expect(calibrated.exitCode).toBe(0);
    expect((await readModelMetadata(path.join(folder, 'calibrated.onnx'))).guard).toEqual(guard);
    const evaluated = await run('evaluate', 'calibrated.onnx', 'data', '--replicates', '100', '--json');
    expect(JSON.parse(evaluated.stdout)).toMatchObject({
      guard: { flagged: expect.any(Number) as number, refused: expect.any(Number) as number },
    });
  });

  it('replaces a damaged guard, which nothing else accepts', async () => {
    const { graph, metadata } = decodeModel(await readFile(path.join(folder, 'bare.onnx')));
    const damaged = { ...metadata, 'pneumoscope.guard': '{"version":1}' };
    await writeFile(path.join(folder, 'damaged.onnx'), encodeModel(graph, { metadata: damaged }));
    const refused = await run('predict', 'damaged.onnx', 'chest.png');
    expect(refused.stderr).toMatch(/E_MODEL_FILE: .*pneumoscope\.guard.*'pneumoscope guard'/);
    expect((await run('guard', 'damaged.onnx', 'data')).exitCode).toBe(0);
    expect((await run('predict', 'damaged.onnx', 'chest.png')).exitCode).toBe(0);
  });

  it('refuses folders that hold no split', async () => {
    const result = await run('guard', 'bare.onnx', 'raw');
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/E_DATASET: raw has no folder train/) as string,
    });
  });
});
