/**
 * Opens every image once and notes a few hundred bytes of each in the catalogue's database: digests, a perceptual hash, a thumbnail of
 * 16 x 16 grey levels, its size and mode. Pixels are never kept.
 */
import { createHash } from 'node:crypto';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { systemErrorCode, type PneumoscopeError } from '../../base/errors.ts';
import type { ImageFormat } from '../../imaging/decode/image-format.ts';
import { decodeImage, toLuma } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { release } from '../../base/release.ts';
import { isUnreadable, UnreadableImageError, type UnreadableContent } from '../../imaging/decode/unreadable-image.ts';
import type { ImageCatalogue, ImageRow } from '../records/image-catalogue.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { computePerceptualHash, computeThumbnail, thumbnailSide } from './perceptual-hash.ts';
import type { SqlValue } from '../records/work-database.ts';

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

export interface PagedFile {
  readonly file: string;
  /** more than one, of which the first is read */
  readonly pages: number;
}

/** Bytes of a digest that are kept: 128 bits of SHA-256. */
const digestBytes = 16;
/** Of the thumbnail that near-duplicates are verified by. */
const smallSide = 16;
export const smallPixels = smallSide * smallSide;
/** Of the hash, two halves with the lowest byte first, which stands before the thumbnail. */
export const hashBytes = 8;
/** As `preprocess` refuses: nothing can be seen in fewer pixels. */
const minimumSide = 8;
/** As `prepareImages`: Node's four threads decode, the others wait to be read or wait their turn. */
const concurrency = 12;

/**
 * Rows have the image's number in the catalogue. `scans`, of those that can be read: digests of the file's bytes and of width, height and
 * grey pixels; channels as stored, without alpha; colourful: 1 where some pixel of a colour file is not grey; blank: 1 where all pixels
 * are equal; signature: hash and thumbnail.
 */
const schema = `
  CREATE TABLE scans (
    id INTEGER PRIMARY KEY, bytes BLOB, pixels BLOB, width INTEGER, height INTEGER, channels INTEGER, bits INTEGER,
    colourful INTEGER, blank INTEGER, signature BLOB
  );
  CREATE TABLE unreadable (id INTEGER PRIMARY KEY, kind TEXT, reason TEXT);
  CREATE TABLE misnamed (id INTEGER PRIMARY KEY, format TEXT);
  CREATE TABLE paged (id INTEGER PRIMARY KEY, pages INTEGER);
`;

/** @throws PneumoscopeError E_DISK; E_INTERRUPTED; an image that cannot be read is a row of `unreadable` */
export async function scanImages(catalogue: ImageCatalogue, options: TaskOptions): Promise<void> {
  const { database, images: total } = catalogue;
  database.define(schema);
  let done = 0;
  const rows = database.rows<ImageRow>('SELECT * FROM images ORDER BY id');
  await forEachConcurrently(rows, concurrency, async (row) => {
    throwIfInterrupted(options.signal);
    const scan = await scanImage(catalogue.toRecord(row));
    if ('reason' in scan) database.run('INSERT INTO unreadable VALUES (?, ?, ?)', row.id, scan.kind, scan.reason);
    else {
      database.run('INSERT INTO scans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', row.id, ...scan.columns);
      if (scan.pages > 1) database.run('INSERT INTO paged VALUES (?, ?)', row.id, scan.pages);
      if (scan.misnamedAs !== undefined) database.run('INSERT INTO misnamed VALUES (?, ?)', row.id, scan.misnamedAs);
    }
    options.onProgress?.({ label: 'Checking', done: ++done, total, unit: 'images' });
  });
  database.define('CREATE INDEX scans_by_pixels ON scans (pixels, blank)');
}

interface ReadableScan {
  /** of the table `scans`, behind the number */
  readonly columns: readonly SqlValue[];
  /** what its content is, where its name says something else */
  readonly misnamedAs: ImageFormat | undefined;
  readonly pages: number;
}

type UnreadableScan = Omit<UnreadableFile, 'file'>;

async function scanImage({ path, file }: ImageRecord): Promise<ReadableScan | UnreadableScan> {
  try {
    return await scanReadable(path, file);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { kind: toKind(error), reason: error.message };
  }
}

async function scanReadable(path: string, file: string): Promise<ReadableScan> {
  const bytes = await readImageFile(path);
  try {
    const decoded = await decodeImage(bytes, path, { minimumSide });
    const { width, height, channels, header } = decoded;
    const data = channels === 1 ? decoded.data : toLuma(decoded.data, channels);
    const size = Buffer.alloc(8);
    size.writeUInt32LE(width, 0);
    size.writeUInt32LE(height, 4);
    const columns = [
      digest(bytes),
      digest(size, data),
      width,
      height,
      header.channels,
      header.bitsPerChannel ?? 8,
      Number(channels !== 1 && !isGrey(decoded.data, channels)),
      Number(data.every((value) => value === data[0])),
      computeSignature({ width, height, data }),
    ];
    if (data !== decoded.data) release(data);
    release(decoded.data);
    const misnamedAs = extensionsOf[header.format].test(file) ? undefined : header.format;
    return { columns, misnamedAs, pages: header.pages ?? 1 };
  } finally {
    release(bytes);
  }
}

function toKind(error: PneumoscopeError): UnreadableKind {
  if (error instanceof UnreadableImageError) return unreadableKinds[error.kind];
  if (error.code === 'E_NOT_FOUND') return 'missing';
  return systemErrorCode(error.cause) === undefined ? 'not-a-file' : 'inaccessible';
}

const unreadableKinds: Readonly<Record<UnreadableContent, UnreadableKind>> = {
  empty: 'empty',
  'not-an-image': 'not-an-image',
  unsupported: 'unsupported',
  'too-large': 'unsupported',
  truncated: 'truncated',
  damaged: 'damaged',
  // Not asked for here.
};

const extensionsOf: Readonly<Record<ImageFormat, RegExp>> = {
  jpeg: /(jpe?g|jpe|jfif|pjp)$/i,
  png: /png$/i,
  tiff: /tiff?$/i,
  webp: /webp$/i,
  dicom: /(dcm|dicom|dic|ima)$/i,
};

function digest(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, digestBytes);
}

function computeSignature(image: GrayImage): Uint8Array {
  const thumbnail = computeThumbnail(image);
  const signature = Buffer.alloc(hashBytes + smallPixels);
  computePerceptualHash(thumbnail).forEach((half, i) => signature.writeUInt32LE(half, i * 4));
  signature.set(halve(thumbnail), hashBytes);
  return signature;
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
