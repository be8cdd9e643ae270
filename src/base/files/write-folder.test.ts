import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHalfFolder, removeFolderWhole, writeFolderWhole } from './write-folder.ts';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'write-folder-'));
  folder = path.join(root, 'folder');
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('a folder written whole', () => {
  it('has its name only when it is filled', async () => {
    const result = await writeFolderWhole(folder, async (temporary) => {
      expect((await readdir(root)).every(isHalfFolder)).toBe(true);
      await writeFile(path.join(temporary, 'a'), 'x');
      return 7;
    });
    expect(result).toBe(7);
    expect(await readdir(root)).toEqual(['folder']);
    expect(await readFile(path.join(folder, 'a'), 'utf8')).toBe('x');
  });

  it('begins anew where a killed process left off', async () => {
    await mkdir(`${folder}.part`);
    await writeFile(path.join(`${folder}.part`, 'half'), '');
    await writeFolderWhole(folder, (temporary) => writeFile(path.join(temporary, 'a'), 'x'));
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('leaves nothing on failure', async () => {
    const failure = new Error('no');
    const writing = writeFolderWhole(folder, async (temporary) => {
      await writeFile(path.join(temporary, 'a'), 'x');
      throw failure;
    });
    await expect(writing).rejects.toBe(failure);
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves another one of its name as it is', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'mine'), '');
    await expect(writeFolderWhole(folder, () => Promise.resolve())).rejects.toMatchObject({ syscall: 'rename' });
    expect(await readdir(root)).toEqual(['folder']);
    expect(await readdir(folder)).toEqual(['mine']);
  });

  it('goes with all that is in it', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'a'), '');
    await removeFolderWhole(folder);
    expect(await readdir(root)).toEqual([]);
  });
});
