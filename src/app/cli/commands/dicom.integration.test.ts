import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDicom, element, imageElements, pixelElement } from '../../../../test/dicom-builder.ts';
import { runCli } from '../../../../test/run-cli.ts';
import { sharedArchive } from '../../../../test/shared-data.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** What names a person, a study or an image: none of it may be printed. */
const secrets = ['SMITH^ADA', 'ID-4711', '20190101', '2.25.111', '2.25.222', '2.25.333', 'ACC-99'];
const child = (age: string, ...more: readonly ReturnType<typeof element>[]): Buffer =>
  buildDicom([
    element(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY'),
    element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1.1'),
    element(0x0008_0018, 'UI', '2.25.111'),
    element(0x0008_0050, 'SH', 'ACC-99'),
    element(0x0008_0060, 'CS', 'DX'),
    element(0x0008_0068, 'CS', 'FOR PRESENTATION'),
    element(0x0010_0010, 'PN', 'SMITH^ADA'),
    element(0x0010_0020, 'LO', 'ID-4711'),
    element(0x0010_0030, 'DA', '20190101'),
    element(0x0010_1010, 'AS', age),
    element(0x0018_0015, 'CS', 'CHEST\u001B[31m'),
    element(0x0018_5101, 'CS', 'AP'),
    element(0x0020_000d, 'UI', '2.25.222'),
    element(0x0020_000e, 'UI', '2.25.333'),
    ...imageElements(),
    element(0x0028_1050, 'DS', '2'),
    element(0x0028_1051, 'DS', '4'),
    ...more,
    pixelElement([0, 1, 2, 3]),
  ]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-dicom-'));
  await mkdir(path.join(folder, 'empty'));
  await mkdir(path.join(folder, 'folder.dcm'));
  await writeFile(path.join(folder, 'child.dcm'), child('003Y'));
  await writeFile(path.join(folder, 'old\u001B[2J.dcm'), child('081Y'));
  await writeFile(path.join(folder, 'not.dcm'), 'no image at all');
  await writeFile(path.join(folder, 'cut.dcm'), child('003Y').subarray(0, -4));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): ReturnType<typeof runCli> => runCli(['dicom', ...args], { cwd: folder });

describe('pneumoscope dicom info', () => {
  it('says how a file is shown and whether a model may be asked, and nothing that names a person', async () => {
    const [text, json] = await Promise.all([
      run('info', 'child.dcm', 'old\u001B[2J.dcm'),
      run('info', 'child.dcm', 'old\u001B[2J.dcm', '--json'),
    ]);
    expect([text.exitCode, text.stderr, json.exitCode]).toEqual([0, '', 0]);
    expect(text.stdout).toMatch(
      / SOP class +Digital X-Ray, for presentation \(1\.2\.840\.10008\.5\.1\.4\.1\.1\.1\.1\)\n/,
    );
    expect(text.stdout).toMatch(/ Age +3 years, by Patient's Age\n/);
    expect(text.stdout).toMatch(/ Pixels +2 x 2, 12 of 16 bits, MONOCHROME2\n/);
    expect(text.stdout).toMatch(/ --voi 1 +window 1 of 1: 2, 4 \(LINEAR\)\n/);
    expect(text.stdout).toMatch(
      / Verdict +refused, header-age: The image is of a patient of 81 years; this model knows/,
    );
    expect(text.stdout).toContain('2 DICOM files, 1 refused by the header.');
    expect(text.stdout).not.toContain('\u001B');
    for (const secret of secrets) expect(text.stdout + json.stdout).not.toContain(secret);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ages: { low: 1, high: 5 },
      files: [
        { age: { years: 3, from: 'age', unknown: null }, display: 'window 1 of 1: 2, 4 (LINEAR)', fault: null },
        { file: 'old\u001B[2J.dcm', header: { verdict: 'refused', reason: { code: 'header-age' } } },
      ],
    });
  });

  it('names every file that cannot be read, or leaves them out when asked to', async () => {
    const places = ['child.dcm', 'not.dcm', 'cut.dcm'];
    const [refused, skipped] = await Promise.all([
      run('info', ...places),
      run('info', ...places, '--skip-unreadable', '--json'),
    ]);
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^error E_UNREADABLE_IMAGE: 2 of 3 images cannot be read/);
    expect(refused.stderr).toContain('\n  not.dcm is not a DICOM file');
    expect(refused.stderr).toContain('\n  cut.dcm is cut short');
    expect(skipped.exitCode).toBe(0);
    const { files, unreadable } = JSON.parse(skipped.stdout) as { files: unknown[]; unreadable: { file: string }[] };
    expect(files).toHaveLength(1);
    expect(unreadable.map(({ file }) => file)).toEqual(['not.dcm', 'cut.dcm']);
  });

  it.each([
    ['empty', 'E_NOT_FOUND', /has no image in it \(JPEG, PNG, TIFF, WebP or DICOM\)/],
    ['folder.dcm', 'E_NOT_FOUND', /has no image in it/],
    ['missing.dcm', 'E_NOT_FOUND', /does not exist/],
  ])('%s fails with one sentence', async (place, code, sentence) => {
    const { exitCode, stdout, stderr } = await run('info', place);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^error ${code}: .*\\n$`));
    expect(stderr).toMatch(sentence);
  });
});

describe('pneumoscope dicom convert', () => {
  it('writes the pixels as they are shown, and makes the folder', async () => {
    const { exitCode, stdout, stderr } = await run('convert', 'child.dcm', 'new/child.png');
    expect([exitCode, stdout, stderr]).toEqual([0, 'new/child.png: 2 x 2 pixels, window 1 of 1: 2, 4 (LINEAR)\n', '']);
    const png = sharp(path.join(folder, 'new', 'child.png'));
    expect(await png.metadata()).toMatchObject({ format: 'png', width: 2, height: 2, channels: 1, depth: 'uchar' });
    // ((value - 1.5) / 3 + 0.5) * 255, PS3.3 C.11.2.1.2.1.
    expect([...(await png.toColourspace('b-w').raw().toBuffer())]).toEqual([0, 85, 170, 255]);
    expect(await readdir(path.join(folder, 'new'))).toEqual(['child.png']);
  });

  it('takes a window, and warns of words in the pixels', async () => {
    await writeFile(path.join(folder, 'words.dcm'), child('003Y', element(0x0028_0301, 'CS', 'YES')));
    const { exitCode, stdout, stderr } = await run('convert', 'words.dcm', 'w.png', '--window', '1,2', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      file: 'words.dcm',
      out: 'w.png',
      width: 2,
      height: 2,
      display: 'window given: 1, 2',
    });
    expect(stderr).toMatch(/^warning words\.dcm says that words stand in its pixels/);
  });

  it.each([
    [['not.dcm', 'x.png'], 1, 'E_UNREADABLE_IMAGE'],
    [['cut.dcm', 'x.png'], 1, 'E_UNREADABLE_IMAGE'],
    [['folder.dcm', 'x.png'], 1, 'E_UNREADABLE_IMAGE'],
    [['missing.dcm', 'x.png'], 1, 'E_NOT_FOUND'],
    [['child.dcm', 'x.png', '--voi', '7'], 1, 'E_UNREADABLE_IMAGE'],
    [['child.dcm', 'not.dcm/x.png'], 1, 'E_DISK'],
    [['child.dcm', 'x.dcm'], 2, 'E_USAGE'],
    [['child.dcm', 'x.png', '--voi', '1', '--window', '1,2'], 2, 'E_USAGE'],
    [['child.dcm'], 2, 'E_USAGE'],
  ])('%j leaves nothing behind', async (args, code, name) => {
    const { exitCode, stdout, stderr } = await run('convert', ...args);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(new RegExp(`^error ${name}: .*\\n$`));
    expect((await readdir(folder)).filter((file) => file.startsWith('x.') || file.endsWith('.part'))).toEqual([]);
  });

  it('replaces a file only when told, and never the DICOM file itself', async () => {
    await writeFile(path.join(folder, 'kept.png'), 'kept');
    const refused = await run('convert', 'child.dcm', 'kept.png');
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('with --overwrite')]);
    expect(await readFile(path.join(folder, 'kept.png'), 'utf8')).toBe('kept');
    expect((await run('convert', 'child.dcm', 'kept.png', '--overwrite')).exitCode).toBe(0);
    await link(path.join(folder, 'child.dcm'), path.join(folder, 'same.png'));
    const same = await run('convert', 'child.dcm', 'same.png', '--overwrite');
    expect([same.exitCode, same.stderr]).toEqual([2, expect.stringContaining('is the DICOM file itself')]);
    expect(await readFile(path.join(folder, 'child.dcm'))).toEqual(child('003Y'));
  });
});

describe('pneumoscope dicom anonymise', () => {
  it('writes a file that names nobody and is shown and judged as before', async () => {
    await writeFile(path.join(folder, 'key'), 'a secret of some length');
    const { exitCode, stdout, stderr } = await run('anonymise', 'child.dcm', 'anonymous.dcm', '--key', 'key');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('body part was free text, and was dropped')]);
    expect(stdout).toBe('Written to anonymous.dcm; look at its pixels before you give it away\n');
    const written = await readFile(path.join(folder, 'anonymous.dcm'));
    for (const secret of secrets) expect(written.includes(secret)).toBe(false);
    const info = await run('info', 'anonymous.dcm', '--json');
    expect(JSON.parse(info.stdout)).toMatchObject({
      files: [
        {
          age: { years: 3 },
          bodyPart: null,
          display: 'window 1 of 1: 2, 4 (LINEAR)',
          header: { verdict: 'flagged', reason: null, flags: [{ code: 'body-part-unknown' }] },
        },
      ],
    });
    await run('anonymise', 'child.dcm', 'again.dcm', '--key', 'key', '--quiet');
    expect(await readFile(path.join(folder, 'again.dcm'))).toEqual(written);
  });

  it('warns of words in the pixels, and of what was dropped', async () => {
    await writeFile(path.join(folder, 'words.dcm'), child('62', element(0x0028_0301, 'CS', 'YES')));
    const { exitCode, stdout } = await run('anonymise', 'words.dcm', 'words-anonymous.dcm', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      warnings: [{ code: 'burned-in-words' }, { code: 'body-part-dropped' }, { code: 'age-dropped' }],
    });
  });

  it.each([
    [['not.dcm', 'x.dcm'], 1, 'E_UNREADABLE_IMAGE'],
    [['cut.dcm', 'x.dcm'], 1, 'E_UNREADABLE_IMAGE'],
    [['child.dcm', 'not.dcm/x.dcm'], 1, 'E_DISK'],
    [['child.dcm', 'folder.dcm'], 1, 'E_DISK'],
    [['child.dcm', 'child.dcm', '--overwrite'], 2, 'E_USAGE'],
    [['child.dcm', 'cut.dcm'], 2, 'E_USAGE'],
    [['child.dcm', 'x.dcm', '--key', 'none'], 1, 'E_NOT_FOUND'],
    [['child.dcm', 'x.dcm', '--key', 'not.dcm'], 2, 'E_USAGE'],
    [['child.dcm', 'x.dcm', '--key', 'folder.dcm'], 2, 'E_USAGE'],
  ])('%j leaves all as it was', async (args, code, name) => {
    const { exitCode, stdout, stderr } = await run('anonymise', ...args);
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(new RegExp(`^error ${name}: .*\\n$`));
    expect((await readdir(folder)).filter((file) => file.startsWith('x.') || file.endsWith('.part'))).toEqual([]);
    expect(await readFile(path.join(folder, 'child.dcm'))).toEqual(child('003Y'));
  });
});

const shared = sharedArchive('dicom');
describe.skipIf(shared === undefined)('predict of a converted file', () => {
  it.each(['phantom-htj2k-lossless-12bit', 'phantom-monochrome1-jpeg-lossless', 'phantom-voi-lut-sequence'])(
    'has the probability of %s.dcm to the last bit',
    async (name) => {
      const file = path.join(shared ?? '', `${name}.dcm`);
      const out = `${name}.png`;
      expect((await run('convert', file, out)).exitCode).toBe(0);
      const flags = ['--ignore-guard', '--ignore-header', '--threads', '1', '--json'];
      const answers = await Promise.all(
        [file, out].map(async (place) => {
          const { stdout } = await runCli(['predict', place, ...flags], { cwd: folder });
          return (JSON.parse(stdout) as { results: { logits: number[]; probability: number }[] }).results[0];
        }),
      );
      expect(answers[0]?.probability).toBeGreaterThan(0);
      expect(answers[1]?.logits).toEqual(answers[0]?.logits);
      expect(answers[1]?.probability).toBe(answers[0]?.probability);
    },
  );
});
