import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PixelPacks } from './pixel-packs.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'packs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads a pack that could not be opened for a while, and does not delete it', async () => {
  const [sha256, pixels] = ['ab'.repeat(32), Uint8Array.of(1, 2, 3, 4)];
  await (await PixelPacks.open(folder, 4)).write([{ sha256, pixels }]);
  const packs = await PixelPacks.open(folder, 4);
  const [name = ''] = await readdir(folder);
  const [here, away] = [path.join(folder, name), path.join(folder, 'away')];
  await rename(here, away);
  const target = new Uint8Array(4);
  expect(await packs.read(sha256, target)).toBe(false);
  await rename(away, here);
  expect(await packs.read(sha256, target)).toBe(true);
  expect(target).toEqual(pixels);
  await packs.close();
});
