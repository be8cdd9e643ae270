import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refuseInside } from './inside.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'inside-'));
  await mkdir(path.join(root, 'test', 'NORMAL'), { recursive: true });
  await symlink(path.join(root, 'test'), path.join(root, 'link'));
});
afterAll(() => rm(root, { recursive: true }));

it.each(['test', 'test/NORMAL', 'test/new/evaluation', 'link/NORMAL'])('%s lies among the images', async (out) => {
  await expect(refuseInside(path.join(root, out), path.join(root, 'test'))).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringMatching(/lies among the images of .*test, .*choose a folder elsewhere/),
  });
});

it.each(['evaluation', 'test-evaluation', '..test'])('%s does not', async (out) => {
  await expect(refuseInside(path.join(root, out), path.join(root, 'test'))).resolves.toBeUndefined();
});
