import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseManifest,
  readManifest,
  readManifestImages,
  renderManifest,
  type Manifest,
  type ManifestImage,
} from './manifest.ts';

const manifest: Manifest = {
  version: 1,
  createdBy: 'pneumoscope',
  seed: 3,
  by: 'patient',
  fractions: { train: 0.7, validation: 0.15, test: 0.15 },
  classNames: ['NORMAL', 'PNEUMONIA'],
  summary: {
    images: 1,
    patients: 1,
    imagesWithoutPatient: 0,
    splits: {
      train: { images: 1, patients: 1, share: 1, classes: { NORMAL: { images: 1, patients: 1, share: 1 } } },
    },
    patientsInSeveralSplits: 0,
    identicalImagesAcrossSplits: 0,
    copiesLeftOut: 0,
  },
  images: [
    {
      file: 'train/NORMAL/IM-0001-0001.jpeg',
      label: 'NORMAL',
      patient: 'IM-0001',
      split: 'train',
      sha256: 'ab'.repeat(32),
      source: 'train/NORMAL/IM-0001-0001.jpeg',
    },
  ],
};

/** The manifest's text with one thing changed. */
function change(path: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(manifest) as unknown as Record<string | number, unknown>;
  let place = copy;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  place[path.at(-1) as string] = value;
  return JSON.stringify(copy);
}

describe('a manifest', () => {
  it('is read as it was written, one image a line', () => {
    const text = renderManifest(manifest);
    expect(parseManifest(text, 'm.json')).toEqual(manifest);
    expect(JSON.parse(text)).toEqual(manifest);
    expect(text.split('\n').filter((line) => line.includes('sha256'))).toHaveLength(1);
    expect(parseManifest(renderManifest({ ...manifest, images: [] }), 'm.json').images).toEqual([]);
  });

  const outside = (file: string): string =>
    `(images[0].file cannot be ${JSON.stringify(file)}: it is not a path inside the folder)`;

  it.each<[string, string, string]>([
    ['not JSON', '{', 'm.json is not JSON'],
    ['another version', change(['version'], 2), '(version must be 1, but 2 was given)'],
    ['another program', change(['createdBy'], 'x'), '(createdBy must be pneumoscope, but "x" was given)'],
    ['a mistyped field', change(['sed'], 3), '(sed is not a field (did you mean seed?))'],
    [
      'an unknown split',
      change(['images', 0, 'split'], 'holdout'),
      '(images[0].split must be train, validation or test, but "holdout" was given)',
    ],
    [
      'a broken digest',
      change(['images', 0, 'sha256'], 'abc'),
      '(images[0].sha256 must be a text that matches ^[0-9a-f]{64}$, but "abc" was given)',
    ],
    ['a path out of the folder', change(['images', 0, 'file'], '../../etc/passwd'), outside('../../etc/passwd')],
    ['an absolute path', change(['images', 0, 'file'], '/etc/passwd'), outside('/etc/passwd')],
    ['a path on a drive', change(['images', 0, 'file'], 'C:\\x'), outside('C:\\x')],
    [
      'a missing part',
      change(['summary'], undefined),
      '(the field summary is missing: it must be an object with images, ',
    ],
  ])('with %s is refused', (_, text, message) => {
    expect(() => parseManifest(text, 'm.json')).toThrow(message);
    expect(() => parseManifest(text, 'm.json')).toThrow(expect.objectContaining({ code: 'E_DATASET' }) as Error);
  });

  it('that is not there is named', async () => {
    await expect(readManifest('/nowhere/data')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('the images of a manifest, one by one', () => {
  const read = async (text: string): Promise<ManifestImage[]> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'manifest-'));
    try {
      await writeFile(path.join(folder, 'manifest.json'), text);
      const images: ManifestImage[] = [];
      for await (const image of readManifestImages(path.join(folder, 'manifest.json'))) images.push(image);
      return images;
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const [image] = manifest.images as [ManifestImage];
  const two = { ...manifest, images: [image, { ...image, file: 'train/NORMAL/IM-0002-0001.jpeg' }] };

  it('are those that were written, however the file is laid out', async () => {
    expect(await read(renderManifest(two))).toEqual(two.images);
    expect(await read(renderManifest({ ...manifest, images: [] }))).toEqual([]);
    expect(await read(JSON.stringify(two))).toEqual(two.images);
    expect(await read(`\ufeff${renderManifest(two)}`)).toEqual(two.images);
    expect(parseManifest(`\ufeff${renderManifest(two)}`, 'm.json')).toEqual(two);
    expect(await read(JSON.stringify(two, undefined, 2))).toEqual(two.images);
  });

  it('are none of a file that is not there or that another program wrote', async () => {
    expect(await read('{"images":[]}')).toEqual([]);
    expect(await read(renderManifest(two).replace('"pneumoscope"', '"other"'))).toEqual([]);
    const missing = readManifestImages(path.join(tmpdir(), 'no-such-manifest.json'));
    expect(await missing.next()).toMatchObject({ done: true });
  });

  it.each([
    ['cut short', renderManifest(two).slice(0, -100), /is not JSON/],
    ['with a path that leads out', renderManifest(two).replace(image.file, '../x'), /images\[0\]\.file/],
  ])('are refused of one that is %s', async (_, text, sentence) => {
    await expect(read(text)).rejects.toThrow(sentence);
  });
});
