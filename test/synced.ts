/** Which files and folders were forced to the disk, by the paths that the system has for their handles; Linux only. */
import { readlinkSync, realpathSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { vi } from 'vitest';

export interface SyncRecord {
  /** real paths */
  readonly synced: ReadonlySet<string>;
  stop(): void;
}

export async function recordSyncs(): Promise<SyncRecord> {
  const handle = await open(import.meta.filename, 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const synced = new Set<string>();
  const original = Reflect.get(prototype, 'sync');
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    const place = realpathSync(readlinkSync(`/proc/self/fd/${this.fd}`));
    await original.call(this);
    synced.add(place);
  });
  return { synced, stop: () => spy.mockRestore() };
}
