import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureRoom } from './ensure-room.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'room-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('room for a training', () => {
  it('is there: the folder is made, and nothing is left in it', async () => {
    await ensureRoom(path.join(root, 'a', 'b'), 1000);
    await ensureRoom(path.join(root, 'a', 'b'), 1000);
    expect(await readdir(path.join(root, 'a', 'b'))).toEqual([]);
  });

  it('is not there', async () => {
    const checking = ensureRoom(root, 1e18);
    await expect(checking).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringMatching(/too little space/),
    });
  });

  it('cannot be in a file', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, '');
    for (const place of [file, path.join(file, 'runs', 'one')]) {
      await expect(ensureRoom(place, 0)).rejects.toMatchObject({ code: 'E_DISK' });
    }
  });

  it.skipIf(process.platform !== 'linux')('cannot be where a file system takes no folders', async () => {
    const checking = ensureRoom('/proc/runs/one', 0);
    await expect(checking).rejects.toMatchObject({
      code: 'E_DISK',
      message: expect.stringMatching(/^\/proc\/runs\/one/),
    });
  });
});
