import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeZip } from '../../test/fixtures/data/zip-writer.ts';
import { recordSyncs, type SyncRecord } from '../../test/synced.ts';
import { getDataset } from './kermany/archive.ts';
import { generatePhantoms } from './phantoms/phantoms.ts';
import { splitDataset } from './split/split.ts';

let root: string;
let out: string;
let syncs: SyncRecord;
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'durable-')));
  out = path.join(root, 'new', 'out');
});
afterEach(async () => {
  syncs.stop();
  await rm(root, { recursive: true, force: true });
});

/** All that the power could take: every file and folder that was made. */
async function everything(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return [root, path.join(root, 'new'), folder, ...entries.map((entry) => path.join(folder, entry))].toSorted();
}

const files = [1, 2, 3, 4].flatMap((i) => [`NORMAL/IM-000${i}-0001.jpeg`, `PNEUMONIA/person${i}_virus_1.jpeg`]);

describe.skipIf(process.platform !== 'linux')('a power cut right after the last word takes nothing', () => {
  it('of an unpacked archive, also what an earlier call had unpacked', async () => {
    const archive = path.join(root, 'set.zip');
    await writeFile(archive, writeZip(files.map((name) => ({ name, data: name }))));
    for (const round of [1, 2]) {
      syncs = await recordSyncs();
      await getDataset({ from: archive, out });
      syncs.stop();
      const made = (await everything(out)).slice(round === 1 ? 0 : 2);
      expect([...syncs.synced]).toEqual(expect.arrayContaining(made));
    }
  });

  it.each(['hard', 'copy'] as const)('of a split of %s files', async (link) => {
    const from = path.join(root, 'raw');
    for (const file of files) {
      await mkdir(path.dirname(path.join(from, file)), { recursive: true });
      await writeFile(path.join(from, file), file);
    }
    syncs = await recordSyncs();
    await splitDataset({ from, out, link, validation: 0.25, test: 0.25 });
    const made = (await everything(out)).filter((file) => !file.endsWith('manifest.json'));
    expect([...syncs.synced]).toEqual(expect.arrayContaining(made));
  });

  it('of drawn phantoms', async () => {
    syncs = await recordSyncs();
    await generatePhantoms({ out, patients: 2, size: 16 });
    const made = (await everything(out)).filter((file) => !file.endsWith('SYNTHETIC.txt'));
    expect([...syncs.synced]).toEqual(expect.arrayContaining(made));
  });
});
