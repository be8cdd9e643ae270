import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFiles } from '../../../test/fixtures/inspection/check-images.ts';
import { splitDataset } from '../../data/split/split.ts';
import { listImageRecords } from './image-records.ts';

vi.setConfig({ testTimeout: 60_000 });

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'image-records-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const make = (...files: readonly string[]): Promise<void> =>
  writeFiles(root, Object.fromEntries(files.map((file) => [file, file])));
const refusal = (labels?: string, folder = root): Promise<string> =>
  listImageRecords(folder, { labels }).then(
    () => expect.unreachable(),
    ({ code, message }: { code: string; message: string }) => `${code} ${message.replaceAll(root, 'ROOT')}`,
  );
const brief = async (labels?: string): Promise<string[]> =>
  (await listImageRecords(root, { labels })).images.map(
    ({ file, label, split, patient, patientKnown, germ }) =>
      `${file} ${label} ${split ?? '-'} ${patientKnown ? patient : '?'} ${germ ?? '-'}`,
  );

describe('listImageRecords of folders', () => {
  it('takes class folders, nested ones too, and says whom file names show', async () => {
    await make('PNEUMONIA/person1_virus_2.jpeg', 'NORMAL/b/IM-0001-0001.jpeg', 'NORMAL/x.png', 'NORMAL/notes.txt');
    await make('loose.png', 'readme.md', '.hidden/1.png');
    expect(await brief()).toEqual([
      'NORMAL/x.png NORMAL - ? -',
      'NORMAL/b/IM-0001-0001.jpeg NORMAL - IM-0001 -',
      'PNEUMONIA/person1_virus_2.jpeg PNEUMONIA - person1 virus',
    ]);
    const { classNames, splits, leftOut, images } = await listImageRecords(root);
    expect([classNames, splits, leftOut]).toEqual([
      ['NORMAL', 'PNEUMONIA'],
      [],
      ['NORMAL/notes.txt', 'loose.png', 'readme.md'],
    ]);
    expect(images[0]?.path).toBe(path.join(root, 'NORMAL', 'x.png'));
    expect(images[0]?.patient).toBe('NORMAL/x.png');
  });

  it('says which folders of a storage device it left out', async () => {
    await make('A/1.png', 'A/@eaDir/1.png/thumb.jpg', 'B/2.png', '#recycle/3.png');
    const { images, leftOut } = await listImageRecords(root);
    expect(images.map(({ file }) => file)).toEqual(['A/1.png', 'B/2.png']);
    expect(leftOut).toEqual(['#recycle', 'A/@eaDir']);
  });

  it.skipIf(process.platform !== 'linux')('says of a name that is not UTF-8 what it is', async () => {
    await make('A/1.png', 'B/2.png');
    await writeFile(Buffer.concat([Buffer.from(`${root}/A/`), Buffer.from('bad\xff.png', 'latin1')]), '');
    const { images, unreadableFolders } = await listImageRecords(root);
    expect(images).toHaveLength(2);
    expect(unreadableFolders).toEqual([{ folder: 'A/bad\ufffd.png', code: 'EILSEQ' }]);
  });

  it('takes splits in their order, also within a single folder, whatever they are called', async () => {
    await make('chest/test/A/1.png', 'chest/val/A/2.png', 'chest/train/B/3.png', 'chest/old/A/4.png');
    expect(await brief()).toEqual([
      'chest/train/B/3.png B train ? -',
      'chest/val/A/2.png A val ? -',
      'chest/test/A/1.png A test ? -',
    ]);
    expect(await listImageRecords(root)).toMatchObject({ splits: ['train', 'val', 'test'], leftOut: ['chest/old'] });
  });

  it('takes one class, and images without class folders', async () => {
    await make('NORMAL/1.png');
    expect(await brief()).toEqual(['NORMAL/1.png NORMAL - ? -']);
    await rm(path.join(root, 'NORMAL'), { recursive: true });
    await make('2.png', '10.png');
    expect(await brief()).toEqual(['10.png  - ? -', '2.png  - ? -']);
  });

  it('takes the patients that the manifest of a split knows', async () => {
    await make('raw/A/person1_virus_1.png', 'raw/A/person2_virus_1.png', 'raw/B/x.png', 'raw/B/IM-0001-0001.png');
    await splitDataset({ from: path.join(root, 'raw'), out: path.join(root, 'out'), validation: 0 });
    const { images } = await listImageRecords(path.join(root, 'out'));
    const whom = images.map(({ patient, patientKnown }) => (patientKnown ? patient : '?'));
    expect(whom.toSorted()).toEqual(['?', 'IM-0001', 'person1', 'person2']);
    // Another program's manifest is none.
    await writeFile(path.join(root, 'out', 'manifest.json'), '{"images":[]}');
    expect((await listImageRecords(path.join(root, 'out'))).images).toHaveLength(4);
  });

  it('is not led round by links', async () => {
    await make('A/1.png', 'B/2.png');
    await symlink('..', path.join(root, 'A', 'up'));
    await symlink('.', path.join(root, 'C'));
    await symlink('D', path.join(root, 'D'));
    await symlink('missing', path.join(root, 'E'));
    expect(await brief()).toEqual(['A/1.png A - ? -', 'B/2.png B - ? -']);
    const { leftOut } = await listImageRecords(root);
    expect(leftOut).toContain('A/up');
    expect(leftOut).toContain('C');
    await mkdir(path.join(root, 'alone'));
    await symlink('..', path.join(root, 'alone', 'A'));
    expect((await listImageRecords(path.join(root, 'alone'))).images).toHaveLength(2);
  });

  it('names a folder that cannot be read and goes on', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root reads every folder');
    await make('A/1.png', 'A/locked/2.png', 'B/3.png');
    const { chmod } = await import('node:fs/promises');
    await chmod(path.join(root, 'A', 'locked'), 0);
    try {
      const { unreadableFolders, images } = await listImageRecords(root);
      expect([unreadableFolders, images.length]).toEqual([[{ folder: 'A/locked', code: 'EACCES' }], 2]);
    } finally {
      await chmod(path.join(root, 'A', 'locked'), 0o755);
    }
  });

  it('refuses what has no image', async () => {
    expect(await refusal()).toMatch(/^E_DATASET ROOT has no image in it/);
    expect(await refusal(undefined, path.join(root, 'no'))).toMatch(/^E_NOT_FOUND ROOT.no does not exist/);
    await make('file');
    expect(await refusal(undefined, path.join(root, 'file'))).toMatch(/^E_DATASET ROOT.file is a file/);
    expect(await refusal('labels.csv', path.join(root, 'file'))).toMatch(/^E_DATASET ROOT.file is a file/);
  });
});

describe('listImageRecords of a table', () => {
  let table: string;
  const write = (text: string | Buffer): Promise<void> => writeFile(table, text);

  beforeEach(async () => {
    table = path.join(root, 'labels.csv');
    await make('a.png', 'b/c.png', 'b/, "odd".png', 'rest.png', 'notes.txt');
  });

  it('reads a byte-order mark, CRLF, quotes, other columns in any order, patients and splits', async () => {
    await write(
      '\ufeffSplit,Label,age,File,Patient\r\ntest,ill,3,a.png,p1\r\n\r\ntrain, well ,4,./b/c.png,\r\n,"ill",,"b/, ""odd"".png",p 3\r\n',
    );
    expect(await brief(table)).toEqual(['a.png ill test p1 -', 'b/c.png well train ? -', 'b/, "odd".png ill - p 3 -']);
    expect(await listImageRecords(root, { labels: table })).toMatchObject({
      classNames: ['ill', 'well'],
      splits: ['train', 'test'],
      leftOut: ['notes.txt', 'rest.png'],
    });
  });

  it.each([
    ['file,class\na.png,x\n', /^E_DATASET ROOT.labels\.csv, line 1, names no column label, but 'file,class'/],
    ['file,label,File\na.png,x,y\n', /line 1, names the column file twice/],
    ['file;label\na.png;x\n', /separates its cells by ';'; save it with commas/],
    ['file\tlabel\na.png\tx\n', /separates its cells by tabs/],
    ['', /labels\.csv is empty; its first line must name the columns/],
    ['file,label\n', /has no row below its header/],
    ['file,label\na.png,x\nb/c.png\n', /line 3, has 1 cells, where the header has 2/],
    ['file,label\na.png,\n', /line 2, gives a\.png no label/],
    ['file,label\n,x\n', /line 2, names no file/],
    [
      'file,label\na.png,x\nmissing.png,x\ngone.png,x\n',
      /line 3, names missing\.png, which is not in ROOT \(and 1 more/,
    ],
    ['file,label\n../out.png,x\n', /line 2, names \.\.\/out\.png, which does not lie in ROOT/],
    ['file,label\n/etc/passwd,x\n', /line 2, names \/etc\/passwd, which does not lie in ROOT/],
    ['file,label\na.png,x\nb/../a.png,y\n', /line 3, names b\/\.\.\/a\.png again, after line 2/],
    ['file,label\n"a.png,x\n', /is not comma-separated values/],
    [Buffer.from('file,label\na.png,x\n', 'utf16le'), /is not UTF-8 text; save the table as 'CSV UTF-8'/],
  ])('refuses %j', async (text, sentence) => {
    await write(text);
    expect(await refusal(table)).toMatch(sentence);
  });

  // 正常 and 肺炎 in GBK, ü and ö in Latin-1: replaced by one and the same character, two classes or patients would become one.
  it.each([
    ['GBK', 'gbk', 'b/c.png,d5fdb3a3\na.png,b7ced1d7\n', ['正常', '肺炎']],
    ['Shift-JIS', 'shift_jis', 'b/c.png,90b38fed\na.png,94788ac7\n', ['正常', '肺管']],
    ['Latin-1', 'windows-1252', 'b/c.png,4dfc6c\na.png,4df66c\n', ['Mül', 'Möl']],
  ])(
    'refuses one in %s with the line, and reads it where its encoding is named',
    async (_, encoding, rows, classes) => {
      const bytes = rows.split('\n').map((row) => {
        const [file = '', hex = ''] = row.split(',');
        return row === ''
          ? Buffer.alloc(0)
          : Buffer.concat([Buffer.from(`${file},`), Buffer.from(hex, 'hex'), Buffer.from('\n')]);
      });
      await write(Buffer.concat([Buffer.from('file,label\n'), ...bytes]));
      expect(await refusal(table)).toMatch(
        /^E_DATASET ROOT.labels\.csv, line 2, is not UTF-8 text; save the table as 'CSV UTF-8', or name its encoding with --encoding/,
      );
      const { images } = await listImageRecords(root, { labels: table, encoding });
      expect(images.map(({ label }) => label)).toEqual(classes);
      await expect(listImageRecords(root, { labels: table, encoding: 'klingon' })).rejects.toMatchObject({
        code: 'E_USAGE',
      });
    },
  );

  it('reads a long one whatever its pieces cut through, and names the very line that is wrong', async () => {
    const names = Array.from({ length: 12_000 }, (_, i) => `ü${i}.png`);
    const lines = names.map((name) => `${name},é\n`);
    const { readTable } = await import('../../base/files/csv-table.ts');
    for (const encoding of ['utf-8', 'utf-16le', undefined]) {
      const text = `file,label\n${lines.join('')}`;
      await writeFile(table, encoding === 'utf-16le' ? Buffer.from(text, 'utf16le') : text);
      const cells: string[] = [];
      for await (const row of readTable(table, 'file,label', encoding)) cells.push(row.cells[0] ?? '');
      expect(cells).toEqual(['file', ...names]);
    }
    await writeFile(
      table,
      Buffer.concat([Buffer.from(`file,label\n${lines.join('')}`), Buffer.from('a\xff.png,x', 'latin1')]),
    );
    expect(await refusal(table)).toMatch(/line 12002, is not UTF-8 text/);
  });

  it('reads UTF-16 with a byte-order mark', async () => {
    await write(Buffer.from('\ufefffile,label\na.png,é\n', 'utf16le'));
    expect(await brief(table)).toEqual(['a.png é - ? -']);
  });

  it('refuses an endless line', async () => {
    await write(Buffer.alloc(17 * 2 ** 20, 'x'));
    expect(await refusal(table)).toMatch(/^E_DATASET .*line 1, is longer than 16 MiB/);
  });

  it('matches names whose accents are taken apart on one side', async () => {
    await make('b/e\u0301t.png', '\u00fc.png');
    await write('file,label\nb/\u00e9t.png,x\nu\u0308.png,y\n');
    expect(await brief(table)).toEqual(['b/e\u0301t.png x - ? -', '\u00fc.png y - ? -']);
    await make('b/\u00e9t.png');
    expect((await brief(table))[0]).toBe('b/\u00e9t.png x - ? -');
  });

  it('refuses a table that is not there, and a folder in its place', async () => {
    expect(await refusal(path.join(root, 'no.csv'))).toMatch(/^E_NOT_FOUND ROOT.no\.csv does not exist/);
    expect(await refusal(path.join(root, 'b'))).toMatch(/^E_DATASET ROOT.b is a folder/);
  });
});
