/** `report` as a user runs it, on phantoms, and the page that it writes. */
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../../test/run-cli.ts';
import { smallModel } from '../../../../test/small-model.ts';
import { saveModel } from '../../../model/file/model-file.ts';
import { generatePhantoms } from '../../../data/phantoms/phantoms.ts';
import { splitDataset } from '../../../data/split/split.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-report-'));
  await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 24, size: 64, seed: 1 });
  await splitDataset({ from: path.join(folder, 'phantoms'), out: path.join(folder, 'data'), seed: 1 });
  await saveModel(path.join(folder, 'run', 'model.onnx'), smallModel());
  const recipe = JSON.parse(
    await readFile(new URL('../../../../recipes/baseline.json', import.meta.url), 'utf8'),
  ) as object;
  await writeFile(path.join(folder, 'run', 'recipe.json'), JSON.stringify({ ...recipe, run: { data: 'data' } }));
  const header = 'epoch,loss,accuracy,recall,val_loss,val_accuracy,val_recall,learning_rate,seconds,images_per_second';
  await writeFile(
    path.join(folder, 'run', 'history.csv'),
    `${header}\n1,0.6,0.7,0.8,0.5,0.75,0.8,0.001,2,50\n2,0.5,0.8,0.8,0.6,0.75,0.8,0.001,2,50\n`,
  );
  await saveModel(path.join(folder, 'three', 'model.onnx'), smallModel(['a', 'b', 'c']));
  await mkdir(path.join(folder, 'empty'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['report', ...args], { cwd: folder });

interface Printed {
  readonly study: { readonly confusion: Readonly<Record<string, number>>; readonly images: number };
  readonly cells: readonly { readonly count: number; readonly images: readonly unknown[] }[];
  readonly explained: { readonly images: readonly unknown[]; readonly randomisation: { readonly images: number } };
}

describe('pneumoscope report', () => {
  it('writes one page that holds everything and loads nothing', async () => {
    const few = ['--replicates', '200', '--audited', '24', '--images', '3', '--prevalence', '0.05', '--json'];
    const { exitCode, stdout, stderr } = await run('run', ...few);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const printed = JSON.parse(stdout) as Printed;
    const page = await readFile(path.join(folder, 'run', 'report.html'), 'utf8');
    // Each cell's number stands in the matrix, and the cells hold every image once.
    const counts = printed.cells.map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(printed.study.images);
    for (const count of counts) expect(page).toContain(`<b>${count}</b>`);
    // Links lead to what is there.
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target);
    for (const target of targets) expect(page).toContain(`id="${target}"`);
    const shown = printed.cells.flatMap(({ images }) => images).length;
    expect(shown).toBeGreaterThan(0);
    expect(printed.explained.images).toHaveLength(shown);
    expect(page.match(/<img /g)).toHaveLength(2 * shown);
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(page).not.toContain('<script');
    expect(page).toContain('SYNTHETIC DATA');
    expect(page).toContain('Nobody has chosen that threshold');
    expect(page).toContain('5.0 %, asked for');
    expect(page).toContain('best 1 of 2');
  });

  it('leaves images out when asked, and writes where it is told', async () => {
    const { exitCode, stdout } = await run(
      'run', '--images', '0', '--audited', '0', '--replicates', '200', '--out', 'pages/one.html',
    ); // prettier-ignore
    expect({ exitCode, written: stdout.includes('Written to pages/one.html') }).toEqual({ exitCode: 0, written: true });
    const page = await readFile(path.join(folder, 'pages', 'one.html'), 'utf8');
    expect(page).not.toContain('<img');
    expect(page).toContain('No image was explained');
    expect(page).toContain('No audit was made');
  });

  it('says what is missing or cannot be, and makes no folder of a mistyped name', async () => {
    const cases: readonly [args: string[], code: string, words: RegExp][] = [
      [['nothing'], 'E_NOT_FOUND', /nothing holds no model\.onnx/],
      [['empty'], 'E_NOT_FOUND', /empty holds no model\.onnx/],
      [['run', '--data', 'gone'], 'E_NOT_FOUND', /gone does not exist/],
      [['three', '--data', 'data'], 'E_USAGE', /for two classes/],
      [['three'], 'E_NOT_FOUND', /name their folder with --data/],
      [['run', '--out', 'empty'], 'E_DISK', /empty cannot be written: a folder stands where a file is needed/],
      [['run', '--out', 'data/test/NORMAL/page.html'], 'E_USAGE', /lies among the images/],
      [['run', '--prevalence', '1'], 'E_USAGE', /--prevalence must be/],
    ];
    for (const [args, code, words] of cases) {
      const { exitCode, stderr } = await run(...args);
      expect({ args, exitCode }).toEqual({ args, exitCode: code === 'E_USAGE' ? 2 : 1 });
      expect(stderr).toMatch(new RegExp(`error ${code}: `));
      expect(stderr).toMatch(words);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    expect(await readdir(folder)).not.toContain('nothing');
  });

  it('says which image is gone, and leaves the page of before alone', async () => {
    await cp(path.join(folder, 'data'), path.join(folder, 'torn'), { recursive: true });
    const [name] = await readdir(path.join(folder, 'torn', 'test', 'NORMAL'));
    const file = path.join(folder, 'torn', 'test', 'NORMAL', name as string);
    await chmod(file, 0o644);
    await writeFile(file, 'torn');
    await mkdir(path.join(folder, 'kept'), { recursive: true });
    await writeFile(path.join(folder, 'kept', 'page.html'), 'before');
    const args = ['run', '--data', 'torn', '--audited', '0', '--images', '0', '--replicates', '100', '--out', 'kept/page.html']; // prettier-ignore
    const refused = await run(...args);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(name as string) as string });
    expect(await readFile(path.join(folder, 'kept', 'page.html'), 'utf8')).toBe('before');
    expect(await run(...args, '--skip-unreadable')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(name as string) as string,
    });
  });
});
