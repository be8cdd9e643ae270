/**
 * A list of image files -> their prepared pixels in memory. Decoding happens once: pixels are kept on disk by the content of
 * the file and the preprocessing spec (pixel-packs.ts), and unchanged files are not even read again (stat-index.ts). The cache is
 * a convenience: where it cannot be used, everything works without it and the result says why.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError } from '../../base/errors.ts';
import { decoderVersion } from '../../imaging/decode/decode.ts';
import { readImageFile, toImageFileError } from '../../imaging/decode/read-image-file.ts';
import { hashBytes } from '../../base/files/digest.ts';
import { release } from '../../base/release.ts';
import { orUnreadable, UnreadableImagesError, type UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import { preprocess } from '../../imaging/prepare/preprocess.ts';
import { preprocessingSpecKey, type PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { defaultCacheDirectory } from './cache-directory.ts';
import type { LabelledImage } from '../folder/dataset-folder.ts';
import { PixelPacks, trimPacks, type PixelEntry } from './pixel-packs.ts';
import { StatIndex } from './stat-index.ts';

export interface PrepareOptions {
  /** default: the user's cache folder; null: no cache on disk */
  readonly cacheDir?: string | null | undefined;
  /** leave unreadable images out instead of failing; default false */
  readonly skipUnreadable?: boolean | undefined;
  /** files in work at once; default 12: Node's four threads decode, the others wait to be read or wait their turn */
  readonly concurrency?: number | undefined;
  /** packs above this are deleted, oldest first; bytes, default 10 GiB */
  readonly cacheLimit?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PreparedImages {
  /** the readable ones, in the order given */
  readonly images: readonly LabelledImage[];
  /** `images.length * width * height` grey bytes on one SharedArrayBuffer */
  readonly pixels: Uint8Array<SharedArrayBuffer>;
  /** of each image's file, hexadecimal */
  readonly sha256: readonly string[];
  readonly unreadable: readonly UnreadableImage[];
  /** how many images needed no decoding */
  readonly fromCache: number;
  /** why the cache on disk could not be written; undefined when all went well */
  readonly cacheProblem: string | undefined;
}

/**
 * Looks at every file before it fails. Memory beyond the pixels does not grow with the number of files.
 *
 * @throws UnreadableImagesError (E_UNREADABLE_IMAGE) listing all bad files, unless `skipUnreadable`
 * @throws PneumoscopeError E_DATASET: no image is readable, or the pixels do not fit into memory; E_INTERRUPTED:
 * `signal` was aborted (what was decoded so far is in the cache)
 */
export async function prepareImages(
  images: readonly LabelledImage[],
  spec: PreprocessingSpec,
  options: PrepareOptions = {},
): Promise<PreparedImages> {
  const preparation = new Preparation(images, spec, await openCache(spec, options.cacheDir));
  try {
    await preparation.run(options);
  } finally {
    await preparation.finish(options.cacheLimit ?? 10 * 1024 ** 3);
  }
  const { unreadable } = preparation;
  if (unreadable.length > 0 && options.skipUnreadable !== true)
    throw new UnreadableImagesError(unreadable, images.length);
  if (images.length > 0 && unreadable.length === images.length) {
    throw new PneumoscopeError(
      'E_DATASET',
      `none of the ${images.length} images can be read: ${unreadable[0]?.reason}`,
    );
  }
  return preparation.result();
}

interface Cache {
  readonly packRoot: string;
  readonly packs: PixelPacks;
  readonly stats: StatIndex;
}

async function openCache(spec: PreprocessingSpec, cacheDir?: string | null): Promise<Cache | undefined> {
  if (cacheDir === null) return undefined;
  const root = cacheDir ?? defaultCacheDirectory();
  const packRoot = path.join(root, 'pixels');
  const folder = path.join(packRoot, `decoder${decoderVersion}-${preprocessingSpecKey(spec)}`);
  const packs = await PixelPacks.open(folder, spec.width * spec.height);
  return { packRoot, packs, stats: new StatIndex(path.join(root, 'files')) };
}

class Preparation {
  readonly #images: readonly LabelledImage[];
  readonly #spec: PreprocessingSpec;
  readonly #cache: Cache | undefined;
  readonly #size: number;
  readonly #pixels: Uint8Array<SharedArrayBuffer>;
  readonly #sha256: (string | undefined)[];
  readonly #unreadable = new Map<number, UnreadableImage>();
  /** decoded, not yet on disk */
  #fresh = new Map<string, PixelEntry>();
  #writing: Promise<void> = Promise.resolve();
  #wrote = false;
  #fromCache = 0;
  #cacheProblem: string | undefined;

  constructor(images: readonly LabelledImage[], spec: PreprocessingSpec, cache: Cache | undefined) {
    this.#images = images;
    this.#spec = spec;
    this.#cache = cache;
    this.#size = spec.width * spec.height;
    this.#pixels = allocate(images.length, spec);
    this.#sha256 = images.map(() => undefined);
  }

  get unreadable(): UnreadableImage[] {
    return [...this.#unreadable].toSorted(([a], [b]) => a - b).map(([, image]) => image);
  }

  async run({ concurrency = 12, onProgress, signal }: PrepareOptions): Promise<void> {
    let next = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      while (next < this.#images.length) {
        if (signal?.aborted === true) {
          throw new PneumoscopeError(
            'E_INTERRUPTED',
            `preparing the images was stopped after ${done} of ${this.#images.length}`,
          );
        }
        await this.#prepare(next++);
        onProgress?.(++done, this.#images.length);
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: Math.max(1, concurrency) }, work));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Puts on disk what is not there yet. Never fails: the pixels in memory are good either way. */
  async finish(cacheLimit: number): Promise<void> {
    if (this.#cache === undefined) return;
    const { packRoot, packs, stats } = this.#cache;
    this.#flush();
    await this.#writing;
    await packs.close();
    await stats.save().catch((error: unknown) => this.#noteProblem(error));
    if (this.#wrote) await trimPacks(packRoot, cacheLimit);
  }

  /** Closes the gaps that unreadable images left. */
  result(): PreparedImages {
    const kept = this.#images.map((_, i) => i).filter((i) => !this.#unreadable.has(i));
    kept.forEach((from, to) => {
      if (from !== to) this.#pixels.copyWithin(to * this.#size, from * this.#size, (from + 1) * this.#size);
    });
    return {
      images: kept.map((i) => this.#images[i] as LabelledImage),
      pixels: this.#pixels.subarray(0, kept.length * this.#size),
      sha256: kept.map((i) => this.#sha256[i] as string),
      unreadable: this.unreadable,
      fromCache: this.#fromCache,
      cacheProblem: this.#cacheProblem,
    };
  }

  async #prepare(i: number): Promise<void> {
    const image = this.#images[i] as LabelledImage;
    const target = this.#pixels.subarray(i * this.#size, (i + 1) * this.#size);
    const preparing =
      this.#cache === undefined
        ? this.#decode(image.path, target)
        : this.#prepareThroughCache(image.path, target, this.#cache);
    const prepared = await orUnreadable(image.file, preparing);
    if ('reason' in prepared) this.#unreadable.set(i, prepared);
    else this.#sha256[i] = prepared.sha256;
  }

  async #decode(file: string, target: Uint8Array): Promise<{ readonly sha256: string }> {
    const bytes = await readImageFile(file);
    target.set(await preprocess(bytes, file, this.#spec));
    const sha256 = hashBytes(bytes);
    release(bytes);
    return { sha256 };
  }

  async #prepareThroughCache(
    file: string,
    target: Uint8Array,
    { packs, stats }: Cache,
  ): Promise<{ readonly sha256: string }> {
    const state = await stat(file, { bigint: true }).catch((error: unknown) => {
      throw toImageFileError(error, file);
    });
    const remembered = await stats.find(file, state);
    if (remembered !== undefined && (await packs.read(remembered, target))) {
      this.#fromCache += 1;
      return { sha256: remembered };
    }
    const bytes = await readImageFile(file);
    const sha256 = hashBytes(bytes);
    if (await packs.read(sha256, target)) this.#fromCache += 1;
    else {
      target.set(await preprocess(bytes, file, this.#spec));
      this.#fresh.set(sha256, { sha256, pixels: target });
      if (this.#fresh.size >= packs.packCapacity) this.#flush();
    }
    release(bytes);
    await stats.remember(file, state, sha256);
    return { sha256 };
  }

  #flush(): void {
    const entries = [...this.#fresh.values()];
    const packs = this.#cache?.packs;
    this.#fresh = new Map();
    if (entries.length === 0 || packs === undefined) return;
    this.#writing = this.#write(packs, entries, this.#writing);
  }

  /** One pack after the other. */
  async #write(packs: PixelPacks, entries: readonly PixelEntry[], before: Promise<void>): Promise<void> {
    await before;
    if (this.#cacheProblem !== undefined) return;
    try {
      await packs.write(entries);
      this.#wrote = true;
    } catch (error) {
      this.#noteProblem(error);
    }
  }

  #noteProblem(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#cacheProblem ??= `the image cache cannot be written, so the next run decodes again (${reason})`;
  }
}

function allocate(count: number, { width, height }: PreprocessingSpec): Uint8Array<SharedArrayBuffer> {
  const bytes = count * width * height;
  try {
    return new Uint8Array(new SharedArrayBuffer(bytes));
  } catch (error) {
    const size = `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
    const sentence = `${count} images of ${width} x ${height} need ${size} of memory, which is not to be had; choose a smaller image size`;
    throw new PneumoscopeError('E_DATASET', sentence, { cause: error });
  }
}
