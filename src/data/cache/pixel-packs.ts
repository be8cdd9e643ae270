/**
 * Prepared pixels on disk, keyed by the SHA-256 of the image file they came from. Entries lie in packs of some 32 MB that are
 * written once and never changed: a few files instead of thousands, read with one seek each; and since a pack appears by
 * a rename, processes that write at the same time need no lock (at worst both hold an entry), and a kill loses at most
 * the pack being written. Each entry has a CRC; a pack that fails one is deleted and its images are decoded again.
 *
 * Layout, little-endian: magic (8 bytes), count, entry size (uint32), count x [SHA-256 (32 bytes), CRC-32 of the pixels (uint32)],
 * CRC-32 of all this (uint32), count x pixels.
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { writeFileWhole } from '../../base/files/write-file.ts';

const magic = Buffer.from('PNMPACK1', 'latin1');
const headLength = 16;
const indexEntryLength = 36;

interface Pack {
  readonly file: string;
  readonly dataStart: number;
  handle?: Promise<FileHandle>;
  bad?: boolean;
}

interface Entry {
  readonly pack: Pack;
  readonly row: number;
  readonly crc: number;
}

export interface PixelEntry {
  /** hexadecimal */
  readonly sha256: string;
  readonly pixels: Uint8Array;
}

export class PixelPacks {
  readonly #folder: string;
  readonly #entrySize: number;
  readonly #entries = new Map<string, Entry>();

  private constructor(folder: string, entrySize: number) {
    this.#folder = folder;
    this.#entrySize = entrySize;
  }

  /** Reads the indices of all packs in a folder; a folder that is absent holds none. */
  static async open(folder: string, entrySize: number): Promise<PixelPacks> {
    const packs = new PixelPacks(folder, entrySize);
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      if (name.endsWith('.pack')) await packs.#readIndex(path.join(folder, name));
    }
    return packs;
  }

  /** How many entries fit a pack. */
  get packCapacity(): number {
    return Math.max(1, Math.floor((32 * 1024 * 1024) / this.#entrySize));
  }

  has(sha256: string): boolean {
    return this.#entries.has(sha256);
  }

  /** @returns false when the entry is absent or damaged; `target` may then hold anything */
  async read(sha256: string, target: Uint8Array): Promise<boolean> {
    const entry = this.#entries.get(sha256);
    if (entry === undefined || entry.pack.bad === true) return false;
    entry.pack.handle ??= open(entry.pack.file, 'r');
    const handle = await entry.pack.handle.catch(() => undefined);
    if (handle === undefined) {
      // It was taken away, or no more files can be opened just now: who asks later tries again.
      delete entry.pack.handle;
      return false;
    }
    try {
      const position = entry.pack.dataStart + entry.row * this.#entrySize;
      const { bytesRead } = await handle.read(target, 0, this.#entrySize, position);
      if (bytesRead === this.#entrySize && crc32(target) === entry.crc) return true;
    } catch {
      // The file cannot be read: the same as a damaged one.
    }
    entry.pack.bad = true;
    await rm(entry.pack.file, { force: true }).catch(() => undefined);
    return false;
  }

  /** Writes one pack. @throws PneumoscopeError E_DISK */
  async write(entries: readonly PixelEntry[]): Promise<void> {
    const index = Buffer.alloc(headLength + entries.length * indexEntryLength + 4);
    magic.copy(index);
    index.writeUInt32LE(entries.length, 8);
    index.writeUInt32LE(this.#entrySize, 12);
    entries.forEach(({ sha256, pixels }, i) => {
      const at = headLength + i * indexEntryLength;
      index.write(sha256, at, 'hex');
      index.writeUInt32LE(crc32(pixels), at + 32);
    });
    index.writeUInt32LE(crc32(index.subarray(0, -4)), index.length - 4);
    const name = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}.pack`;
    const parts = [index, ...entries.map(({ pixels }) => pixels)];
    await writeFileWhole(path.join(this.#folder, name), parts, { durable: false });
  }

  /** Closes what was read and marks it as used, which {@link trimPacks} goes by. */
  async close(): Promise<void> {
    const now = new Date();
    for (const pack of new Set([...this.#entries.values()].map((entry) => entry.pack))) {
      const handle = await pack.handle?.catch(() => undefined);
      if (handle === undefined) continue;
      await handle.close();
      await utimes(pack.file, now, now).catch(() => undefined);
    }
  }

  async #readIndex(file: string): Promise<void> {
    const handle = await open(file, 'r').catch(() => undefined);
    if (handle === undefined) return;
    try {
      const head = Buffer.alloc(headLength);
      await handle.read(head, 0, headLength, 0);
      const count = head.readUInt32LE(8);
      const dataStart = headLength + count * indexEntryLength + 4;
      const { size } = await handle.stat();
      const fits = size === dataStart + count * this.#entrySize;
      if (!fits || head.compare(magic, 0, 8, 0, 8) !== 0 || head.readUInt32LE(12) !== this.#entrySize) {
        await rm(file, { force: true }).catch(() => undefined);
        return;
      }
      const index = Buffer.alloc(dataStart);
      await handle.read(index, 0, dataStart, 0);
      if (crc32(index.subarray(0, -4)) !== index.readUInt32LE(dataStart - 4)) {
        await rm(file, { force: true }).catch(() => undefined);
        return;
      }
      const pack: Pack = { file, dataStart };
      for (let row = 0, at = headLength; row < count; row++, at += indexEntryLength) {
        const crc = index.readUInt32LE(at + 32);
        this.#entries.set(index.toString('hex', at, at + 32), { pack, row, crc });
      }
    } finally {
      await handle.close();
    }
  }
}

/** Deletes the packs that were not used for longest until those of all specs together fit the limit. */
export async function trimPacks(root: string, limitBytes: number): Promise<void> {
  const packs: { file: string; size: number; usedMs: number }[] = [];
  for (const name of await readdir(root, { recursive: true }).catch(() => [])) {
    if (!name.endsWith('.pack')) continue;
    const file = path.join(root, name);
    const entry = await stat(file).catch(() => undefined);
    if (entry !== undefined) packs.push({ file, size: entry.size, usedMs: entry.mtimeMs });
  }
  packs.sort((a, b) => a.usedMs - b.usedMs);
  let total = packs.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of packs) {
    if (total <= limitBytes) return;
    await rm(file, { force: true }).catch(() => undefined);
    total -= size;
  }
}
