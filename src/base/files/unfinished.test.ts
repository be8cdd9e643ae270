import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { markFinished, markUnfinished, readUnfinished } from './unfinished.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unfinished-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('says what was begun, until it is finished', async () => {
  await markUnfinished(folder, 'a split; run it again');
  expect(await readUnfinished(folder)).toBe('a split; run it again');
  await markFinished(folder);
  expect([await readUnfinished(folder), await readdir(folder)]).toEqual([undefined, []]);
});

it('is one sentence where the disk does not let the mark go', async () => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  await expect(markFinished(file)).rejects.toMatchObject({
    code: 'E_DISK',
    message: `${path.join(file, '.unfinished')} cannot be written: a file stands where a folder is needed; choose another folder`,
  });
});

it.skipIf(process.platform === 'win32')('does not wait for a pipe of that name', async () => {
  const marker = path.join(folder, '.unfinished');
  execFileSync('mkfifo', [marker]);
  expect(await readUnfinished(folder)).toBeUndefined();
  await rm(marker);
});
