import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLines, type TextLine } from './read-lines.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'read-lines-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string): Promise<TextLine[]> {
  await writeFile(path.join(folder, 'text'), text);
  const lines: TextLine[] = [];
  for await (const line of readLines(path.join(folder, 'text'))) lines.push(line);
  return lines;
}

it('reads lines with the bytes up to their end, and tells whether the last was ended', async () => {
  expect(await read('é\n\nab')).toEqual([
    { text: 'é', end: 3, whole: true },
    { text: '', end: 4, whole: true },
    { text: 'ab', end: 6, whole: false },
  ]);
  expect(await read('')).toEqual([]);
});

it('reads lines that are longer than a piece of the file, and cut in the middle of a character', async () => {
  const long = `x${'é'.repeat(100_000)}`;
  const texts = (await read(`${long}\nshort\n${long}`)).map(({ text }) => text);
  expect(texts).toEqual([long, 'short', long]);
});

it('passes errors on', async () => {
  const lines = readLines(path.join(folder, 'nothing'));
  await expect(lines.next()).rejects.toMatchObject({ code: 'ENOENT' });
});
