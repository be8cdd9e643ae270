/** The X-ray files of a benchmark: a folder of the user's, or phantoms in a temporary one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generatePhantoms } from '../src/data/phantoms/phantoms.ts';
import type { BenchSettings } from './settings.ts';

/** @param work gets a folder of class folders */
export async function withImages<T>(
  { images, smoke }: BenchSettings,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  if (images !== undefined) return work(images);
  const folder = await mkdtemp(path.join(tmpdir(), 'pneumoscope-bench-'));
  try {
    await generatePhantoms({ out: folder, patients: smoke ? 8 : 160, size: smoke ? 64 : 1024, seed: 1 });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
