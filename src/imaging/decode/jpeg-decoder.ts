/**
 * libjpeg-turbo as WebAssembly: decodes a small JPEG file in the calling thread, to the same pixels as libvips. For a small file libvips's
 * pipeline costs more than the decoding itself, and hands it from thread to thread, each of which waits for a core where all cores are busy.
 * Who decodes many files at once on idle cores, or large ones, is better off with libvips.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ImageHeader } from './image-header.ts';

export const smallJpeg = {
  /** above them libvips is as fast */
  pixels: 500_000,
  /** also of what is no pixel, such as a preview: the file is copied into WebAssembly's memory, which never shrinks */
  bytes: 1_000_000,
} as const;
/** A failed decoding leaves its memory behind; after so many the memory is given back as a whole. */
const mostFailures = 20;

/** Interleaved bytes, 1 channel or 3. */
export interface DecodedJpeg {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** What the library has, as its `JPEGDecoder.hpp` declares it; it has no types of its own. */
interface LibraryDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  /** Throws a number, also for what libjpeg only warns of. */
  decode(): void;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
  /** A view, valid until the next call. */
  getDecodedBuffer(): Uint8ClampedArray;
}

type OpenLibrary = (options: {
  readonly wasmBinary: Uint8Array;
}) => Promise<{ readonly JPEGDecoder: new () => LibraryDecoder }>;

const require = createRequire(import.meta.url);
const library = '@cornerstonejs/codec-libjpeg-turbo-8bit';

/** @returns whether it is a file for this decoder, which then takes a few milliseconds at most @param header of the same bytes */
export function isSmallJpeg(
  bytes: Uint8Array,
  { format, width = Infinity, height = Infinity, scans }: ImageHeader,
): boolean {
  return format === 'jpeg' && scans === 1 && width * height <= smallJpeg.pixels && bytes.length <= smallJpeg.bytes;
}

/** For one thread. */
export class JpegDecoder {
  readonly #open: () => Promise<LibraryDecoder>;
  #decoder: LibraryDecoder | undefined;
  #failures = 0;

  private constructor(open: () => Promise<LibraryDecoder>, decoder: LibraryDecoder) {
    this.#open = open;
    this.#decoder = decoder;
  }

  static async open(): Promise<JpegDecoder> {
    const openLibrary = require(`${library}/decodewasmjs`) as OpenLibrary;
    const wasmBinary = await readFile(require.resolve(`${library}/decodewasm`));
    const open = async (): Promise<LibraryDecoder> => new (await openLibrary({ wasmBinary })).JPEGDecoder();
    return new JpegDecoder(open, await open());
  }

  /**
   * @param header of the same bytes
   * @returns undefined where another decoder must say what the file is: it is damaged, large, of several scans (each of which costs as much
   * as the first), or no JPEG
   */
  decode(bytes: Uint8Array, header: ImageHeader): DecodedJpeg | undefined {
    const decoder = this.#decoder;
    if (decoder === undefined || !isSmallJpeg(bytes, header)) return undefined;
    try {
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      const { width: columns, height: rows, componentCount: channels } = decoder.getFrameInfo();
      const { buffer, byteOffset, byteLength } = decoder.getDecodedBuffer();
      // Clamped bytes as bytes: element by element their copy takes five times as long.
      const data = new Uint8Array(buffer, byteOffset, byteLength).slice();
      return { width: columns, height: rows, channels, data };
    } catch {
      this.#failures += 1;
      if (this.#failures % mostFailures === 0) this.#renew();
      return undefined;
    }
  }

  #renew(): void {
    this.#decoder = undefined;
    const renew = async (): Promise<void> => {
      // Where even that fails, libvips goes on alone.
      this.#decoder = await this.#open().catch(() => undefined);
    };
    void renew();
  }
}
