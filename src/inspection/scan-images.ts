/**
 * Opens every image once and keeps a few hundred bytes of each: digests, a perceptual hash, a thumbnail of 16 x 16 grey levels, its
 * size and mode. Pixels are never kept.
 */
import { createHash } from 'node:crypto';
import { forEachConcurrently, errorCode, throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { PneumoscopeError } from '../errors.ts';
import { readImageHeader, recogniseRefusedFormat, type ImageFormat } from '../imaging/container.ts';
import { decodeImage, toLuma } from '../imaging/decode.ts';
import { readImageFile } from '../imaging/read-image-file.ts';
import { release } from '../imaging/release.ts';
import type { ImageRecord } from './image-record.ts';
import { computePerceptualHash, computeThumbnail, thumbnailSide } from './perceptual-hash.ts';

/** Why an image cannot be used. */
export type UnreadableKind =
  /** gone since it was listed, or a link to nothing */
  | 'missing'
  /** the file system refuses it */
  | 'inaccessible'
  /** a pipe, socket or device, or too large a file */
  | 'not-a-file'
  | 'empty'
  | 'not-an-image'
  /** an image of a format, mode or size that is not read */
  | 'unsupported'
  | 'truncated'
  | 'damaged';

export interface UnreadableFile {
  /** relative to the data set's folder, with '/' */
  readonly file: string;
  readonly kind: UnreadableKind;
  /** a sentence that names the file's path */
  readonly reason: string;
}

export interface MisnamedFile {
  readonly file: string;
  /** what its content is */
  readonly format: ImageFormat;
}

/** Bytes of a digest that are kept: 128 bits of SHA-256. */
export const digestBytes = 16;
/** Of the thumbnail that near-duplicates are verified by. */
const smallSide = 16;
export const smallPixels = smallSide * smallSide;
/** As `preprocess` refuses: nothing can be seen in fewer pixels. */
const minimumSide = 8;
/** As `prepareImages`: Node's four threads decode, the others wait to be read or wait their turn. */
const concurrency = 12;

/** One row per image, in the order of the list; rows of unreadable images are 0. */
export class Scan {
  /** of the files' bytes */
  readonly fileDigests: Uint8Array;
  /** of width, height and grey pixels */
  readonly pixelDigests: Uint8Array;
  /** two halves each */
  readonly hashes: Uint32Array;
  readonly thumbnails: Uint8Array;
  readonly widths: Uint32Array;
  readonly heights: Uint32Array;
  /** as stored, without alpha; 0: unreadable */
  readonly channels: Uint8Array;
  readonly bitsPerChannel: Uint8Array;
  /** 1: a colour file in which some pixel is not grey */
  readonly colourful: Uint8Array;
  /** 1: all pixels are equal */
  readonly blank: Uint8Array;
  readonly unreadable: UnreadableFile[] = [];
  readonly misnamed: MisnamedFile[] = [];

  constructor(count: number) {
    this.fileDigests = new Uint8Array(count * digestBytes);
    this.pixelDigests = new Uint8Array(count * digestBytes);
    this.hashes = new Uint32Array(count * 2);
    this.thumbnails = new Uint8Array(count * smallPixels);
    this.widths = new Uint32Array(count);
    this.heights = new Uint32Array(count);
    this.channels = new Uint8Array(count);
    this.bitsPerChannel = new Uint8Array(count);
    this.colourful = new Uint8Array(count);
    this.blank = new Uint8Array(count);
  }

  isReadable(i: number): boolean {
    return this.channels[i] !== 0;
  }
}

/** @throws PneumoscopeError E_INTERRUPTED; an image that cannot be read is a row of `unreadable` */
export async function scanImages(images: readonly ImageRecord[], options: TaskOptions): Promise<Scan> {
  const scan = new Scan(images.length);
  let done = 0;
  await forEachConcurrently(images, concurrency, async (image, i) => {
    throwIfInterrupted(options.signal);
    await scanImage(scan, image, i);
    options.onProgress?.({ label: 'Checking', done: ++done, total: images.length, unit: 'images' });
  });
  return scan;
}

async function scanImage(scan: Scan, image: ImageRecord, i: number): Promise<void> {
  const { file } = image;
  let bytes: Buffer;
  try {
    bytes = await readImageFile(image.path);
  } catch (error) {
    scan.unreadable.push({ file, ...describeUnopened(error, image.path) });
    return;
  }
  const header = readImageHeader(bytes);
  try {
    const decoded = await decodeImage(bytes, image.path, { minimumSide });
    const { width, height, channels } = decoded;
    const data = channels === 1 ? decoded.data : toLuma(decoded.data, channels);
    writeDigest(scan.fileDigests, i, createHash('sha256').update(bytes).digest());
    const size = Buffer.alloc(8);
    size.writeUInt32LE(width, 0);
    size.writeUInt32LE(height, 4);
    writeDigest(scan.pixelDigests, i, createHash('sha256').update(size).update(data).digest());
    const thumbnail = computeThumbnail({ width, height, data });
    scan.hashes.set(computePerceptualHash(thumbnail), i * 2);
    scan.thumbnails.set(halve(thumbnail), i * smallPixels);
    scan.widths[i] = width;
    scan.heights[i] = height;
    scan.bitsPerChannel[i] = header?.bitsPerChannel ?? 8;
    scan.colourful[i] = channels === 1 || isGrey(decoded.data, channels) ? 0 : 1;
    scan.blank[i] = data.every((value) => value === data[0]) ? 1 : 0;
    scan.channels[i] = header?.channels ?? channels;
    if (header !== undefined && !extensionsOf[header.format].test(file))
      scan.misnamed.push({ file, format: header.format });
    if (data !== decoded.data) release(data);
    release(decoded.data);
  } catch (error) {
    if (!(error instanceof PneumoscopeError)) throw error;
    scan.unreadable.push({ file, kind: classify(bytes, error), reason: error.message });
  } finally {
    release(bytes);
  }
}

function describeUnopened(error: unknown, place: string): Omit<UnreadableFile, 'file'> {
  if (error instanceof PneumoscopeError) return { kind: 'not-a-file', reason: error.message };
  const code = errorCode(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { kind: 'missing', reason: `${place} does not exist any more (or is a link to a file that does not)` };
  }
  return { kind: 'inaccessible', reason: `${place} cannot be opened (${code}); check its permissions` };
}

function classify(bytes: Buffer, error: PneumoscopeError): UnreadableKind {
  if (bytes.length === 0) return 'empty';
  const header = readImageHeader(bytes);
  if (header === undefined) return recogniseRefusedFormat(bytes) === undefined ? 'not-an-image' : 'unsupported';
  if (!header.complete) return 'truncated';
  // What the decoder itself stumbles over has its words as the cause; what is refused beforehand has none.
  return error.cause === undefined ? 'unsupported' : 'damaged';
}

const extensionsOf: Readonly<Record<ImageFormat, RegExp>> = {
  jpeg: /jpe?g$/i,
  png: /png$/i,
  tiff: /tiff?$/i,
  webp: /webp$/i,
};

function writeDigest(digests: Uint8Array, i: number, digest: Buffer): void {
  digests.set(digest.subarray(0, digestBytes), i * digestBytes);
}

/** 32 x 32 means -> 16 x 16 grey bytes. */
function halve(thumbnail: Float64Array): Uint8Array {
  const small = new Uint8Array(smallPixels);
  for (let at = 0; at < smallPixels; at++) {
    const from = Math.floor(at / smallSide) * 2 * thumbnailSide + (at % smallSide) * 2;
    const pair = (start: number): number => (thumbnail[start] as number) + (thumbnail[start + 1] as number);
    small[at] = Math.round((pair(from) + pair(from + thumbnailSide)) / 4);
  }
  return small;
}

function isGrey(data: Uint8Array, channels: number): boolean {
  for (let at = 0; at < data.length; at += channels) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}
