import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareCodePoints, listDatasetFolder } from './dataset-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'dataset-folder-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function make(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), '');
  }
}

const list = async (classNames?: readonly string[]) =>
  (await listDatasetFolder(root, classNames === undefined ? {} : { classNames })).images.map(
    ({ file, label }) => `${label} ${file}`,
  );

describe("listDatasetFolder has Keras's order", () => {
  it('sorts classes and files by code point', async () => {
    await make('b/person100_1.jpeg', 'b/person1000_1.jpeg', 'b/a.png', 'b/B.PNG', 'Z/1.tif', 'readme.txt');
    expect(await list()).toEqual([
      '0 Z/1.tif',
      '1 b/B.PNG',
      '1 b/a.png',
      '1 b/person1000_1.jpeg',
      '1 b/person100_1.jpeg',
    ]);
  });

  it('sorts above the basic plane as Python does', async () => {
    await make('a/\u{1f600}.png', 'a/\uff21.png', 'b/1.png');
    expect(await list()).toEqual(['0 a/\uff21.png', '0 a/\u{1f600}.png', '1 b/1.png']);
    const words = ['\ue000', '\u{10000}', '\ud7ff', 'a', 'ab', '', '\u{1f600}\uffff', '\u{1f600}', '\uffff'];
    const byUtf8 = words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(words.toSorted(compareCodePoints)).toEqual(byUtf8);
  });

  it('walks nested folders in the order of their whole path', async () => {
    await make('x/z.png', 'x/a/1.png', 'x/a-b/1.png', 'x/a/c/1.png', 'y/1.png');
    // '-' stands before '/', so a-b comes between a and a/c.
    expect(await list()).toEqual(['0 x/z.png', '0 x/a/1.png', '0 x/a-b/1.png', '0 x/a/c/1.png', '1 y/1.png']);
  });

  it('takes the extensions with any case and without a dot, and leaves litter out', async () => {
    await make(
      'a/xJPEG',
      'a/1.bmp',
      'a/2.ppm',
      'a/3.gif',
      'a/._4.png',
      'a/.5.png',
      'a/.DS_Store',
      'a/6.webp',
      'b/1.jpg',
    );
    await make('__MACOSX/a/1.png', '.git/1.png', 'a/.hidden/1.png');
    expect(await list()).toEqual(['0 a/1.bmp', '0 a/2.ppm', '0 a/6.webp', '0 a/xJPEG', '1 b/1.jpg']);
  });

  it('follows a class folder that is a link, and is not trapped by a loop', async () => {
    await make('a/1.png', 'elsewhere/2.png');
    await symlink(path.join(root, 'elsewhere'), path.join(root, 'b'));
    await symlink(path.join(root, 'a'), path.join(root, 'a', 'again.png'));
    await symlink('1.png', path.join(root, 'a', 'link.png'));
    await symlink('missing.png', path.join(root, 'a', 'broken.png'));
    expect(await list(['a', 'b', 'elsewhere'])).toEqual([
      '0 a/1.png',
      '0 a/broken.png',
      '0 a/link.png',
      '1 b/2.png',
      '2 elsewhere/2.png',
    ]);
  });

  it('takes no link to a folder above it for a class', async () => {
    await make('a/1.png', 'b/2.png');
    await symlink('../', path.join(root, 'up'));
    await symlink('.', path.join(root, 'here'));
    expect(await list()).toEqual(['0 a/1.png', '1 b/2.png']);
  });

  it.each([
    '@eaDir',
    '#recycle',
    '#snapshot',
    '@Recycle',
    '.AppleDouble',
    'lost+found',
    'System Volume Information',
    '$RECYCLE.BIN',
    'RECYCLER',
  ])('takes %s for no class, and nothing in it for images', async (name) => {
    await make('a/1.png', 'b/2.png', `${name}/3.png`, `a/${name}/1.png/SYNOPHOTO_THUMB_M.jpg`);
    expect(await list()).toEqual(['0 a/1.png', '1 b/2.png']);
  });

  it('keeps given classes and their order, also where one is missing', async () => {
    await make('PNEUMONIA/1.png', 'NORMAL/2.png');
    expect(await list(['PNEUMONIA', 'COVID', 'NORMAL'])).toEqual(['0 PNEUMONIA/1.png', '2 NORMAL/2.png']);
  });
});

describe('listDatasetFolder refuses', () => {
  const refusal = (classNames?: readonly string[]) =>
    list(classNames).then(
      () => expect.unreachable(),
      ({ code, message }: { code: string; message: string }) => `${code} ${message.replaceAll(root, 'ROOT')}`,
    );

  it('a missing folder and a file', async () => {
    await make('file');
    const file = path.join(root, 'file');
    await expect(listDatasetFolder(path.join(root, 'no'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(listDatasetFolder(file)).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringContaining(file) as string,
    });
  });

  it('no class, one class, an empty class', async () => {
    expect(await refusal()).toMatch(/^E_DATASET ROOT has no folder/);
    await make('a/1.png');
    expect(await refusal()).toMatch(/^E_DATASET ROOT has the single folder a/);
    await make('b/notes.txt');
    expect(await refusal()).toMatch(/^E_DATASET the class folder ROOT.b has no image/);
  });

  it.skipIf(process.platform !== 'linux')(
    'names that are not UTF-8, of folders and of images, but not of others',
    async () => {
      await make('a/1.png', 'b/2.png');
      const odd = (name: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
      await writeFile(odd('a/notes\xff.txt'), '');
      // A name that holds the replacement character itself is one.
      await make('a/\ufffd.png');
      expect(await list()).toEqual(['0 a/1.png', '0 a/\ufffd.png', '1 b/2.png']);
      for (const [name, sentence] of [
        ['a/bad\xff.png', /^E_DATASET The name of ROOT.a.bad\ufffd\.png is not UTF-8.*rename it$/],
        ['a/\xd0\xd8', /^E_DATASET The name of ROOT.a.\ufffd+ is not UTF-8/],
        ['\xd0\xd8', /^E_DATASET The name of ROOT.\ufffd+ is not UTF-8/],
      ] as const) {
        if (name.endsWith('png')) await writeFile(odd(name), '');
        else await mkdir(odd(name));
        expect(await refusal()).toMatch(sentence);
        await rm(odd(name), { recursive: true });
      }
    },
  );

  it('the folder above the splits', async () => {
    await make('train/a/1.png', 'test/a/1.png');
    expect(await refusal()).toMatch(/^E_DATASET ROOT holds the splits test, train/);
  });

  it('images of a class that is not known, and none of those that are', async () => {
    await make('a/1.png', 'c/1.png', 'notes/readme.txt');
    expect(await refusal(['a', 'b'])).toMatch(/^E_DATASET ROOT has images of the class c/);
    expect(await refusal(['x', 'y'])).toMatch(/^E_DATASET ROOT has no image of the classes x, y/);
  });
});
