import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
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

  it.each([
    ['nothing is there', 'gone.png', () => Promise.resolve()],
    ['a link leads nowhere', 'link.png', () => symlink('nowhere', path.join(root, 'link.png'))],
    ['a file stands for its folder', 'file/x.png', () => writeFile(path.join(root, 'file'), '')],
  ])('are not found where %s', async (_, name, make) => {
    await make();
    const file = path.join(root, name);
    await expect(readImageFile(file)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: `${file} does not exist (or is a link to a file that does not)`,
    });
  });

  it('are not those of a folder', async () => {
    await mkdir(path.join(root, 'folder.png'));
    await expect(readImageFile(path.join(root, 'folder.png'))).rejects.toMatchObject(
      refusal(/cannot be opened \(EISDIR\)$/),
    );
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('are not those of a closed file', async () => {
    const file = path.join(root, 'closed.png');
    await writeFile(file, '');
    await chmod(file, 0);
    await expect(readImageFile(file)).rejects.toMatchObject(refusal(/closed\.png cannot be opened \(EACCES\)$/));
  });

  it('are not read from a film', async () => {
    const file = path.join(root, 'film.png');
    const handle = await open(file, 'w');
    await handle.truncate(3 * 1024 ** 3);
    await handle.close();
    await expect(readImageFile(file)).rejects.toMatchObject(refusal(/film\.png has 3,072 MiB.*limit of 512 MiB/));
  });
});
