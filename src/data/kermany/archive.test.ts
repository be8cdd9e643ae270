import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeZip, type ZipEntry } from '../../../test/fixtures/data/zip-writer.ts';
import { sharedArchive } from '../../../test/shared-data.ts';
import { getDataset } from './archive.ts';
import type { ArchiveLimits } from './archive-limits.ts';
import type { TaskProgress } from '../../base/tasks.ts';

const base = mkdtempSync(path.join(tmpdir(), 'pneumoscope-archive-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let counter = 0;

/** A new folder with an archive in it, and the place to unpack to. */
function place(archive: Uint8Array): { folder: string; from: string; out: string } {
  const folder = path.join(base, String(counter++));
  const from = path.join(folder, 'set.zip');
  mkdirSync(folder);
  writeFileSync(from, archive);
  return { folder, from, out: path.join(folder, 'raw') };
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .toSorted();
}

const image = (name: string, data = `bytes of ${name}`): ZipEntry => ({ name, data });
const kermany = [
  image('chest_xray/train/NORMAL/IM-0001-0001.jpeg'),
  image('chest_xray/train/PNEUMONIA/person1_virus_1.jpeg'),
];

describe('what is unpacked', () => {
  it('takes the images, drops the shared folder, leaves litter and other files out', async () => {
    const { from, out } = place(
      writeZip([
        { name: 'chest_xray/', mode: 0o040755 },
        ...kermany,
        image('chest_xray/test/NORMAL/b.PNG'),
        image('chest_xray/.DS_Store'),
        image('chest_xray/train/NORMAL/._IM-0001-0001.jpeg'),
        image('__MACOSX/chest_xray/train/NORMAL/x.jpeg'),
        image('chest_xray/readme.txt'),
      ]),
    );
    const progress: TaskProgress[] = [];
    const result = await getDataset({ from, out, onProgress: (one) => progress.push(one) });
    const files = ['test/NORMAL/b.PNG', 'train/NORMAL/IM-0001-0001.jpeg', 'train/PNEUMONIA/person1_virus_1.jpeg'];
    expect(listFiles(out)).toEqual(files);
    expect(readFileSync(path.join(out, 'test/NORMAL/b.PNG'), 'utf8')).toBe('bytes of chest_xray/test/NORMAL/b.PNG');
    expect(result).toMatchObject({
      images: 3,
      folders: { 'train/NORMAL': 1, 'train/PNEUMONIA': 1, 'test/NORMAL': 1 },
      otherFiles: 4,
      nestedCopies: 0,
      download: undefined,
    });
    const last = progress.findLast(({ label }) => label === 'Unpacking');
    expect(last).toMatchObject({ label: 'Unpacking', unit: 'bytes', done: last?.total });
  });

  it.each([
    [
      'a single split stays',
      ['chest_xray/train/A/1.png', 'chest_xray/train/B/2.png'],
      ['train/A/1.png', 'train/B/2.png'],
    ],
    ['several folders above', ['x/y/A/1.png', 'x/y/B/2.png'], ['A/1.png', 'B/2.png']],
    ['class folders at the top', ['A/1.png', 'B/2.png'], ['A/1.png', 'B/2.png']],
    ['a single class keeps its folder', ['x/A/1.png', 'x/A/2.png'], ['A/1.png', 'A/2.png']],
    ['./ before the names', ['./x/A/1.png', './x/B/2.png'], ['A/1.png', 'B/2.png']],
    ['two data sets', ['C/chest/train/A/1.png', 'C/oct/train/B/2.png'], ['chest/train/A/1.png', 'oct/train/B/2.png']],
  ])('%s', async (_, names, expected) => {
    const { from, out } = place(writeZip(names.map((name) => image(name))));
    await getDataset({ from, out });
    expect(listFiles(out)).toEqual(expected);
  });

  it('leaves a nested second copy out, and keeps nested images that differ', async () => {
    const { from, out } = place(
      writeZip([
        ...kermany,
        { ...image('chest_xray/chest_xray/train/NORMAL/IM-0001-0001.jpeg'), data: kermany[0]?.data ?? '' },
        image('chest_xray/chest_xray/train/NORMAL/other.jpeg'),
        image('chest_xray/chest_xray/train/PNEUMONIA/person1_virus_1.jpeg', 'not the same'),
      ]),
    );
    expect(await getDataset({ from, out })).toMatchObject({ images: 4, nestedCopies: 1 });
    expect(listFiles(out)).toEqual([
      'chest_xray/train/NORMAL/other.jpeg',
      'chest_xray/train/PNEUMONIA/person1_virus_1.jpeg',
      'train/NORMAL/IM-0001-0001.jpeg',
      'train/PNEUMONIA/person1_virus_1.jpeg',
    ]);
  });

  it('unpacks stored entries as well as deflated ones', async () => {
    const { from, out } = place(writeZip([{ name: 'A/1.jpeg', data: 'stored', method: 0 }, image('B/2.jpeg')]));
    await getDataset({ from, out });
    expect(readFileSync(path.join(out, 'A/1.jpeg'), 'utf8')).toBe('stored');
  });
});

describe('names', () => {
  it('with backslashes between folders are taken for those of folders', async () => {
    const { from, out } = place(writeZip([image('chest\\N\\a.png'), image('chest\\P\\b.png')]));
    expect(await getDataset({ from, out })).toMatchObject({ folders: { N: 1, P: 1 }, warnings: [] });
    expect(listFiles(out)).toEqual(['N/a.png', 'P/b.png']);
  });

  it.each([251, 252, 253, 254, 255])('may have %i bytes', async (bytes) => {
    const name = `${'y'.repeat(bytes - 4)}.png`;
    const { from, out } = place(writeZip([image(`chest/N/${name}`), image('chest/P/b.png')]));
    await getDataset({ from, out });
    expect(listFiles(out)).toEqual([`N/${name}`, 'P/b.png']);
  });

  it.each(['constructor', '__proto__', 'toString'])('may be %s', async (name) => {
    const { from, out } = place(writeZip([image(`chest/${name}/a.png`), image('chest/P/b.png')]));
    const { folders } = await getDataset({ from, out });
    expect(Object.entries(folders)).toEqual([
      [name, 1],
      ['P', 1],
    ]);
  });

  const inBytes = (bytes: Buffer, file: string, flags = 0): ZipEntry => ({
    name: Buffer.concat([Buffer.from('chest/'), bytes, Buffer.from(`/${file}`)]),
    data: file,
    flags,
  });
  // 正常 and 肺炎 in GBK.
  const gbk = [Buffer.from('d5fdb3a3', 'hex'), Buffer.from('b7ced1d7', 'hex')] as const;
  const chinese = (flags = 0) => writeZip([inBytes(gbk[0], 'a.png', flags), inBytes(gbk[1], 'b.png', flags)]);

  it.each([
    ['not marked', 0],
    ['wrongly marked', 0x800],
  ])('in another encoding that are %s are read as named, and with a warning otherwise', async (_, flags) => {
    const named = place(chinese(flags));
    expect(await getDataset({ ...named, encoding: 'gbk' })).toMatchObject({
      folders: { 正常: 1, 肺炎: 1 },
      warnings: [],
    });
    const { warnings, images } = await getDataset(place(chinese(flags)));
    expect(images).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^2 names in .* are not in UTF-8.*--encoding, such as gbk/)]);
  });

  it('in UTF-8 are read as that, also where nothing says so', async () => {
    const from = place(writeZip([inBytes(Buffer.from('正常'), 'a.png'), inBytes(Buffer.from('肺炎'), 'b.png')]));
    expect(await getDataset(from)).toMatchObject({ folders: { 正常: 1, 肺炎: 1 }, warnings: [] });
  });

  it('in no encoding that was named are refused, before anything is unpacked', async () => {
    const { from, out } = place(chinese());
    await expect(getDataset({ from, out, encoding: 'utf-8' })).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      message: expect.stringMatching(/has names that are not in the encoding utf-8/),
    });
    await expect(getDataset({ from, out, encoding: 'klingon' })).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(listFiles(out)).toEqual([]);
  });
});

it('takes an archive that stands behind other bytes', async () => {
  const { from, out } = place(Buffer.concat([Buffer.from('#!/bin/sh\nunpack "$0"\n'), writeZip(kermany)]));
  expect((await getDataset({ from, out })).images).toBe(2);
  expect(readFileSync(path.join(out, 'train/NORMAL/IM-0001-0001.jpeg'), 'utf8')).toBe(kermany[0]?.data);
});

describe('going on', () => {
  it('keeps what is there, and does not even write it again', async () => {
    const { from, out } = place(writeZip(kermany));
    await getDataset({ from, out });
    const file = path.join(out, 'train/NORMAL/IM-0001-0001.jpeg');
    const before = statSync(file).ino;
    rmSync(path.join(out, 'train/PNEUMONIA'), { recursive: true });
    expect(await getDataset({ from, out })).toMatchObject({ images: 2, alreadyThere: 1 });
    expect(statSync(file).ino).toBe(before);
    expect(listFiles(out)).toHaveLength(2);
  });

  it('says of an interrupted folder that it is incomplete, and completes it', async () => {
    const images = Array.from({ length: 40 }, (_, i) => image(`chest_xray/train/A/${i}.png`));
    const { from, out } = place(writeZip(images));
    const controller = new AbortController();
    const stopped = getDataset({ from, out, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    const left = listFiles(out);
    expect(left).toContain('.unfinished');
    expect(left.length).toBeLessThan(40);
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    const one = path.join(out, left.find((name) => name.endsWith('.png')) ?? '');
    // As a crash of the machine leaves it: the name is there, the content is not.
    writeFileSync(one, '');
    const result = await getDataset({ from, out });
    expect(result.images).toBe(40);
    expect(listFiles(out)).toHaveLength(40);
    expect(readFileSync(one, 'utf8')).toContain('bytes of');
  });

  it('never writes over a file that is not its own', async () => {
    const { from, out } = place(writeZip(kermany));
    mkdirSync(path.join(out, 'train/NORMAL'), { recursive: true });
    const own = path.join(out, 'train/NORMAL/IM-0001-0001.jpeg');
    writeFileSync(own, 'of the user');
    await expect(getDataset({ from, out })).rejects.toMatchObject({ code: 'E_USAGE' });
    expect(readFileSync(own, 'utf8')).toBe('of the user');
    expect(listFiles(out)).toHaveLength(1);
  });
});

describe('archives that are refused', () => {
  const huge = Buffer.alloc(3_000_000);
  const hostile: readonly [string, readonly ZipEntry[], RegExp, ArchiveLimits?][] = [
    ['leads out of the folder', [image('../evil.jpeg')], /\.\.\/evil\.jpeg.* leads out/],
    ['leads out from within', [image('a/../../evil.jpeg')], /leads out/],
    ['is hostile only in its litter', [...kermany, image('__MACOSX/../../evil.txt')], /leads out/],
    ['has an absolute path', [image('/tmp/evil.jpeg')], /absolute/],
    ['names a drive', [image('C:/evil.jpeg')], /drive/],
    ['leads out with backslashes', [image('A\\..\\..\\evil.jpeg')], /leads out/],
    ['has an absolute path of another system', [image('\\tmp\\evil.jpeg')], /absolute/],
    ['has a control character', [image('A/evil\n.jpeg')], /control character/],
    ['names an NTFS stream', [image('A/evil.jpeg:x.jpeg')], /colon/],
    ['has an endless name', [image(`A/${'e'.repeat(300)}.jpeg`)], /255 bytes/],
    ['is a symbolic link', [{ name: 'A/evil.jpeg', data: '/etc/passwd', mode: 0o120777 }], /symbolic link/],
    ['is a device', [{ name: 'A/evil.jpeg', mode: 0o020666 }], /device/],
    ['holds a name twice', [image('A/a.jpeg'), image('A/a.jpeg', 'other')], /twice/],
    ['holds a name twice where case does not count', [image('A/a.jpeg'), image('a/A.jpeg')], /twice/],
    ['is a file and a folder', [image('A/a.jpeg'), image('A/a.jpeg/b.jpeg')], /file and a folder/],
    ['is encrypted', [{ ...image('A/a.jpeg'), flags: 0x801, method: 8 }], /encrypted/],
    ['is packed by an unknown method', [{ ...image('A/a.jpeg'), method: 12 }], /method 12/],
    ['has entries that overlap', [image('A/a.jpeg'), { ...image('A/b.jpeg'), claim: { offset: 0 } }], /overlap/],
    ['has an entry that reaches into the directory', [{ ...image('A/a.jpeg'), claim: { packedSize: 200 } }], /overlap/],
    [
      'unpacks to more than it says',
      [{ ...image('A/a.jpeg', 'x'.repeat(5000)), claim: { size: 10 } }],
      /damaged at A\/a\.jpeg/,
    ],
    ['unpacks to less than it says', [{ ...image('A/a.jpeg'), claim: { size: 9999 } }], /damaged at/],
    ['has a wrong checksum', [{ ...image('A/a.jpeg'), claim: { crc: 1 } }], /checksum/],
    ['is a bomb by ratio', [{ name: 'A/a.jpeg', data: huge }], /zip bomb/],
    [
      'is a bomb of many small images',
      Array.from({ length: 8 }, (_, i) => ({ name: `A/${i}.jpeg`, data: huge.subarray(0, 999_999) })),
      /times its size in all, as a zip bomb does/,
    ],
    ['is a bomb by the size of an image', [{ name: 'A/a.jpeg', data: huge }], /3000000 bytes/, { entryBytes: 1e6 }],
    ['is a bomb in all', [image('A/a.jpeg'), image('B/b.jpeg')], /more than the 30 bytes/, { totalBytes: 30 }],
    ['has too many entries', [image('A/a.jpeg'), image('B/b.jpeg')], /2 entries, more than the 1 /, { entries: 1 }],
    ['has no image', [image('A/readme.txt'), image('.DS_Store')], /no image.*2 other/],
    ['is empty inside', [], /no image/],
  ];

  it.each(hostile)('one that %s', async (_, entries, message, limits) => {
    const { folder, from, out } = place(writeZip(entries));
    const failure = getDataset({ from, out, limits });
    await expect(failure).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      message: expect.stringMatching(message) as string,
    });
    await expect(failure).rejects.toThrow(from);
    const left = listFiles(folder).filter((name) => name !== 'set.zip' && name !== 'raw/.unfinished');
    expect(left).toEqual([]);
    expect(listFiles(base).filter((name) => name.includes('evil'))).toEqual([]);
  });

  const whole = writeZip(kermany);
  it.each<[string, Uint8Array, RegExp]>([
    ['truncated', whole.subarray(0, whole.length - 30), /truncated or damaged/],
    ['empty', new Uint8Array(0), /is empty/],
    ['a web page', Buffer.from('<!DOCTYPE html><html>please log in</html>'), /web page/],
    ['an image', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), /is not a zip archive/],
    ['of a damaged directory', damage(whole, whole.lastIndexOf('PK\u0001\u0002')), /damaged/],
    ['of a damaged entry', damage(whole, whole.indexOf('PK\u0003\u0004')), /damaged at/],
    ['said to have more entries', writeZip(kermany, { entryCount: 3 }), /damaged/],
  ])('a file that is %s', async (_, bytes, message) => {
    const { from, out } = place(bytes);
    const failure = getDataset({ from, out });
    await expect(failure).rejects.toMatchObject({
      code: 'E_ARCHIVE',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a missing file, a folder, one of another digest or size', async () => {
    const { folder, from, out } = place(whole);
    const digest = createHash('sha256').update(whole).digest('hex');
    await expect(getDataset({ from: `${from}x`, out })).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(getDataset({ from: folder, out })).rejects.toMatchObject({ code: 'E_ARCHIVE' });
    await expect(getDataset({ from, out, size: 7 })).rejects.toThrow(/7 were expected/);
    await expect(getDataset({ from, out, sha256: '0'.repeat(64) })).rejects.toThrow(digest);
    expect(existsSync(out)).toBe(false);
    expect((await getDataset({ from, out, sha256: digest.toUpperCase(), size: whole.length })).images).toBe(2);
  });

  it('a place that cannot be written', async () => {
    const { from, folder } = place(whole);
    await expect(getDataset({ from, out: path.join(from, 'raw') })).rejects.toMatchObject({ code: 'E_DISK' });
    expect(listFiles(folder)).toEqual(['set.zip']);
  });
});

function damage(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.write('XX', at, 'latin1');
  return copy;
}

const archive = sharedArchive('ChestXRay2017-originals-200.zip');
it.skipIf(archive === undefined)('unpacks real X-rays', async () => {
  const out = path.join(base, 'real');
  const result = await getDataset({ from: archive ?? '', out });
  expect(result).toMatchObject({
    images: 200,
    folders: { 'train/NORMAL': 50, 'train/PNEUMONIA': 150 },
    nestedCopies: 0,
  });
});
