import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draw, drawPixels, jpeg, png, writeFiles } from '../../../test/fixtures/inspection/check-images.ts';
import { checkDataset, type CheckOptions } from './check.ts';
import type { CheckResult } from './check-result.ts';

vi.setConfig({ testTimeout: 60_000 });

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'check-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const check = (options: Omit<CheckOptions, 'folder'> = {}): Promise<CheckResult> =>
  checkDataset({ folder: root, ...options });
const kinds = ({ findings }: CheckResult): string[] =>
  findings.map(({ kind, needsDecision, count }) => `${needsDecision ? '!' : ' '} ${kind} ${count}`);
const groups = (found: CheckResult['identical']): string[] =>
  found.map(({ kind, images }) => [kind, ...images.map(({ file }) => file)].join(' '));

describe('a check of files', () => {
  it('finds nothing in a clean data set', async () => {
    for (const [label, patient] of [
      ['NORMAL', 'IM-000'],
      ['PNEUMONIA', 'person'],
    ] as const) {
      for (let i = 1; i <= 4; i++) {
        const name = label === 'NORMAL' ? `${patient}${i}-0001.jpeg` : `${patient}${i}_virus_1.jpeg`;
        await writeFiles(root, { [`${label}/${name}`]: jpeg({ seed: i + (label === 'NORMAL' ? 0 : 10) }) });
      }
    }
    const result = await check();
    expect(kinds(result)).toEqual([]);
    expect(result).toMatchObject({ images: 8, readable: 8, patients: 8, needsDecision: false, quarantine: null });
    expect(result.balance).toEqual([
      {
        split: null,
        images: 8,
        patients: 8,
        classes: { NORMAL: { images: 4, patients: 4, share: 0.5 }, PNEUMONIA: { images: 4, patients: 4, share: 0.5 } },
      },
    ]);
  });

  it('tells what cannot be read and why', async () => {
    const whole = await jpeg({ seed: 1 });
    const damaged = await png({ seed: 2 });
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] as number) ^ 0xff;
    await writeFiles(root, {
      'A/good.jpeg': jpeg({ seed: 3 }),
      'B/good.jpeg': jpeg({ seed: 4 }),
      'A/cut.jpeg': whole.subarray(0, whole.length - 100),
      'A/empty.png': '',
      'A/text.jpg': 'this is a text\n',
      'A/damaged.png': damaged,
      'A/gif.png': Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
      'A/deep.png': draw({ seed: 5 }).toColourspace('rgb16').png().toBuffer(),
      'A/tiny.png': png({ seed: 6, width: 4, height: 4 }),
    });
    await symlink('missing.png', path.join(root, 'A', 'link.png'));
    const result = await check();
    expect(result.unreadable.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
      'A/cut.jpeg truncated',
      'A/damaged.png damaged',
      'A/deep.png unsupported',
      'A/empty.png empty',
      'A/gif.png unsupported',
      'A/link.png missing',
      'A/text.jpg not-an-image',
      'A/tiny.png unsupported',
    ]);
    for (const { file, reason } of result.unreadable) expect(reason).toContain(path.join(root, ...file.split('/')));
    expect(kinds(result)).toEqual(['! unreadable 8', '  patients-unknown 10']);
    expect(result).toMatchObject({ images: 10, readable: 2, needsDecision: true });
  });

  it.skipIf(process.platform === 'win32')('is not held up by a pipe, nor by a file that vanishes', async () => {
    await writeFiles(root, { 'A/1.png': png({ seed: 1 }), 'A/2.png': png({ seed: 2 }), 'B/3.png': png({ seed: 3 }) });
    for (let i = 4; i < 30; i++) await writeFiles(root, { [`B/${i}.png`]: png({ seed: i }) });
    execFileSync('mkfifo', [path.join(root, 'A', 'pipe.png'), path.join(root, 'A', 'pipe')]);
    let seen = 0;
    const result = await check({
      onProgress: ({ label }) => {
        if (label === 'Checking' && seen++ === 0) void unlink(path.join(root, 'B', '9.png'));
      },
    });
    expect(result.unreadable.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
      'A/pipe.png not-a-file',
      'B/9.png missing',
    ]);
    expect(result.leftOut).toEqual(['A/pipe']);
  });

  it('finds images under the name of another format or of none', async () => {
    await writeFiles(root, {
      'A/really-png.jpeg': png({ seed: 1 }),
      'A/1.PNG': png({ seed: 2 }),
      'B/really-jpeg.png': jpeg({ seed: 3 }),
      'B/no-name': jpeg({ seed: 4 }),
      'B/notes.txt': 'notes',
      'loose.png': png({ seed: 5 }),
    });
    const result = await check();
    expect(result.misnamed).toEqual([
      { file: 'A/really-png.jpeg', format: 'png' },
      { file: 'B/really-jpeg.png', format: 'jpeg' },
    ]);
    expect(result.hidden).toEqual([{ file: 'B/no-name', format: 'jpeg' }]);
    expect(kinds(result)).toEqual(['! misnamed 2', '! hidden 1', '  patients-unknown 3', '  left-out 2']);
  });

  it('says of files with several pages that the first is read', async () => {
    const pages = [draw({ seed: 1 }), draw({ seed: 2 })];
    const two = await sharp(await Promise.all(pages.map((page) => page.png().toBuffer())), { join: { animated: true } })
      .tiff({ compression: 'none' })
      .toBuffer();
    await writeFiles(root, { 'A/two.tif': two, 'A/1.png': png({ seed: 3 }), 'B/2.png': png({ seed: 4 }) });
    const result = await check();
    expect(kinds(result)).toContain('  several-pages 1');
    expect(result.severalPages).toEqual([{ file: 'A/two.tif', pages: 2 }]);
    expect(result.totals).toMatchObject({ severalPages: 1, hidden: 0 });
  });

  it('takes JPEG files by all the names that they have', async () => {
    await writeFiles(root, {
      'A/web.jfif': jpeg({ seed: 1 }),
      'A/old.JPE': jpeg({ seed: 2 }),
      'B/pasted.pjp': jpeg({ seed: 3 }),
    });
    const result = await check();
    expect([result.images, result.readable]).toEqual([3, 3]);
    expect(kinds(result).filter((kind) => /misnamed|hidden|left-out/.test(kind))).toEqual([]);
  });

  it('finds other modes, sizes and blank images', async () => {
    for (let i = 0; i < 12; i++) await writeFiles(root, { [`${i % 2 ? 'A' : 'B'}/${i}.png`]: png({ seed: i }) });
    const rgb = (seed: number, tint: number): Promise<Buffer> => {
      const pixels = Buffer.from([...drawPixels({ seed })].flatMap((level) => [level, level, level - tint]));
      return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
        .png()
        .toBuffer();
    };
    await writeFiles(root, {
      'A/grey-rgb.png': rgb(20, 0),
      'A/tinted.png': rgb(21, 20),
      'constructor/large.png': png({ seed: 30, width: 256, height: 256 }),
      'B/wide.png': png({ seed: 31, width: 128, height: 40 }),
      'B/blank1.png': sharp({ create: { width: 64, height: 64, channels: 3, background: '#777' } })
        .png()
        .toBuffer(),
      'B/blank2.png': sharp({ create: { width: 64, height: 64, channels: 3, background: '#787878' } })
        .png()
        .toBuffer(),
    });
    const result = await check();
    expect(result.modes).toMatchObject([
      { channels: 1, bitsPerChannel: 8, images: 14, colourful: 0, files: [] },
      { channels: 3, images: 4, colourful: 1, classes: { A: 2, B: 2 } },
    ]);
    expect(Object.entries(result.modes[0]?.classes ?? {})).toContainEqual(['constructor', 1]);
    expect(result.sizeOutliers).toEqual([
      { file: 'B/wide.png', width: 128, height: 40, what: 'wide' },
      { file: 'constructor/large.png', width: 256, height: 256, what: 'large' },
    ]);
    expect(result.blank).toEqual(['B/blank1.png', 'B/blank2.png']);
    expect(result.similar).toEqual([]);
    expect(result.sizes).toMatchObject({ distinct: 3, medianWidth: 64, leastHeight: 40, mostHeight: 256 });
  });
});

describe('a check for duplicates', () => {
  it('finds equal files, equal pixels and images that look alike, not merely similar ones', async () => {
    const other = await draw({ seed: 2 }).png({ compressionLevel: 0 }).toBuffer();
    await writeFiles(root, {
      'A/1.png': png({ seed: 1 }),
      'A/1-again.png': png({ seed: 1 }),
      'A/2.png': png({ seed: 2 }),
      'A/2-saved.png': other,
      'B/3.png': png({ seed: 3, width: 96, height: 96 }),
      'B/3-brighter.png': png({ seed: 3, width: 96, height: 96, brighter: 8 }),
      'B/3-jpeg.jpeg': jpeg({ seed: 3, width: 96, height: 96 }, 40),
      'B/3-small.jpeg': draw({ seed: 3, width: 96, height: 96 }).resize(48, 48).jpeg().toBuffer(),
      'B/3-other.png': png({ seed: 3, width: 96, height: 96, blob: 90 }),
      'B/4.png': png({ seed: 4 }),
    });
    const result = await check();
    expect(groups(result.identical)).toEqual(['bytes A/1-again.png A/1.png', 'pixels A/2-saved.png A/2.png']);
    expect(groups(result.similar)).toEqual(['near B/3-brighter.png B/3-jpeg.jpeg B/3-small.jpeg B/3.png']);
    expect(kinds(result)).toEqual(['  identical 2', '  similar 1', '  patients-unknown 10']);
    expect(result.needsDecision).toBe(false);
  });

  it('puts those with two labels first, then those across splits, then patients in several splits', async () => {
    await writeFiles(root, {
      'train/A/person1_virus_1.png': png({ seed: 1 }),
      'test/A/person1_virus_2.png': png({ seed: 2 }),
      'train/A/same.png': png({ seed: 3 }),
      'train/A/same-too.png': png({ seed: 3 }),
      'train/A/both.png': png({ seed: 4 }),
      'test/A/both.png': png({ seed: 4 }),
      'train/B/two.png': png({ seed: 5 }),
      'train/A/two.png': png({ seed: 5 }),
      'train/A/near.png': png({ seed: 6 }),
      'test/B/near.png': png({ seed: 6, brighter: 6 }),
      'train/B/close.png': png({ seed: 7 }),
      'test/B/close.jpeg': jpeg({ seed: 7 }, 60),
      'validation/A/last.png': png({ seed: 8 }),
    });
    await mkdir(path.join(root, 'validation', 'B'));
    const result = await check();
    expect(kinds(result)).toEqual([
      '! identical-with-two-labels 1',
      '! identical-across-splits 1',
      '! similar-with-two-labels 1',
      '! similar-across-splits 1',
      '! patients-across-splits 1',
      '! empty-classes 1',
      '  identical 1',
      '  patients-unknown 11',
    ]);
    expect(groups(result.identical)).toEqual([
      'bytes train/A/two.png train/B/two.png',
      'bytes train/A/both.png test/A/both.png',
      'bytes train/A/same-too.png train/A/same.png',
    ]);
    expect(result.identical[0]).toMatchObject({ severalLabels: true, crossesSplits: false });
    expect(result.patientsInSeveralSplits).toEqual([{ patient: 'person1', splits: { train: 1, test: 1 } }]);
    expect(result.emptyClasses).toEqual([{ split: 'validation', label: 'B' }]);
    expect(result.balance.map(({ split, images }) => [split, images])).toEqual([
      ['train', 8],
      ['validation', 1],
      ['test', 4],
    ]);
  });

  it('goes by the patients and splits of a table', async () => {
    await writeFiles(root, { '1.png': png({ seed: 1 }), '2.png': png({ seed: 2 }), '3.png': png({ seed: 1 }) });
    await writeFiles(root, { 'no-row.png': png({ seed: 4 }) });
    const labels = path.join(root, 'labels.csv');
    await writeFile(labels, 'file,label,patient,split\n1.png,ill,a,train\n2.png,well,b,test\n3.png,ill,b,train\n');
    const result = await check({ labels });
    expect(kinds(result)).toEqual(['! patients-across-splits 1', '! empty-classes 2', '  identical 1', '  left-out 1']);
    expect(result.identical[0]).toMatchObject({ severalPatients: true });
    expect(result.leftOut).toEqual(['no-row.png']);
  });

  it('stops when it is interrupted', async () => {
    await writeFiles(root, { 'A/1.png': png({ seed: 1 }) });
    await expect(check({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  });
});
