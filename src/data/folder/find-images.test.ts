import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findImages } from './find-images.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'find-images-'));
  const names = [
    'b.png',
    'a.JPEG',
    'notes.txt',
    'deep/er/c.tif',
    '.hidden.png',
    '__MACOSX/x.png',
    '[odd].png',
    'no-extension',
  ];
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), '');
  }
  await mkdir(path.join(folder, 'empty'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]): string[] => names.map((name) => path.join(folder, name));

describe('findImages', () => {
  it('takes files as they are, folders at any depth, and patterns; each file once', async () => {
    expect(await findImages(at('no-extension', 'notes.txt'))).toEqual(at('no-extension', 'notes.txt'));
    expect(await findImages([folder])).toEqual(at('[odd].png', 'a.JPEG', 'b.png', 'deep/er/c.tif'));
    expect(await findImages([`${folder}/*.png`, `${folder}/**/*.tif`])).toEqual(
      at('[odd].png', 'b.png', 'deep/er/c.tif'),
    );
    expect(await findImages([...at('b.png'), `${folder}/*.png`, folder])).toEqual(
      at('b.png', '[odd].png', 'a.JPEG', 'deep/er/c.tif'),
    );
    expect(await findImages([`${folder}/de*`])).toEqual(at('deep/er/c.tif'));
    expect(await findImages(at('[odd].png'))).toEqual(at('[odd].png'));
  });

  it('says what is not there', async () => {
    await expect(findImages(at('none.png'))).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringContaining('does not exist') as string,
    });
    await expect(findImages([''])).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(findImages([`${folder}/*.gif`])).rejects.toMatchObject({
      message: expect.stringContaining('matches no file') as string,
    });
    await expect(findImages(at('empty'))).rejects.toMatchObject({
      message: expect.stringContaining('has no image') as string,
    });
  });
});
