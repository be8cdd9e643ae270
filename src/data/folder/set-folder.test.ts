import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSetFolder } from './set-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'set-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it.each([
  [
    ['train', 'val', 'test'],
    ['train', 'val', 'test'],
  ],
  [
    ['Train', 'valid', 'TEST'],
    ['Train', 'valid', 'TEST'],
  ],
  [
    ['training', 'Validation', 'testing'],
    ['training', 'Validation', 'testing'],
  ],
  [
    ['train', 'Train2', 'val', 'validation'],
    ['train', 'validation', undefined],
  ],
  [
    ['NORMAL', 'PNEUMONIA'],
    [undefined, undefined, undefined],
  ],
])('finds the sets among %j', async (folders, expected) => {
  for (const name of folders) await mkdir(path.join(root, name));
  const found = [
    await findSetFolder(root, 'train'),
    await findSetFolder(root, 'validation'),
    await findSetFolder(root, 'test'),
  ];
  expect(found).toEqual(expected);
});
