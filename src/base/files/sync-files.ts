/** Many files are made durable at once, when the last of them is written: far cheaper than one by one, because the disk takes them together. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../tasks.ts';
import { toDiskError } from './disk-error.ts';
import { syncFolder } from './folders.ts';

/** The threads of Node's pool wait for the disk, and a disk serves several that wait at once. */
const concurrency = 8;

/**
 * Every byte of the files, and every name between them and `root`, is on the disk when this returns.
 *
 * @param files relative to `root`, with '/'
 * @throws PneumoscopeError E_DISK; E_INTERRUPTED
 */
export async function syncFiles(root: string, files: readonly string[], options: TaskOptions = {}): Promise<void> {
  const { signal, onProgress } = options;
  let done = 0;
  await forEachConcurrently(files, concurrency, async (file) => {
    throwIfInterrupted(signal);
    await syncFile(path.join(root, ...file.split('/')));
    onProgress?.({ label: 'Securing', done: ++done, total: files.length, unit: 'files' });
  });
  const folders = new Set(files.flatMap((file) => foldersOf(file)));
  await forEachConcurrently(folders, concurrency, async (folder) => {
    const place = path.join(root, ...folder.split('/'));
    await syncFolder(place).catch((error: unknown) => {
      throw toDiskError(error, place);
    });
  });
}

async function syncFile(file: string): Promise<void> {
  try {
    // Windows syncs only what is open for writing.
    const handle = await open(file, process.platform === 'win32' ? 'r+' : 'r');
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    throw toDiskError(error, file);
  }
}

/** Of `a/b/c.png`: `a/b`, `a` and `.`. */
function foldersOf(file: string): string[] {
  const folders: string[] = [];
  for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) folders.push(folder);
  return [...folders, '.'];
}
