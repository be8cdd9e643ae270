/** Which sets of a split the images of a folder belong to. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetFolder } from './dataset-folder.ts';
import { readManifest, type SplitName } from './manifest.ts';
import { PneumoscopeError } from '../../base/errors.ts';

/** A manifest.json is looked for in the folder and in the one above it. @returns none where no manifest names an image */
export async function findManifestSets({ root, images }: DatasetFolder): Promise<ReadonlySet<SplitName>> {
  const place = await realpath(root);
  const sets = new Set<SplitName>();
  for (const folder of [place, path.dirname(place)]) {
    const known = await readSets(folder);
    for (const { file } of images) {
      const set = known.get(path.join(place, ...file.split('/')));
      if (set !== undefined) sets.add(set);
    }
  }
  return sets;
}

/** By absolute path; empty where there is no manifest of ours. */
async function readSets(folder: string): Promise<ReadonlyMap<string, SplitName>> {
  try {
    const { images } = await readManifest(folder);
    return new Map(images.map(({ file, split }) => [path.join(folder, ...file.split('/')), split]));
  } catch (error) {
    // Many programs call a file manifest.json; that one of ours is damaged is said where patients are looked up.
    if (error instanceof PneumoscopeError) return new Map();
    throw error;
  }
}
