import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import { isTemporaryName, temporaryName } from '../../base/files/write-file.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import { createPreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { defaultCacheDirectory } from './cache-directory.ts';
import type { LabelledImage } from '../folder/dataset-folder.ts';
import { UnreadableImagesError } from '../../imaging/decode/unreadable-image.ts';
import { prepareImages } from './image-cache.ts';
import { StatIndex } from './stat-index.ts';

const spec = createPreprocessingSpec(16, 12);
let root: string;
let cacheDir: string;
let images: LabelledImage[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'image-cache-'));
  cacheDir = path.join(root, 'cache');
  images = [];
  for (let i = 0; i < 9; i++) await addImage(`${i}.png`, await makePng(i));
});

afterEach(() => rm(root, { recursive: true, force: true }));

function makePng(seed: number): Promise<Buffer> {
  const data = Uint8Array.from({ length: 40 * 30 }, (_, at) => (at * (seed + 2) + seed * 31) & 255);
  return sharp(data, { raw: { width: 40, height: 30, channels: 1 } })
    .png()
    .toBuffer();
}

async function addImage(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path.join(root, file), bytes);
  images.push({ path: path.join(root, file), file, label: images.length % 2 });
}

async function expectedPixels(list: readonly LabelledImage[]): Promise<number[]> {
  const rows = await Promise.all(list.map(async (image) => preprocess(await readFile(image.path), image.file, spec)));
  return rows.flatMap((row) => [...row]);
}

async function packFiles(): Promise<string[]> {
  const names = await readdir(cacheDir, { recursive: true });
  return names.filter((name) => name.endsWith('.pack')).map((name) => path.join(cacheDir, name));
}

describe('prepareImages', () => {
  it('decodes once, then reads the cache, with the same pixels', async () => {
    const progress: number[] = [];
    const first = await prepareImages(images, spec, { cacheDir, onProgress: (done) => progress.push(done) });
    expect(first.fromCache).toBe(0);
    expect(first.cacheProblem).toBeUndefined();
    expect([...first.pixels]).toEqual(await expectedPixels(images));
    expect(first.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const second = await prepareImages(images.toReversed(), spec, { cacheDir });
    expect(second.fromCache).toBe(9);
    expect(second.sha256).toEqual(first.sha256.toReversed());
    expect([...second.pixels]).toEqual(await expectedPixels(images.toReversed()));
  });

  it('goes by content and by spec', async () => {
    await prepareImages(images, spec, { cacheDir });
    await writeFile(path.join(root, '3.png'), await makePng(77));
    const changed = await prepareImages(images, spec, { cacheDir });
    expect(changed.fromCache).toBe(8);
    expect([...changed.pixels]).toEqual(await expectedPixels(images));
    expect((await prepareImages(images, createPreprocessingSpec(16), { cacheDir })).fromCache).toBe(0);
  });

  it('works without a cache', async () => {
    const prepared = await prepareImages(images, spec, { cacheDir: null });
    expect([...prepared.pixels]).toEqual(await expectedPixels(images));
    expect(prepared.sha256[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('works, and says so, where the cache cannot be written', async () => {
    await writeFile(path.join(root, 'file'), '');
    const prepared = await prepareImages(images, spec, { cacheDir: path.join(root, 'file', 'cache') });
    expect([...prepared.pixels]).toEqual(await expectedPixels(images));
    expect(prepared.cacheProblem).toMatch(/cannot be written/);
  });

  it.skipIf(process.getuid?.() === 0)('works with a cache that can only be read', async () => {
    await prepareImages(images.slice(1), spec, { cacheDir });
    for (const name of await readdir(cacheDir, { recursive: true })) {
      if (!name.includes('.')) await chmod(path.join(cacheDir, name), 0o500);
    }
    const prepared = await prepareImages(images, spec, { cacheDir });
    expect([prepared.fromCache, prepared.cacheProblem === undefined]).toEqual([8, false]);
  });

  it.each([
    ['a byte of pixels', (bytes: Buffer) => bytes.writeUInt8((bytes.at(-5) as number) ^ 1, bytes.length - 5)],
    ['a byte of the index', (bytes: Buffer) => bytes.writeUInt8((bytes[30] as number) ^ 1, 30)],
    ['the magic', (bytes: Buffer) => bytes.writeUInt8(0, 0)],
    ['a wild count', (bytes: Buffer) => bytes.writeUInt32LE(0xffffffff, 8)],
    ['its length', undefined],
  ])('makes a pack anew that is damaged in %s', async (_, damage) => {
    await prepareImages(images, spec, { cacheDir });
    const [pack = ''] = await packFiles();
    const bytes = await readFile(pack);
    damage?.(bytes);
    await writeFile(pack, damage === undefined ? bytes.subarray(0, -1) : bytes);
    const fromCache: number[] = [];
    for (let run = 0; run < 3; run++) {
      const prepared = await prepareImages(images, spec, { cacheDir });
      expect([...prepared.pixels]).toEqual(await expectedPixels(images));
      expect(prepared.cacheProblem).toBeUndefined();
      fromCache.push(prepared.fromCache);
    }
    expect(fromCache[0]).toBeLessThan(9);
    expect(fromCache[2]).toBe(9);
  });

  it('survives being killed at any moment', { timeout: 30_000 }, async () => {
    const script = path.join(root, 'prepare.mjs');
    await writeFile(
      script,
      `const { prepareImages } = await import(${JSON.stringify(new URL('./image-cache.ts', import.meta.url).href)});
       process.send('ready');
       for (let i = 0; ; i++) {
         const spec = { version: 1, width: 16, height: 12, channels: 1, resize: 'nearest', rescale: 1 / 255 };
         const images = ${JSON.stringify(images)};
         await prepareImages(i % 2 ? images : images.slice(i % 9), spec, { cacheDir: ${JSON.stringify(cacheDir)}, cacheLimit: 1500 });
       }`,
    );
    for (let i = 0; i < 6; i++) {
      const child = fork(script, { execArgv: [] });
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, 5 + i * 17));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const prepared = await prepareImages(images, spec, { cacheDir });
      expect([...prepared.pixels]).toEqual(await expectedPixels(images));
    }
  });

  it('may run several times at once', async () => {
    const lists = [images, images.toReversed(), images.slice(3)];
    const all = await Promise.all(lists.map((list) => prepareImages(list, spec, { cacheDir })));
    for (const [i, { pixels }] of all.entries()) expect([...pixels]).toEqual(await expectedPixels(lists[i] ?? []));
    expect((await prepareImages(images, spec, { cacheDir })).fromCache).toBe(9);
  });

  it('keeps the cache within its limit, the last used first', async () => {
    await prepareImages(images.slice(0, 4), spec, { cacheDir });
    const [old = ''] = await packFiles();
    await utimes(old, new Date(0), new Date(0));
    await prepareImages(images.slice(4), spec, { cacheDir, cacheLimit: 1500 });
    const left = await packFiles();
    expect(left).toHaveLength(1);
    expect(left).not.toContain(old);
  });

  it('cleans up what a kill left an hour ago, and nothing younger', async () => {
    await prepareImages(images.slice(0, 1), spec, { cacheDir });
    // A process looks at a folder once, so it finds what was left in another one.
    const left = path.join(root, 'left');
    const folder = path.join(left, path.relative(cacheDir, path.dirname((await packFiles())[0] ?? '')));
    await mkdir(folder, { recursive: true });
    const [old, young] = [temporaryName(path.join(folder, 'a.pack')), temporaryName(path.join(folder, 'b.pack'))];
    for (const file of [old, young]) await writeFile(file, '');
    await utimes(old, new Date(0), new Date(0));
    await prepareImages(images, spec, { cacheDir: left });
    expect((await readdir(folder)).filter((name) => isTemporaryName(name))).toEqual([path.basename(young)]);
  });
});

describe('prepareImages with unreadable images', () => {
  beforeEach(async () => {
    const good = await makePng(0);
    await addImage('cut.png', good.subarray(0, 90));
    await addImage('empty.jpeg', new Uint8Array());
    await addImage('last.png', await makePng(50));
    await symlink('nowhere', path.join(root, 'link.png'));
    images.splice(2, 0, { path: path.join(root, 'link.png'), file: 'link.png', label: 0 });
    await mkdir(path.join(root, 'folder.png'));
    images.push({ path: path.join(root, 'folder.png'), file: 'folder.png', label: 0 });
  });

  it('looks at every file, then names them all', async () => {
    const error = await prepareImages(images, spec, { cacheDir }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreadableImagesError);
    const { message, unreadable, code } = error as UnreadableImagesError;
    expect(code).toBe('E_UNREADABLE_IMAGE');
    expect(unreadable.map(({ file }) => file)).toEqual(['link.png', 'cut.png', 'empty.jpeg', 'folder.png']);
    expect(message.split('\n')).toEqual([
      '4 of 14 images cannot be read; mend them, or leave them out with --skip-unreadable:',
      expect.stringMatching(/link\.png does not exist/),
      expect.stringMatching(/cut\.png is cut short/),
      expect.stringMatching(/empty\.jpeg is empty/),
      expect.stringMatching(/folder\.png cannot be opened \(EISDIR\)/),
    ]);
  });

  it.each([null, 'cache'])('leaves them out on request (cache: %s)', async (kind) => {
    const options = { skipUnreadable: true, cacheDir: kind === null ? null : cacheDir };
    for (let run = 0; run < 2; run++) {
      const prepared = await prepareImages(images, spec, options);
      const good = images.filter(({ file }) => !['link.png', 'cut.png', 'empty.jpeg', 'folder.png'].includes(file));
      expect(prepared.images).toEqual(good);
      expect(prepared.sha256).toHaveLength(10);
      expect([...prepared.pixels]).toEqual(await expectedPixels(good));
      expect(prepared.unreadable).toHaveLength(4);
      expect(prepared.fromCache).toBe(kind === null || run === 0 ? 0 : 10);
    }
  });

  it('fails where none is left', async () => {
    const bad = images.filter(({ file }) => file === 'cut.png');
    const outcome = prepareImages(bad, spec, { cacheDir, skipUnreadable: true });
    await expect(outcome).rejects.toMatchObject({ code: 'E_DATASET' });
  });
});

it('stops when told to, and keeps what was decoded', async () => {
  const controller = new AbortController();
  const onProgress = (done: number) => done === 5 && controller.abort();
  const outcome = prepareImages(images, spec, { cacheDir, concurrency: 1, onProgress, signal: controller.signal });
  await expect(outcome).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  await expect(outcome).rejects.toBeInstanceOf(PneumoscopeError);
  expect((await prepareImages(images, spec, { cacheDir })).fromCache).toBe(5);
});

describe('StatIndex', () => {
  it('knows a file again until it changes', async () => {
    const file = images[0]?.path ?? '';
    const folder = path.join(root, 'files');
    const state = await stat(file, { bigint: true });
    const index = new StatIndex(folder, 0);
    await index.remember(file, state, 'abc');
    await index.save();
    expect(await new StatIndex(folder).find(file, state)).toBe('abc');
    await writeFile(file, await makePng(0));
    expect(await new StatIndex(folder).find(file, await stat(file, { bigint: true }))).toBeUndefined();
    const [name = ''] = await readdir(folder);
    await writeFile(path.join(folder, name), (await readFile(path.join(folder, name), 'utf8')).replace('abc', 'abd'));
    expect(await new StatIndex(folder).find(file, state)).toBeUndefined();
  });

  it('does not trust a file that was just written', async () => {
    const file = images[0]?.path ?? '';
    const state = await stat(file, { bigint: true });
    const index = new StatIndex(path.join(root, 'files'));
    await index.remember(file, state, 'abc');
    expect(await index.find(file, state)).toBeUndefined();
  });
});

it('the default cache directory follows the system', () => {
  expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe(path.join('/x', 'pneumoscope'));
  expect(defaultCacheDirectory({ XDG_CACHE_HOME: 'relative' }, 'linux')).toMatch(/\.cache.pneumoscope$/);
  expect(defaultCacheDirectory({}, 'darwin')).toMatch(/Library.Caches.pneumoscope$/);
  expect(defaultCacheDirectory({ LOCALAPPDATA: '/l' }, 'win32')).toBe(path.join('/l', 'pneumoscope', 'cache'));
});
