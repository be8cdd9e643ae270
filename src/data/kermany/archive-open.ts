/** Opens a zip archive, also one that stands behind other bytes, as a program that unpacks itself does. */
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { fromRandomAccessReaderPromise, openPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { refuse } from './archive-refusal.ts';

/** Names are read and judged by `readNames`, so that a hostile one is named in the sentence. autoClose would close on the first error. */
const options = { decodeStrings: false, autoClose: false } as const;

/** @throws PneumoscopeError E_NOT_FOUND: no such file; E_ARCHIVE: not a zip archive, or a truncated one */
export async function openArchive(file: string): Promise<ZipFile> {
  try {
    const { before, size } = await findStart(file);
    if (before === 0) return await openPromise(file, options);
    const reader = new BehindReader(await open(file), before);
    return await fromRandomAccessReaderPromise(reader, size - before, options);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist`);
    if (systemErrorCode(error) === 'EISDIR') return refuse(file, 'is a folder, not a zip archive', error);
    return refuse(file, await explainUnopened(file), error);
  }
}

/** The end record of an archive without its comment, and the longest comment. */
const endBytes = 22;
const commentBytes = 0xffff;
/** Read at once. */
const pieceBytes = 65_536;

/**
 * The end record says how long the directory is and where it begins, counted from the archive's first byte. If the directory begins later
 * in the file, other bytes stand before the archive.
 */
async function findStart(file: string): Promise<{ readonly before: number; readonly size: number }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, endBytes + commentBytes));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const at = tail.lastIndexOf('PK\u0005\u0006');
    if (at < 0 || at + endBytes > tail.length) return { before: 0, size };
    const end = size - tail.length + at;
    const directory = end - tail.readUInt32LE(at + 12);
    const before = directory - tail.readUInt32LE(at + 16);
    const head = Buffer.alloc(4);
    if (before > 0) await handle.read(head, 0, head.length, directory);
    return { before: head.toString('latin1') === 'PK\u0001\u0002' ? before : 0, size };
  } finally {
    await handle.close();
  }
}

/** A file without its first bytes. */
class BehindReader extends RandomAccessReader {
  readonly #handle: FileHandle;
  readonly #before: number;

  constructor(handle: FileHandle, before: number) {
    super();
    this.#handle = handle;
    this.#before = before;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#read(start + this.#before, end + this.#before), { objectMode: false });
  }

  async *#read(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end;) {
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(Math.min(end - at, pieceBytes)), {
        position: at,
      });
      // The library notices that bytes are missing.
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  override close(callback: (error: Error | null) => void): void {
    callbackify(() => this.#handle.close())(callback);
  }
}

async function explainUnopened(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size === 0) return 'is empty, not a zip archive; get it again';
    const head = Buffer.alloc(512);
    await handle.read(head, 0, head.length, 0);
    const start = head.toString('latin1');
    if (start.startsWith('PK')) return 'is a truncated or damaged zip archive; get it again';
    if (/^\s*<(!doctype|html)/i.test(start)) return 'is a web page, not a zip archive; download it anew';
    return 'is not a zip archive';
  } finally {
    await handle.close();
  }
}
