import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryName } from '../../base/files/write-file.ts';
import { listDatasetFolder } from '../folder/dataset-folder.ts';
import { readManifest, type Manifest } from '../folder/manifest.ts';
import { splitDataset, type SplitOptions } from './split.ts';

const base = mkdtempSync(path.join(tmpdir(), 'pneumoscope-split-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let root: string;
let from: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(path.join(base, 's'));
  from = path.join(root, 'raw');
  out = path.join(root, 'data');
});

/** Files by name; each has its own name as content unless told otherwise. */
function write(files: readonly string[] | Readonly<Record<string, string>>): void {
  const entries = Array.isArray(files)
    ? (files as readonly string[]).map((file) => [file, file] as const)
    : Object.entries(files);
  for (const [file, content] of entries) {
    mkdirSync(path.join(from, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(from, file), content);
  }
}

/** Healthy patients with 1 to 3 images each, ill ones with 1 to 5: sizes as unequal as in the real data. */
function kermany(patients: number): string[] {
  const files: string[] = [];
  for (let patient = 1; patient <= patients; patient++) {
    const number = String(patient).padStart(4, '0');
    for (let i = 0; i <= patient % 3; i++) files.push(`NORMAL/IM-${number}-000${i}.jpeg`);
    for (let i = 0; i <= (patient * 7) % 5; i++) {
      files.push(`PNEUMONIA/person${patient}_${i % 2 === 0 ? 'bacteria' : 'virus'}_${10 * patient + i}.jpeg`);
    }
  }
  return files;
}

const listNames = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

const split = (options: Partial<SplitOptions> = {}) => splitDataset({ from, out, ...options });
const splitsOf = (manifest: Manifest) => new Map(manifest.images.map((image) => [image.source, image.split]));

describe('the layout', () => {
  it('holds every image once, with its bytes, and a manifest that says so', async () => {
    const files = kermany(60);
    write(files);
    const result = await split();
    const manifest = await readManifest(out);
    expect(manifest.images.map((image) => image.source).toSorted()).toEqual(files.toSorted());
    for (const image of manifest.images) {
      const bytes = readFileSync(path.join(out, image.file));
      expect(bytes.toString()).toBe(image.source);
      expect(image.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(image.file).toBe(`${image.split}/${image.label}/${path.basename(image.source)}`);
    }
    for (const name of ['train', 'validation', 'test'] as const) {
      const listed = await listDatasetFolder(path.join(out, name));
      expect(listed.images).toHaveLength(result.summary.splits[name]?.images ?? -1);
    }
    expect(readdirSync(out).toSorted()).toEqual(['manifest.json', 'test', 'train', 'validation']);
    expect(manifest).toMatchObject({ version: 1, createdBy: 'pneumoscope', seed: 0, by: 'patient' });
    expect(manifest.fractions).toEqual({ train: 0.7, validation: 0.15, test: 0.15 });
    expect(result.summary).toEqual(manifest.summary);
  });

  it('takes any class names and any number of classes', async () => {
    write(['B cats', 'A dogs', 'ü'].flatMap((name) => Array.from({ length: 20 }, (_, i) => `${name}/${i}.png`)));
    const result = await split();
    expect(result.classNames).toEqual(['A dogs', 'B cats', 'ü']);
    expect(result.summary).toMatchObject({ images: 60, patients: 60, imagesWithoutPatient: 60 });
    expect(result.summary.splits.test?.classes['ü']).toEqual({ images: 3, patients: 3, share: 0.15 });
  });

  it('leaves out a split that nobody asked for', async () => {
    write(kermany(30));
    const result = await split({ test: 0 });
    expect(readdirSync(out).toSorted()).toEqual(['manifest.json', 'train', 'validation']);
    expect(result.summary.splits.test).toBeUndefined();
    expect(result.summary.splits.validation?.share).toBeCloseTo(0.15, 1);
  });
});

describe('by patient', () => {
  it('has no patient on two sides, and yet the shares of each class', async () => {
    write(kermany(200));
    const { summary } = await split({ validation: 0.2, test: 0.1 });
    const manifest = await readManifest(out);
    const splits = new Map<string, Set<string>>();
    for (const { patient, split: name } of manifest.images)
      splits.set(patient, (splits.get(patient) ?? new Set()).add(name));
    expect([...splits.values()].filter((names) => names.size > 1)).toEqual([]);
    expect(splits.size).toBe(400);
    expect(summary).toMatchObject({ patients: 400, patientsInSeveralSplits: 0, imagesWithoutPatient: 0 });
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      const total = manifest.images.filter(({ label }) => label === name).length;
      // Many patients have one image, so the shares are met to the image.
      expect(summary.splits.validation?.classes[name]?.images).toBe(Math.round(total * 0.2));
      expect(summary.splits.test?.classes[name]?.images).toBe(Math.round(total * 0.1));
    }
  });

  it('keeps a child together across germs, prefixes and class folders', async () => {
    const rest = Array.from({ length: 40 }, (_, i) => [
      `VIRUS/person${i + 50}_virus_1.jpeg`,
      `BACTERIA/person${i + 100}_bacteria_1.jpeg`,
    ]);
    write([
      ...rest.flat(),
      'VIRUS/person1_virus_5.jpeg',
      'BACTERIA/person1_bacteria_6.jpeg',
      'BACTERIA/person1_bacteria_7.jpeg',
    ]);
    for (let seed = 0; seed < 5; seed++) {
      await split({ seed, overwrite: true });
      const manifest = await readManifest(out);
      const own = manifest.images.filter(({ patient }) => patient === 'person1');
      expect(own).toHaveLength(3);
      expect(new Set(own.map((image) => image.split)).size).toBe(1);
    }
  });

  it('keeps patients together who share a file', async () => {
    const files = Object.fromEntries(kermany(40).map((file) => [file, file]));
    for (let i = 0; i < 8; i++) files[`PNEUMONIA/person${900 + i}_virus_1.jpeg`] = 'the same bytes';
    write(files);
    const { summary } = await split({ validation: 0.3, test: 0.3 });
    const manifest = await readManifest(out);
    const own = manifest.images.filter(({ patient }) => patient.startsWith('person90'));
    expect(own).toHaveLength(8);
    expect(new Set(own.map((image) => image.split)).size).toBe(1);
    expect(summary.identicalImagesAcrossSplits).toBe(0);
  });

  it('gives every split a patient of each class, however large the patients are', async () => {
    write(
      ['A', 'B'].flatMap((name) =>
        [1, 2, 3].flatMap((n) => [0, 1, 2, 3].map((i) => `${name}/person${n + (name === 'A' ? 0 : 3)}_virus_${i}.png`)),
      ),
    );
    const { summary } = await split();
    for (const name of ['train', 'validation', 'test'] as const) {
      expect(summary.splits[name]?.classes['A']?.patients).toBe(1);
      expect(summary.splits[name]?.classes['B']?.patients).toBe(1);
    }
  });
});

describe('by image', () => {
  it('meets the shares exactly and says how many patients stand on both sides', async () => {
    write(kermany(60));
    const { summary } = await split({ by: 'image' });
    const { images } = await readManifest(out);
    const several = [...new Set(images.map(({ patient }) => patient))].filter(
      (patient) => new Set(images.filter((image) => image.patient === patient).map((image) => image.split)).size > 1,
    );
    expect(several.length).toBeGreaterThan(10);
    expect(summary.patientsInSeveralSplits).toBe(several.length);
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      const total = images.filter(({ label }) => label === name).length;
      expect(summary.splits.test?.classes[name]?.images).toBe(Math.round(total * 0.15));
      expect(summary.splits.validation?.classes[name]?.images).toBe(Math.round(total * 0.15));
    }
  });

  it('counts identical images on two sides', async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 20; i++) Object.assign(files, { [`A/${i}.png`]: 'same', [`B/${i}.png`]: `${i}` });
    write(files);
    expect((await split({ by: 'image' })).summary.identicalImagesAcrossSplits).toBe(20);
  });
});

describe('chance', () => {
  it('depends on the seed alone, not on the order in which files were made', async () => {
    const files = kermany(50);
    write(files);
    await split({ seed: 3 });
    const first = readFileSync(path.join(out, 'manifest.json'), 'utf8');
    const firstSplits = splitsOf(await readManifest(out));
    rmSync(root, { recursive: true });
    write(files.toReversed());
    await split({ seed: 3 });
    expect(readFileSync(path.join(out, 'manifest.json'), 'utf8')).toBe(first);
    await split({ seed: 4, overwrite: true });
    const other = splitsOf(await readManifest(out));
    expect([...other].filter(([file, name]) => firstSplits.get(file) !== name).length).toBeGreaterThan(20);
  });

  it('is the same on every machine', async () => {
    write(['A', 'B'].flatMap((name) => Array.from({ length: 10 }, (_, i) => `${name}/${i}.png`)));
    await split({ seed: 1, validation: 0.2, test: 0.2 });
    const test = (await readManifest(out)).images.filter((image) => image.split === 'test');
    expect(test.map((image) => image.source)).toEqual(['A/0.png', 'A/1.png', 'B/5.png', 'B/7.png']);
  });
});

describe('where the images come from', () => {
  const archive = [
    ...kermany(20).map((file) => `train/${file}`),
    ...kermany(20).map((file) => `test/${file}`.replace('IM-', 'IM-1').replace('person', 'person9')),
    'val/NORMAL/NORMAL2-IM-1427-0001.jpeg',
  ];

  it('pools the splits a data set has, and says which', async () => {
    write([...archive, 'notes/NORMAL/x.jpeg']);
    const result = await split();
    expect(result.pooled).toEqual(['train', 'val', 'test']);
    expect(result.leftOut).toEqual(['notes']);
    expect(result.summary.images).toBe(archive.length);
    expect((await readManifest(out)).images.some(({ source }) => source.startsWith('val/NORMAL'))).toBe(true);
  });

  it('takes one of them', async () => {
    write(archive);
    const result = await split({ source: 'train' });
    expect(result).toMatchObject({ pooled: ['train'], summary: { images: kermany(20).length } });
    await expect(split({ source: 'holdout', overwrite: true })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('looks into a single folder', async () => {
    write(archive.map((file) => `unzipped/chest_xray/${file}`));
    const result = await split();
    expect(result.summary.images).toBe(archive.length);
    const [first] = (await readManifest(out)).images;
    expect(first?.source).toMatch(/^unzipped\/chest_xray\/t/);
  });

  it('splits its own split anew', async () => {
    write(kermany(40));
    await split();
    const again = await splitDataset({ from: out, out: path.join(root, 'again'), seed: 9 });
    expect(again.summary.images).toBe(kermany(40).length);
  });

  it('gives equal names of different content different names, and takes equal content once', async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 10; i++) Object.assign(files, { [`train/A/${i}.png`]: `${i}`, [`train/B/${i}.png`]: `b${i}` });
    Object.assign(files, {
      'test/A/3.png': 'another 3',
      'test/A/4.png': '4',
      'val/A/3.PNG': 'a third 3',
      'val/A/3-2.png': 'in the way',
      'test/B/x.png': 'x',
      'val/B/sub/x.png': 'in a folder below',
    });
    write(files);
    const { summary } = await split();
    expect(summary).toMatchObject({ images: 25, copiesLeftOut: 1 });
    const { images } = await readManifest(out);
    const names = new Map(images.map((image) => [image.source, path.basename(image.file)]));
    expect(names.get('train/A/3.png')).toBe('3.png');
    expect(names.get('val/A/3-2.png')).toBe('3-2.png');
    expect(names.get('val/A/3.PNG')).toBe('3-3.PNG');
    expect(names.get('test/A/3.png')).toBe('3-4.png');
    expect(names.get('val/B/sub/x.png')).toBe('x.png');
    expect(names.get('test/B/x.png')).toBe('x-2.png');
    expect(names.has('test/A/4.png')).toBe(false);
    expect(new Set(images.map((image) => image.patient)).size).toBe(25);
  });

  it.each<[string, readonly string[], string, RegExp]>([
    [
      'several data sets',
      ['chest/train/A/1.png', 'oct/train/B/1.png'],
      'E_DATASET',
      /several data sets \(chest, oct\)/,
    ],
    ['a single class', ['A/1.png'], 'E_DATASET', /single folder A/],
    [
      'a class only in the second source',
      ['train/A/1.png', 'train/B/1.png', 'test/A/2.png', 'test/C/1.png'],
      'E_DATASET',
      /class C/,
    ],
  ])('refuses %s', async (_, files, code, message) => {
    write(files);
    await expect(split()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a folder that is missing, a file, or an interrupted unpacking', async () => {
    await expect(split()).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    write(kermany(10));
    writeFileSync(path.join(from, '.unfinished'), 'unpacking set.zip was interrupted, unpack it again\n');
    await expect(split()).rejects.toThrow(/raw is incomplete: unpacking set\.zip was interrupted/);
    await expect(split({ from: path.join(from, '.unfinished') })).rejects.toMatchObject({ code: 'E_DATASET' });
  });
});

describe('links', () => {
  it('are hard by default, copies on request, and never point to a symbolic link', async () => {
    write(kermany(20));
    const file = path.join(from, 'NORMAL/IM-0001-0000.jpeg');
    renameSync(file, path.join(root, 'elsewhere.jpeg'));
    symlinkSync(path.join(root, 'elsewhere.jpeg'), file);
    const linked = await split();
    expect(linked.linked).toBe(linked.summary.images);
    const { images } = await readManifest(out);
    for (const { file: target, source } of images) {
      expect(statSync(path.join(out, target)).ino).toBe(statSync(path.join(from, source)).ino);
    }
    rmSync(path.join(root, 'elsewhere.jpeg'));
    const moved = images.find(({ source }) => source === 'NORMAL/IM-0001-0000.jpeg');
    expect(readFileSync(path.join(out, moved?.file ?? ''), 'utf8')).toBe('NORMAL/IM-0001-0000.jpeg');
  });

  it('leave the original alone when copied', async () => {
    write(kermany(20));
    expect((await split({ link: 'copy' })).linked).toBe(0);
    const [image] = (await readManifest(out)).images;
    expect(statSync(path.join(out, image?.file ?? '')).nlink).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('what never ends', () => {
  it.each(['a pipe', 'a link to an endless device'])('%s among the images is refused by its type', async (what) => {
    write(kermany(20));
    const file = path.join(from, 'NORMAL', 'endless.jpeg');
    if (what === 'a pipe') execFileSync('mkfifo', [file]);
    else symlinkSync('/dev/zero', file);
    await expect(split()).rejects.toMatchObject({
      code: 'E_DATASET',
      message: `${file} is a pipe or device, where a file is needed; remove it`,
    });
    expect(existsSync(out)).toBe(false);
  });

  it('a pipe in the place of a manifest is refused, too', async () => {
    mkdirSync(out);
    execFileSync('mkfifo', [path.join(out, 'manifest.json')]);
    await expect(readManifest(out)).rejects.toThrow(/is a pipe or device, where a manifest is needed/);
  });
});

describe('the output folder', () => {
  it('is not touched when it holds something else', async () => {
    write(kermany(20));
    mkdirSync(out);
    writeFileSync(path.join(out, 'thesis.txt'), 'mine');
    await expect(split({ overwrite: true })).rejects.toMatchObject({ code: 'E_USAGE' });
    writeFileSync(path.join(out, 'manifest.json'), '{"name":"of another program"}');
    await expect(split({ overwrite: true })).rejects.toMatchObject({ code: 'E_DATASET' });
    expect(readdirSync(out).toSorted()).toEqual(['manifest.json', 'thesis.txt']);
  });

  it('is replaced on request only, and only as far as the manifest goes', async () => {
    write(kermany(20));
    await split();
    const before = readFileSync(path.join(out, 'manifest.json'), 'utf8');
    await expect(split({ seed: 1 })).rejects.toThrow(/--overwrite/);
    expect(readFileSync(path.join(out, 'manifest.json'), 'utf8')).toBe(before);
    writeFileSync(path.join(out, 'notes.txt'), 'mine');
    await split({ seed: 1, overwrite: true, test: 0 });
    expect(readdirSync(out).toSorted()).toEqual(['manifest.json', 'notes.txt', 'train', 'validation']);
    writeFileSync(path.join(out, 'train/NORMAL/own.jpeg'), 'mine');
    await expect(split({ overwrite: true })).rejects.toThrow(/did not put there/);
    expect(readFileSync(path.join(out, 'train/NORMAL/own.jpeg'), 'utf8')).toBe('mine');
    rmSync(path.join(out, 'train/NORMAL/own.jpeg'));
    expect((await split()).summary.images).toBe(kermany(20).length);
  });

  it.each(['train', 'train/NORMAL', 'test/PNEUMONIA'])(
    'is not cleared through a link in the place of %s',
    async (name) => {
      write(kermany(20));
      await split();
      const elsewhere = path.join(root, 'elsewhere');
      renameSync(path.join(out, name), elsewhere);
      symlinkSync(elsewhere, path.join(out, name));
      const before = listNames(elsewhere);
      const others = listNames(path.join(out, 'validation'));
      await expect(split({ overwrite: true })).rejects.toMatchObject({
        code: 'E_USAGE',
        message: `${path.join(out, name)} is a link, and what a link leads to is not the earlier split's to remove; remove the link, or choose another folder`,
      });
      expect(listNames(elsewhere)).toEqual(before);
      expect(listNames(path.join(out, 'validation'))).toEqual(others);
    },
  );

  it('is not cleared by a manifest whose classes lead elsewhere', async () => {
    write(kermany(20));
    await split();
    const elsewhere = path.join(root, 'empty');
    mkdirSync(elsewhere);
    const file = path.join(out, 'manifest.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"NORMAL",', '"../../empty",'));
    await expect(split({ overwrite: true })).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(/classNames.*is not the name of a folder/),
    });
    expect(existsSync(elsewhere)).toBe(true);
  });

  it('has no manifest until it is whole; what an interruption left is replaced', async () => {
    write(kermany(40));
    const controller = new AbortController();
    const stopped = split({
      signal: controller.signal,
      onProgress: ({ label, done }) => label === 'Splitting' && done === 10 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(existsSync(path.join(out, 'manifest.json'))).toBe(false);
    await expect(readManifest(out)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await split({ seed: 5 });
    const { images, seed } = await readManifest(out);
    expect(seed).toBe(5);
    const there = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(there).toHaveLength(images.length + 1);
  });

  it('is taken where a kill left nothing but half a plan', async () => {
    write(kermany(20));
    mkdirSync(out);
    writeFileSync(temporaryName(path.join(out, '.manifest.unfinished.json')), '{"version":');
    await split();
    expect(readdirSync(out).toSorted()).toEqual(['manifest.json', 'test', 'train', 'validation']);
  });

  it.each(['auto', 'copy'] as const)('is left unfinished where an image goes meanwhile (%s)', async (link) => {
    write(kermany(20));
    const stopped = split({
      link,
      onProgress: ({ label, done, total }) => {
        if (label === 'Reading' && done === total) rmSync(path.join(from, kermany(20)[3] ?? ''));
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringMatching(/cannot be found any more \(ENOENT\)/) as string,
    });
    expect(existsSync(path.join(out, 'manifest.json'))).toBe(false);
  });

  it('neither holds the images nor lies among them', async () => {
    write(kermany(20));
    for (const folder of [from, path.join(from, 'data'), root]) {
      await expect(split({ out: folder })).rejects.toMatchObject({ code: 'E_USAGE' });
    }
    symlinkSync(from, path.join(root, 'alias'));
    await expect(split({ out: path.join(root, 'alias', 'new', 'data') })).rejects.toThrow(/lies inside/);
  });

  it('that cannot be written is an error of the disk', async () => {
    write(kermany(20));
    writeFileSync(out, 'a file');
    await expect(split()).rejects.toMatchObject({ code: 'E_DISK' });
  });
});

describe('impossible settings', () => {
  it.each<Partial<SplitOptions>>([
    { validation: -0.1 },
    { test: 1 },
    { test: Number.NaN },
    { validation: 0.5, test: 0.5 },
    { seed: 0.5 },
  ])('%j', async (settings) => {
    write(kermany(10));
    await expect(split(settings)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('too few images or patients are named', async () => {
    write(['A/1.png', 'A/2.png', 'B/1.png', 'B/2.png', 'B/3.png']);
    await expect(split()).rejects.toThrow(
      /class A has 2 images of 2 patients, too few for the splits train, validation, test/,
    );
    expect((await split({ test: 0 })).summary.images).toBe(5);
    cpSync(from, path.join(root, 'more'), { recursive: true });
    writeFileSync(path.join(root, 'more/A/person1_virus_1.png'), '1');
    writeFileSync(path.join(root, 'more/A/person1_virus_2.png'), '2');
    const more = await splitDataset({ from: path.join(root, 'more'), out: path.join(root, 'd2') });
    expect(more.summary.splits.test?.classes['A']?.patients).toBe(1);
  });
});
