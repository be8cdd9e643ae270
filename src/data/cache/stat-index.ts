/**
 * Remembers the SHA-256 of files that have not changed, so that a second run need not read them. A file counts as
 * unchanged when size, times (modification and change, in nanoseconds), inode and device are; a file younger than two seconds is
 * not remembered, since it could change again within one tick of the clock. One small JSON file per folder of images;
 * of two processes that save the same one, the later wins, which costs the other's files one more hashing.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { writeFileWhole } from '../../base/files/write-file.ts';

type Folder = { readonly known: Map<string, readonly [state: string, sha256: string]>; changed: boolean };

export class StatIndex {
  readonly #folder: string;
  readonly #settleMs: number;
  readonly #folders = new Map<string, Promise<Folder>>();

  /** @param settleMs how long a file must have been left alone to be remembered */
  constructor(folder: string, settleMs = 2000) {
    this.#folder = folder;
    this.#settleMs = settleMs;
  }

  async find(file: string, stats: BigIntStats): Promise<string | undefined> {
    const [state, sha256] = (await this.#load(path.dirname(file))).known.get(path.basename(file)) ?? [];
    return state === describeState(stats) ? sha256 : undefined;
  }

  /** @param stats taken before the file was read */
  async remember(file: string, stats: BigIntStats, sha256: string): Promise<void> {
    const youngest = Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs));
    if (Date.now() - youngest < this.#settleMs) return;
    const folder = await this.#load(path.dirname(file));
    folder.known.set(path.basename(file), [describeState(stats), sha256]);
    folder.changed = true;
  }

  /** @throws PneumoscopeError E_DISK */
  async save(): Promise<void> {
    for (const [name, loading] of this.#folders) {
      const folder = await loading;
      if (!folder.changed) continue;
      const body = JSON.stringify([...folder.known]);
      await writeFileWhole(this.#fileOf(name), `${crc32(body)}\n${body}`, { durable: false });
      folder.changed = false;
    }
  }

  #fileOf(folder: string): string {
    return path.join(
      this.#folder,
      `${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 32)}.json`,
    );
  }

  #load(folder: string): Promise<Folder> {
    let loading = this.#folders.get(folder);
    if (loading === undefined) {
      loading = readKnown(this.#fileOf(folder)).then((known) => ({ known, changed: false }));
      this.#folders.set(folder, loading);
    }
    return loading;
  }
}

async function readKnown(file: string): Promise<Folder['known']> {
  try {
    const text = await readFile(file, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (String(crc32(body)) !== text.slice(0, end)) return new Map();
    return new Map(JSON.parse(body) as [string, [string, string]][]);
  } catch {
    return new Map();
  }
}

function describeState({ size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): string {
  return [size, mtimeNs, ctimeNs, ino, dev].join(':');
}
