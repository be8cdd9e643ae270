import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
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

  it('looks at each folder once, whatever links lead to it, and lists a link to nothing', async () => {
    const links = await mkdtemp(path.join(tmpdir(), 'find-links-'));
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'find-elsewhere-'));
    await mkdir(path.join(links, 'a'));
    await mkdir(path.join(links, 'z'));
    for (const file of ['links/a/1.png', 'links/z/2.png', 'elsewhere/3.png'])
      await writeFile(file.replace('links', links).replace('elsewhere', elsewhere), '');
    await symlink('../', path.join(links, 'a', 'up'));
    await symlink('../z', path.join(links, 'a', 'sibling'));
    await symlink('/', path.join(links, 'all'));
    await symlink(elsewhere, path.join(links, 'out'));
    await symlink(links, path.join(elsewhere, 'back'));
    await symlink('nowhere.png', path.join(links, 'dangling.png'));
    const found = await findImages([links]);
    expect(found.map((file) => path.relative(links, file))).toEqual([
      'a/1.png',
      'dangling.png',
      'out/3.png',
      'z/2.png',
    ]);
    await rm(links, { recursive: true });
    await rm(elsewhere, { recursive: true });
  });

  it('leaves out what storage devices keep among the files, but for what is named', async () => {
    const files = ['@eaDir/b.png/thumb.jpg', '#recycle/old.png', 'lost+found/1.png'];
    for (const name of files) {
      await mkdir(path.dirname(path.join(folder, 'nas', name)), { recursive: true });
      await writeFile(path.join(folder, 'nas', name), '');
    }
    await writeFile(path.join(folder, 'nas', 'b.png'), '');
    expect(await findImages(at('nas'))).toEqual(at('nas/b.png'));
    expect(await findImages([`${folder}/nas/**/*.{png,jpg}`])).toEqual(at('nas/b.png'));
    expect(await findImages([`${folder}/nas/lost+found/*.png`, ...at('nas/#recycle/old.png')])).toHaveLength(2);
    await rm(path.join(folder, 'nas'), { recursive: true });
  });

  it.skipIf(process.platform !== 'linux')('says of a name that is not UTF-8 what it is', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder}/empty/`), Buffer.from('bad\xff.png', 'latin1')]);
    await writeFile(odd, '');
    const lost = { code: 'E_DATASET', message: expect.stringMatching(/bad\ufffd\.png is not UTF-8.*rename it/) };
    await expect(findImages(at('empty'))).rejects.toMatchObject(lost);
    await expect(findImages([`${folder}/empty/*`])).rejects.toMatchObject(lost);
    // As the command line gets it.
    await expect(findImages(at('empty/bad\ufffd.png'))).rejects.toThrow(
      /has a name that is not UTF-8, or does not exist/,
    );
    await rm(odd);
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
