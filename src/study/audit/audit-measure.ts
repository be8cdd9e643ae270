/** Reads every image of a data set once and keeps some numbers of it in each state that the audit compares. */
import path from 'node:path';
import sharp from 'sharp';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import { preprocessDecoded } from '../../imaging/prepare/preprocess.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { readImageFile } from '../../imaging/decode/read-image-file.ts';
import { release } from '../../base/release.ts';
import { orUnreadable, type UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { AuditSample, FileRow } from './audit-features.ts';
import { readImageFacts, type ImageFacts } from './image-facts.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { computePixelFeatures, pixelFeatureCount } from './pixel-features.ts';

export interface AuditMeasurements {
  /** the images that could be read, in the order given */
  readonly images: readonly ImageRecord[];
  /** their files as found, with the pixels of the first spec */
  readonly found: AuditSample;
  /** per spec: the prepared images, and the files that they become when written again */
  readonly prepared: readonly AuditSample[];
  readonly unreadable: readonly UnreadableImage[];
}

/** Images in work at a time: their decoded pixels are the memory that this needs beside the numbers it keeps. */
const concurrency = 4;

/** As in preprocessing: nothing can be seen in less. */
const minimumSide = 8;

/** What is kept of each image, in bytes, about: the numbers of its pixels and its file in every state. */
export function bytesKeptPerImage(specs: number): number {
  const fileRow = 150;
  return specs * pixelFeatureCount * Float32Array.BYTES_PER_ELEMENT + (specs + 1) * fileRow;
}

/**
 * @param quality of the JPEG that each prepared image is written as, in memory
 * @throws PneumoscopeError E_INTERRUPTED; an image that cannot be read is listed, not thrown
 */
export async function measureImages(
  images: readonly ImageRecord[],
  specs: readonly PreprocessingSpec[],
  options: TaskOptions & { readonly quality: number },
): Promise<AuditMeasurements> {
  const { onProgress, signal, quality } = options;
  const found: (FileRow | undefined)[] = [];
  const written: FileRow[][] = specs.map(() => []);
  const pixels = specs.map(() => new Float32Array(images.length * pixelFeatureCount));
  const unreadable = new Map<number, UnreadableImage>();
  let done = 0;
  const report = (): void => onProgress?.({ label: 'Reading images', done, total: images.length, unit: 'images' });
  report();
  await forEachConcurrently(images, concurrency, async (image, index) => {
    throwIfInterrupted(signal);
    const read = await orUnreadable(image.file, readFactsAndPixels(image.path));
    if ('reason' in read) unreadable.set(index, read);
    else {
      const { facts, gray } = read;
      for (const [state, spec] of specs.entries()) {
        const data = await preprocessDecoded(gray, spec);
        const { width, height } = spec;
        const start = index * pixelFeatureCount;
        const target = (pixels[state] as Float32Array).subarray(start, start + pixelFeatureCount);
        computePixelFeatures(data, width, height, target);
        (written[state] as FileRow[])[index] = await rewrite({ width, height, data }, quality);
      }
      release(gray.data);
      found[index] = facts;
    }
    done++;
    report();
  });

  const read = images.flatMap((_, index) => (found[index] === undefined ? [] : [index]));
  const names = read.map((index) => path.posix.basename((images[index] as ImageRecord).file));
  const prepared = specs.map((_, state): AuditSample => ({
    files: read.map((index) => (written[state] as FileRow[])[index] as FileRow),
    names,
    pixels: takeRows(pixels[state] as Float32Array, read),
  }));
  return {
    images: read.map((index) => images[index] as ImageRecord),
    found: {
      files: read.map((index) => found[index] as FileRow),
      names,
      pixels: prepared[0]?.pixels ?? new Float32Array(0),
    },
    prepared,
    unreadable: [...unreadable].toSorted(([a], [b]) => a - b).map(([, image]) => image),
  };
}

async function readFactsAndPixels(file: string): Promise<{ readonly facts: FileRow; readonly gray: GrayImage }> {
  const bytes = await readImageFile(file);
  const facts = toFileRow(await readImageFacts(bytes, file));
  const gray = await decodeGray(bytes, file, { minimumSide });
  release(bytes);
  return { facts, gray };
}

/** The file that a prepared image becomes when it is saved: what a file can then still tell is measured, not assumed. */
async function rewrite({ width, height, data }: GrayImage, quality: number): Promise<FileRow> {
  const bytes = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality })
    .toBuffer();
  return toFileRow(await readImageFacts(bytes, 'The prepared image'));
}

/** The digest is the one long word among the facts, and no two files share it. */
function toFileRow({ sha256: _, ...row }: ImageFacts): FileRow {
  return row;
}

function takeRows(values: Float32Array, rows: readonly number[]): Float32Array {
  if (rows.length * pixelFeatureCount === values.length) return values;
  const taken = new Float32Array(rows.length * pixelFeatureCount);
  for (const [to, from] of rows.entries()) {
    taken.set(values.subarray(from * pixelFeatureCount, (from + 1) * pixelFeatureCount), to * pixelFeatureCount);
  }
  return taken;
}
