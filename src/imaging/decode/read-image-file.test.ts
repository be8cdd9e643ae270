import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageFile } from './read-image-file.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'read-image-file-'));
});
afterAll(() => rm(root, { recursive: true }));

const refusal = (message: RegExp): object => ({ code: 'E_UNREADABLE_IMAGE', message: expect.stringMatching(message) });

describe('the bytes of an image file', () => {
  it('are read', async () => {
    const file = path.join(root, 'small.png');
    await writeFile(file, 'bytes');
    expect(String(await readImageFile(file))).toBe('bytes');
  });

  it.skipIf(process.platform === 'win32')('are not awaited from a pipe', async () => {
    const pipe = path.join(root, 'pipe.png');
    execFileSync('mkfifo', [pipe]);
    await expect(readImageFile(pipe)).rejects.toMatchObject(refusal(/pipe\.png is a pipe/));
  });

  it('are not read from a film', async () => {
    const file = path.join(root, 'film.png');
    const handle = await open(file, 'w');
    await handle.truncate(3 * 1024 ** 3);
    await handle.close();
    await expect(readImageFile(file)).rejects.toMatchObject(refusal(/film\.png has 3,072 MiB.*limit of 512 MiB/));
  });
});
