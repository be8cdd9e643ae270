import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { listDatasetFolder } from '../folder/dataset-folder.ts';
import { isPhantom, showsPhantoms } from './is-phantom.ts';
import { generatePhantoms } from './phantoms.ts';

it('knows phantoms wherever they are, and nothing else', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'is-phantom-'));
  try {
    await generatePhantoms({ out: path.join(folder, 'phantoms'), patients: 2, size: 16 });
    const { images } = await listDatasetFolder(path.join(folder, 'phantoms'));
    expect(await showsPhantoms(images)).toBe(true);
    await cp(images[0]?.path ?? '', path.join(folder, 'moved.png'));
    expect(await isPhantom(path.join(folder, 'moved.png'))).toBe(true);
    await writeFile(path.join(folder, 'other.png'), 'something else');
    expect(await isPhantom(path.join(folder, 'other.png'))).toBe(false);
    expect(await isPhantom(path.join(folder, 'none.png'))).toBe(false);
    expect(await showsPhantoms([])).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
