/**
 * Downloads one large file so that a broken connection, or a stopped program, costs only what was not yet there. So its partial file keeps
 * one name, and a call that fails leaves it.
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PneumoscopeError } from '../../base/errors.ts';
import { hashFile } from '../../base/files/digest.ts';
import { ConnectionError, ConnectionWatch } from './connection-watch.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { checkFreeSpace } from '../../base/files/ensure-room.ts';
import { makeFolder, syncFolder } from '../../base/files/folders.ts';
import { syncFiles } from '../../base/files/sync-files.ts';
import { toDiskError } from '../../base/files/disk-error.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';

export interface DownloadOptions extends TaskOptions {
  readonly url: string;
  /** the file to write; while it is incomplete, `FILE.part` and `FILE.part.json` stand beside it */
  readonly file: string;
  /** bytes the file must have; default: what the server says */
  readonly size?: number | undefined;
  /** the digest it must have, hexadecimal; default: any */
  readonly sha256?: string | undefined;
  /** attempts that end at the same place, after which it gives up; default 5 */
  readonly attempts?: number | undefined;
  /** before the next attempt, doubled before each further one; milliseconds, default 1000 */
  readonly retryDelay?: number | undefined;
  /** without a byte for so long, a connection counts as broken; milliseconds, default 60,000 */
  readonly stallTimeout?: number | undefined;
}

export interface DownloadResult {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** bytes that an earlier call had left */
  readonly resumedFrom: number;
}

/** What a partial file is a part of: without it, or with another one, the file is not continued. */
const partSchema = z.strictObject({
  url: z.string(),
  /**
   * a strong ETag or a Last-Modified date: the server continues only what it still has under it (RFC 9110, 13.1.5); null where
   * it gave neither and only the digest will tell
   */
  validator: z.string().nullable(),
  total: z.number().nullable(),
});
type Part = z.infer<typeof partSchema>;

/**
 * A file that is already complete and matches is not downloaded again. The digest is compared before the file gets its
 * name; one that does not match stays as `FILE.part` and is taken by a later call that names its digest.
 *
 * @throws PneumoscopeError E_DOWNLOAD: the server cannot be reached, refuses, or sends something else than was expected;
 * E_USAGE: not a web address; E_DISK; E_INTERRUPTED
 */
export async function downloadFile(options: DownloadOptions): Promise<DownloadResult> {
  checkAddress(options.url);
  const existing = await stat(options.file).catch(() => undefined);
  if (existing !== undefined) return { ...(await verify(options, options.file)), resumedFrom: 0 };
  await makeFolder(path.dirname(path.resolve(options.file)));
  const transfer = new Transfer(options);
  const resumedFrom = await transfer.run();
  const result = await verify(options, transfer.partFile);
  try {
    await syncFiles(path.dirname(transfer.partFile), [path.basename(transfer.partFile)]);
    await rename(transfer.partFile, options.file);
    await rm(transfer.stateFile, { force: true });
    await syncFolder(path.dirname(path.resolve(options.file)));
  } catch (error) {
    throw toDiskError(error, options.file);
  }
  return { ...result, resumedFrom };
}

class Transfer {
  readonly partFile: string;
  readonly stateFile: string;
  readonly #options: DownloadOptions;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.partFile = `${options.file}.part`;
    this.stateFile = `${options.file}.part.json`;
  }

  /** Attempts until the file is whole. Returns how many bytes it began with. */
  async run(): Promise<number> {
    const { attempts = 5, retryDelay = 1000, signal } = this.#options;
    const resumedFrom = (await this.#readPart()) === undefined ? 0 : await this.#held();
    let failures = 0;
    let most = resumedFrom;
    for (;;) {
      throwIfInterrupted(signal);
      try {
        if (await this.#attempt()) return resumedFrom;
      } catch (error) {
        throwIfInterrupted(signal);
        if (!(error instanceof ConnectionError)) throw error;
        const held = await this.#held();
        failures = held > most ? 1 : failures + 1;
        if (failures >= attempts || (error.hopeless && most === resumedFrom)) throw this.#giveUp(error, held);
        most = Math.max(most, held);
        await sleep(retryDelay * 2 ** (failures - 1), undefined, signal === undefined ? {} : { signal }).catch(
          () => undefined,
        );
      }
    }
  }

  /** One request. True: the file is whole. False: the part that was there is of no use and was removed. */
  async #attempt(): Promise<boolean> {
    const { url, size } = this.#options;
    const held = await this.#held();
    const part = held === 0 ? undefined : await this.#readPart();
    if (held > 0 && part === undefined) return this.#discard();
    if (part?.total === held) return true;
    const watch = new ConnectionWatch(this.#options);
    try {
      const headers: Record<string, string> = { 'accept-encoding': 'identity' };
      if (part !== undefined) headers['range'] = `bytes=${held}-`;
      if (typeof part?.validator === 'string') headers['if-range'] = part.validator;
      const response = await watch.guard(fetch(url, { headers, signal: watch.signal }));
      const start = response.status === 206 ? readRangeStart(response) : 0;
      if (response.status === 416 && response.headers.get('content-range') === `bytes */${held}`) return true;
      if (part !== undefined && (response.status === 416 || start !== (response.status === 206 ? held : 0))) {
        return await this.#discard();
      }
      if (!response.ok || response.body === null || (part === undefined && start !== 0)) throw this.#refused(response);
      const total = readTotal(response, start);
      if (size !== undefined && total !== undefined && total !== size) {
        throw this.#fail(`has ${total} bytes, but ${size} were expected; check the address`);
      }
      await checkFreeSpace(path.dirname(path.resolve(this.partFile)), (total ?? size ?? 0) - start);
      if (start === 0) await this.#writePart(response, total);
      await this.#store(response.body, start, total ?? size, watch);
      const stored = await this.#held();
      if (total !== undefined && stored < total) throw new ConnectionError('the connection ended early', false);
      return true;
    } finally {
      watch.end();
    }
  }

  async #store(
    body: ReadableStream<Uint8Array>,
    start: number,
    total: number | undefined,
    watch: ConnectionWatch,
  ): Promise<void> {
    const handle = await open(this.partFile, start === 0 ? 'w' : 'a').catch((error: unknown) => {
      throw toDiskError(error, this.partFile);
    });
    let done = start;
    try {
      const reader = body.getReader();
      for (;;) {
        const { done: ended, value } = await watch.guard(reader.read());
        if (ended) return;
        done += value.length;
        if (total !== undefined && done > total) {
          throw this.#fail(`sends more than the ${total} bytes that were expected; check the address`);
        }
        await handle.writeFile(value).catch((error: unknown) => {
          throw toDiskError(error, this.partFile);
        });
        this.#options.onProgress?.({
          label: 'Downloading',
          done,
          ...(total !== undefined && { total }),
          unit: 'bytes',
        });
      }
    } finally {
      await handle.close();
    }
  }

  async #held(): Promise<number> {
    return (await stat(this.partFile).catch(() => undefined))?.size ?? 0;
  }

  async #readPart(): Promise<Part | undefined> {
    try {
      const part = partSchema.parse(JSON.parse(await readFile(this.stateFile, 'utf8')));
      const { url, size } = this.#options;
      const fits = part.url === url && (size === undefined || part.total === null || part.total === size);
      return fits && (part.total ?? Infinity) >= (await this.#held()) ? part : undefined;
    } catch {
      return undefined;
    }
  }

  async #writePart(response: Response, total: number | undefined): Promise<void> {
    const etag = response.headers.get('etag');
    const strong = etag !== null && !etag.startsWith('W/') ? etag : null;
    const validator = strong ?? response.headers.get('last-modified');
    await this.#discard();
    if (validator === null && this.#options.sha256 === undefined) return;
    const part: Part = { url: this.#options.url, validator, total: total ?? null };
    await writeFileWhole(this.stateFile, JSON.stringify(part), { durable: false });
  }

  async #discard(): Promise<false> {
    await rm(this.partFile, { force: true });
    await rm(this.stateFile, { force: true });
    return false;
  }

  #refused(response: Response): Error {
    const { status, statusText } = response;
    if (status >= 500 || status === 429 || status === 408) return new ConnectionError(`it answers ${status}`, false);
    const answer = `${status} ${statusText}`.trim();
    return this.#fail(`is refused by the server (${answer}); check the address, or take a local archive with --from`);
  }

  #giveUp(error: ConnectionError, held: number): PneumoscopeError {
    const advice =
      held === 0
        ? 'check the connection, or take a local archive with --from'
        : 'run the same command again to continue where it stopped, or take a local archive with --from';
    return this.#fail(`could not be downloaded: ${error.message}; ${advice}`, error);
  }

  #fail(what: string, cause?: unknown): PneumoscopeError {
    return new PneumoscopeError(
      'E_DOWNLOAD',
      `${this.#options.url} ${what}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

function readRangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

function readTotal(response: Response, start: number): number | undefined {
  // The length of a compressed body says nothing about what comes out of it.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  return length === null ? undefined : start + Number(length);
}

async function verify(
  options: DownloadOptions,
  file: string,
): Promise<{ file: string; bytes: number; sha256: string }> {
  const { size, sha256: expected } = options;
  const { size: bytes } = await stat(file);
  const mend = 'delete it to download it again';
  if (size !== undefined && bytes !== size) {
    throw new PneumoscopeError('E_DOWNLOAD', `${file} has ${bytes} bytes, but ${size} were expected; ${mend}`);
  }
  const received = await hashFile(file, options);
  if (expected !== undefined && received !== expected.toLowerCase()) {
    const digests = `expected ${expected.toLowerCase()}, received ${received}`;
    const advice = `${mend}, or, if you trust this one, accept it with --sha256 ${received}`;
    throw new PneumoscopeError(
      'E_DOWNLOAD',
      `${file} has another SHA-256 digest than expected (${digests}); ${advice}`,
    );
  }
  return { file: options.file, bytes, sha256: received };
}

function checkAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new PneumoscopeError('E_USAGE', `${url} is not a web address that begins with https:// or http://`);
}
