import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from './folders.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'task-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('a folder', () => {
  it('is made with those above it, also by several at once', async () => {
    const folder = path.join(root, 'a', 'b', 'c');
    await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(folder)]);
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  it('is not made where a file stands', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    for (const place of [file, path.join(file, 'below')]) {
      await expect(makeFolder(place)).rejects.toMatchObject({
        code: 'E_DISK',
        message: expect.stringMatching(/a file stands where a folder is needed/),
      });
    }
  });

  it.skipIf(process.platform !== 'linux')('is refused at once where a file system takes none', async () => {
    await expect(makeFolder('/proc/x/y')).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringMatching(
        /^\/proc\/x\/y cannot be written: a folder of its path is not there and cannot be made/,
      ),
    });
  });
});
