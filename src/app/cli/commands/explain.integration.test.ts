/** `explain` as a user runs it, on phantoms, and what it writes. */
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { drawChest } from '../../../../test/service-images.ts';
import { smallModel } from '../../../../test/small-model.ts';
import { defaultModelPath } from '../../../model/file/default-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { generatePhantoms } from '../../../data/phantoms/phantoms.ts';
import { nameExplanations, prepareExplanationFolder } from './explanation-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-explain-'));
  await saveModel(path.join(folder, 'model.onnx'), smallModel());
  await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 2, size: 64, seed: 1 });
  await writeFile(path.join(folder, 'bad.png'), 'not an image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> =>
  runCli(['explain', 'model.onnx', ...args], { cwd: folder });

interface Document {
  readonly results: readonly {
    readonly name: string;
    readonly target: { readonly class: string };
    readonly maps: readonly { readonly method: string; readonly array: string; readonly curves?: object }[];
  }[];
  readonly weightTests: readonly { readonly method: string; readonly verdict: string }[];
}

describe('pneumoscope explain', () => {
  it('writes pictures, arrays and figures of phantoms, with both methods and all checks', async () => {
    const { exitCode, stdout, stderr } = await run('phantoms', '--out', 'heat', '--method', 'both', '--checks', '--json'); // prettier-ignore
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const printed = JSON.parse(stdout) as Document;
    const { out, ...document } = printed as Document & { readonly out: string };
    expect(out).toBe('heat');
    expect(JSON.parse(await readFile(path.join(folder, 'heat', 'explanations.json'), 'utf8'))).toEqual(document);
    expect(document.weightTests.map(({ method }) => method)).toEqual(['grad-cam', 'occlusion']);
    const files = new Set(await readdir(path.join(folder, 'heat')));
    for (const { name, maps } of document.results) {
      const own = JSON.parse(await readFile(path.join(folder, 'heat', `${name}.json`), 'utf8')) as object;
      expect(own).toMatchObject({ kind: 'explanation', name, model: { classNames: ['NORMAL', 'PNEUMONIA'] } });
      expect((await sharp(path.join(folder, 'heat', `${name}.png`)).metadata()).width).toBeGreaterThan(1000);
      for (const { method, array, curves } of maps) {
        expect(curves).toBeDefined();
        for (const suffix of ['png', 'npy', 'grid.npy']) expect(files).toContain(`${name}.${method}.${suffix}`);
        const overlay = await sharp(path.join(folder, 'heat', `${name}.${method}.png`)).metadata();
        expect([overlay.width, overlay.height, overlay.channels]).toEqual([16, 16, 3]);
        const bytes = await readFile(path.join(folder, 'heat', array));
        expect(bytes.subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
        expect(bytes.toString('latin1')).toContain("'shape': (16, 16)");
      }
    }
    expect(files.size).toBe(document.results.length * 8 + 1);
  });

  it('gives no map of what the guard refuses, unless it is told to', async () => {
    const noise = Uint8Array.from({ length: 224 * 224 }, (_, i) => (i * i * 2654435761) >>> 24);
    await sharp(noise, { raw: { width: 224, height: 224, channels: 1 } }).toFile(path.join(folder, 'noise.png'));
    await writeFile(path.join(folder, 'chest.jpeg'), await drawChest(0));
    const explain = (...args: string[]): ReturnType<typeof runCli> =>
      runCli(['explain', defaultModelPath(), ...args], { cwd: folder });
    const both = await explain('chest.jpeg', 'noise.png', '--out', 'guarded');
    expect(both.exitCode).toBe(0);
    expect(both.stdout).toMatch(/Refused noise\.png\. The image does not look like the frontal chest X-rays/);
    const summary = async (out: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(folder, out, 'explanations.json'), 'utf8'));
    expect(await summary('guarded')).toMatchObject({
      results: [{ name: 'chest', answer: { guard: { verdict: expect.stringMatching(/accepted|flagged/) } } }],
      refused: [
        { file: 'noise.png', status: 'refused', guard: { verdict: 'refused' }, reason: { code: 'guard-refused' } },
      ],
    });
    expect(await readdir(path.join(folder, 'guarded'))).not.toContain('noise.png');

    const alone = await explain('noise.png', '--out', 'refused');
    expect(alone).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Refused noise\.png/) });
    const told = await explain('noise.png', '--out', 'ignored', '--ignore-guard');
    expect(told.exitCode).toBe(0);
    expect(await summary('ignored')).toMatchObject({
      results: [{ name: 'noise', answer: { status: 'answered', guard: { verdict: 'refused' } } }],
      refused: [],
    });
  });

  it('prints a table, for the class that is asked for', async () => {
    const { exitCode, stdout, stderr } = await run('phantoms', '--out', 'table', '--class', 'NORMAL');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^File +Answer +Shown for +Probability +Method +Lungs +Border\n/);
    expect(stdout).toContain('Written to table');
    expect(stderr).toMatch(/trained on synthetic phantoms/);
    const { results } = JSON.parse(await readFile(path.join(folder, 'table', 'explanations.json'), 'utf8')) as Document;
    expect(new Set(results.map(({ target }) => target.class))).toEqual(new Set(['NORMAL']));
  });

  it('refuses what cannot be, each in a sentence', async () => {
    const [inside, unknown, patch, unreadable, missing, stride] = await Promise.all([
      run('phantoms', '--out', 'phantoms/heat'),
      run('phantoms', '--out', 'a', '--class', 'FLU'),
      run('phantoms', '--out', 'b', '--method', 'occlusion', '--patch', '17'),
      run('phantoms', 'bad.png', '--out', 'c', '--json'),
      run('phantoms'),
      run('phantoms', '--out', 'e', '--stride', '4'),
    ]);
    expect(inside).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/lies among the images of/) as string });
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/no class FLU/) as string });
    expect(patch).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/patch must have a side of 1 to 16/) as string }); // prettier-ignore
    expect(stride).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/belong to occlusion/) as string });
    expect(unreadable.exitCode).toBe(1);
    expect(JSON.parse(unreadable.stdout)).toMatchObject({ error: { code: 'E_UNREADABLE_IMAGE' } });
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/--out/) as string });
    const skipped = await run('phantoms', 'bad.png', '--out', 'd', '--skip-unreadable', '--json');
    expect(skipped.exitCode).toBe(0);
    expect(JSON.parse(skipped.stdout)).toMatchObject({ failed: [{ file: 'bad.png', status: 'failed' }] });
    expect(skipped.stderr).toMatch(/warning bad\.png is not an image/);
  });
});

describe('the folder of explanations', () => {
  it('may lie beside a single image, not in a folder that is searched, nor be the folder of the images', async () => {
    const image = path.join(folder, 'bad.png');
    await prepareExplanationFolder(path.join(folder, 'beside'), [image], [image]);
    const inside = expect.objectContaining({ code: 'E_USAGE' }) as unknown;
    await expect(prepareExplanationFolder(path.join(folder, 'beside'), [folder], [image])).rejects.toEqual(inside);
    await expect(prepareExplanationFolder(folder, [image], [image])).rejects.toEqual(inside);
  });

  it.skipIf(process.getuid?.() === 0)('must be one that can be written', async () => {
    const closed = path.join(folder, 'closed');
    await prepareExplanationFolder(closed, [], []);
    await chmod(closed, 0o500);
    await expect(prepareExplanationFolder(closed, [], [])).rejects.toMatchObject({ code: 'E_DISK' });
  });

  it('must not be a file', async () => {
    await expect(prepareExplanationFolder(path.join(folder, 'bad.png'), [], [])).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringContaining('a file stands where a folder is needed') as string,
    });
  });
});

describe('the names of explanations', () => {
  it('are the files’ own, and tell equal ones apart', () => {
    expect(nameExplanations(['x/one.png', 'y/two.jpeg'])).toEqual(['one', 'two']);
    expect(nameExplanations(['d/NORMAL/1.png', 'd/PNEUMONIA/1.png', 'd/PNEUMONIA/2.png'])).toEqual([
      'NORMAL_1',
      'PNEUMONIA_1',
      '2',
    ]);
    expect(nameExplanations(['d/1.png', 'd/1.jpeg', 'd/deep/1.png', 'd/deep_1.png'])).toEqual([
      '1',
      '1-2',
      'deep_1',
      'deep_1-2',
    ]);
    expect(nameExplanations(['d/A.png', 'e/a.png']).map((name) => name.toLowerCase())).toEqual(['d_a', 'e_a']);
    const long = nameExplanations([`d/${'x'.repeat(240)}1.png`, `e/${'x'.repeat(240)}1.png`]);
    expect(long.every((name) => name.length < 160)).toBe(true);
    expect(new Set(long).size).toBe(2);
  });
});
