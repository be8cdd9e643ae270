/**
 * Where tests find real chest X-rays, which are never part of this project: `../shared/data` beside the project's root.
 * Use with `describe.skipIf(sharedArchive(name) === undefined)`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPromise } from 'yauzl';

const folder = new URL('../../shared/data/', import.meta.url);

/** The path of a zip archive, or undefined, said aloud, where it is absent. */
export function sharedArchive(name: string): string | undefined {
  const path = fileURLToPath(new URL(name, folder));
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: tests on real X-rays, because ../shared/data/${name} is not there`);
  return undefined;
}

/** The entries of a zip archive that `wanted` accepts, one after the other. */
export async function* readArchive(
  path: string,
  wanted: (name: string) => boolean,
): AsyncGenerator<{ name: string; bytes: Buffer }> {
  const archive = await openPromise(path);
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      yield { name: entry.fileName, bytes: Buffer.concat(chunks) };
    }
  } finally {
    archive.close();
  }
}
