import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { png, writeFiles } from '../../../test/fixtures/inspection/check-images.ts';
import { checkDataset } from './check.ts';

const script = fileURLToPath(new URL('../../../test/fixtures/inspection/measure-check.ts', import.meta.url));

let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'check-memory-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Measured {
  readonly bytes: number;
  readonly images: number;
  readonly unreadable: number;
  readonly sizes: readonly (readonly [count: number, listed: number])[];
}

/** Copies of a few tiny images, and as many files that are none, in two classes. */
async function measure(images: number): Promise<Measured> {
  const folder = path.join(root, String(images));
  const contents = await Promise.all([1, 2, 3, 4].map((seed) => png({ seed, width: 8, height: 8 })));
  for (const label of ['A', 'B']) mkdirSync(path.join(folder, label), { recursive: true });
  for (let i = 0; i < images; i++) {
    writeFileSync(path.join(folder, i % 2 === 0 ? 'A' : 'B', `person${i}_virus_1.png`), contents[i % 5] ?? 'no image');
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, folder]);
  return JSON.parse(stdout) as Measured;
}

describe('a check', () => {
  it('holds no more of many images than of few, and counts all of them', { timeout: 300_000 }, async () => {
    const few = await measure(500);
    const many = await measure(5500);
    expect(few).toMatchObject({ images: 500, unreadable: 100 });
    // Lists end after 1,000 entries, the images of a group after 50.
    expect(many).toMatchObject({ images: 5500, unreadable: 1000, sizes: Array.from({ length: 4 }, () => [1100, 50]) });
    // Records, digests and thumbnails of 5,000 images would be 3 MB.
    expect(many.bytes - few.bytes).toBeLessThan(1e6);
  });

  it('writes all that it found to a file, and moves all that is bad, however long the lists', async () => {
    const data = path.join(root, 'data');
    const picture = await png({ seed: 1 });
    for (let i = 0; i < 60; i++) await writeFiles(data, { [`train/A/copy${i}.png`]: picture });
    for (let i = 0; i < 1100; i++) await writeFiles(data, { [`test/A/bad${i}.png`]: '' });
    await writeFiles(data, { 'train/A/notes.txt': 'x', 'train/A/image': picture });
    const [file, quarantine] = [path.join(root, 'found.jsonl'), path.join(root, 'aside')];
    const options = { folder: data, findings: file, quarantine, quarantineDuplicates: true };
    const result = await checkDataset(options);
    expect(result.totals).toMatchObject({ unreadable: 1100, identical: 1, hidden: 1, leftOut: 2 });
    expect([result.unreadable.length, result.identical[0]?.images.length]).toEqual([1000, 50]);
    expect(result.quarantine).toMatchObject({ movedCount: 1159, failedCount: 0 });
    expect(result.quarantine?.moved).toHaveLength(1000);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { readonly finding: string });
    const counts = [...Map.groupBy(found, ({ finding }) => finding)].map(([kind, own]) => [kind, own.length]);
    expect(Object.fromEntries(counts)).toEqual({
      unreadable: 1100,
      identical: 60,
      hidden: 1,
      'patients-unknown': 1160,
      'left-out': 1,
    });
    expect(found[0]).toMatchObject({ finding: 'unreadable', file: 'test/A/bad0.png', kind: 'empty' });
    expect((await checkDataset({ folder: data })).images).toBe(1);
  });
});
