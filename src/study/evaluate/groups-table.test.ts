import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchGroups, readGroups, type MatchedGroups } from './groups-table.ts';

let folder: string;
let table: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'groups-'));
  table = path.join(folder, 'groups.csv');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = ['NORMAL/a.png', 'NORMAL/same.png', 'PNEUMONIA/b.png', 'PNEUMONIA/same.png'];

async function match(text: string): Promise<MatchedGroups> {
  await writeFile(table, text);
  return matchGroups(await readGroups(table), path.join(folder, 'data', 'test'), files);
}

const describeColumns = ({ columns }: MatchedGroups): Record<string, Record<string, string>> =>
  Object.fromEntries(columns.map(({ name, values }) => [name, Object.fromEntries(values)]));

describe('a table of groups', () => {
  it('knows an image by its path below the folder, with the folder, in full, or by its name alone', async () => {
    const full = path.join(folder, 'data', 'test', 'PNEUMONIA', 'same.png');
    const matched = await match(
      `\ufeffAge Band,FILE,label,patient\r\n0-1,NORMAL/a.png,x,p1\r\n"2, 3",test/NORMAL/same.png,x,\r\n,b.png,x,p2\r\n4,"${full}",x,p2\r\n`,
    );
    expect(describeColumns(matched)).toEqual({
      'Age Band': { 'NORMAL/a.png': '0-1', 'NORMAL/same.png': '2, 3', 'PNEUMONIA/same.png': '4' },
    });
    expect(Object.fromEntries(matched.patients)).toEqual({
      'NORMAL/a.png': 'p1',
      'PNEUMONIA/b.png': 'p2',
      'PNEUMONIA/same.png': 'p2',
    });
    expect(matched.warnings).toEqual([]);
  });

  it('matches names whose accents are taken apart on one side', async () => {
    await writeFile(table, 'file,sex\nN/\u00e9.png,f\nu\u0308.png,m\n');
    const { columns } = matchGroups(await readGroups(table), path.join(folder, 'data'), [
      'N/e\u0301.png',
      'N/\u00fc.png',
    ]);
    expect([...(columns[0]?.values ?? [])]).toEqual([
      ['N/e\u0301.png', 'f'],
      ['N/\u00fc.png', 'm'],
    ]);
  });

  it('is refused in an encoding that was not named', async () => {
    await writeFile(table, Buffer.from('file,sex\nNORMAL/a.png,m\xe4nnlich\n', 'latin1'));
    await expect(readGroups(table)).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringMatching(/line 2, is not UTF-8 text/),
    });
    expect((await readGroups(table, 'latin1')).rows[0]?.values).toEqual(['männlich']);
  });

  it('says in clear words which rows name no image and which images have no row', async () => {
    const matched = await match('file,sex\nNORMAL\\a.png,f\nunknown.png,m\n./PNEUMONIA/b.png,m\nother/a.png,f\n');
    expect(describeColumns(matched)).toEqual({ sex: { 'NORMAL/a.png': 'f', 'PNEUMONIA/b.png': 'm' } });
    const [rows, images, ...rest] = matched.warnings;
    expect(rest).toEqual([]);
    expect(rows).toMatch(
      /^2 of 4 rows of .*groups\.csv name no image in .*test; the first is unknown\.png in line 3\.$/,
    );
    expect(images).toMatch(
      /^2 of 4 images have no row in .*, the first is NORMAL\/same\.png; they stand in the group «not stated»\.$/,
    );
  });

  it.each([
    ['file,sex\nx.png,f\n', /has no row about the images in .*test: it names x\.png, the folder holds NORMAL\/a\.png/],
    [
      'file,sex\nsame.png,f\n',
      /line 2, names same\.png, but several images have that name, such as NORMAL\/same\.png and/,
    ],
    ['file,sex\na.png,f\nNORMAL/a.png,m\n', /line 3, names NORMAL\/a\.png again, after line 2/],
    ['name,sex\na.png,f\n', /line 1, names no column file/],
    ['file,sex,Sex\na.png,f,f\n', /line 1, names the column sex twice/],
    ['file,sex,\na.png,f,f\n', /line 1, has a column without a name/],
    ['file,sex\n,f\n', /line 2, names no file/],
    ['file,sex\na.png\n', /line 2, has 1 cells, where the header has 2/],
    ['file;sex\na.png;f\n', /separates its cells by ';'/],
    ['file,sex\n', /has no row below its header/],
    ['', /is empty; its first line must name the columns/],
  ])('refuses %j', async (text, sentence) => {
    await expect(match(text)).rejects.toThrow(
      expect.objectContaining({ code: 'E_DATASET', message: expect.stringMatching(sentence) }),
    );
  });

  it('must exist', async () => {
    await expect(readGroups(path.join(folder, 'no.csv'))).rejects.toThrow(
      expect.objectContaining({ code: 'E_NOT_FOUND', message: expect.stringMatching(/no\.csv does not exist/) }),
    );
  });
});
