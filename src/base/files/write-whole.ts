/** A file appears whole or not at all: written under another name, then renamed, so a kill in between leaves no half. */
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const temporarySuffix = '.part';
const abandonedAfterMs = 3_600_000;

/** Writes the chunks one after the other; on any failure nothing is left. */
export async function writeWhole(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(6).toString('hex')}${temporarySuffix}`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Removes what killed processes left in a folder an hour ago or earlier. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(temporarySuffix)) continue;
    const file = path.join(folder, name);
    const entry = await stat(file).catch(() => undefined);
    if (entry !== undefined && Date.now() - entry.mtimeMs > abandonedAfterMs) await rm(file, { force: true });
  }
}
