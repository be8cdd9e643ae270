/** Many files through one model: decoding runs ahead of the network, and all unreadable files are found before anything fails. */
import { UnreadableImagesError, type UnreadableImage } from '../../data/cache/image-cache.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import type { Classification, GuardedClassification } from './answer.ts';

/** What batches need of a classifier. */
export interface ImageModel {
  readonly prepareFile: (path: string) => Promise<{ readonly pixels: Uint8Array; readonly sha256: string }>;
  readonly classifyPixels: (images: readonly Uint8Array[]) => Promise<readonly Classification[]>;
  readonly inspect: (pixels: Uint8Array) => GuardedClassification['guard'];
}

export interface ClassifyFilesOptions extends TaskOptions {
  /** Images per run of the network; 16 unless given. The answers do not depend on it but for the last bits. */
  readonly batchSize?: number | undefined;
  /** Lists files that cannot be read instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
}

export interface FileClassification extends GuardedClassification {
  /** As it was given. */
  readonly file: string;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
}

export interface FileClassifications {
  readonly results: readonly FileClassification[];
  readonly unreadable: readonly UnreadableImage[];
}

/** One image: its pixels, or why there are none. */
export type Prepared =
  | { readonly file: string; readonly pixels: Uint8Array; readonly sha256: string }
  | UnreadableImage;

/** See {@link Classifier.classifyFiles}. */
export async function classifyBatches(
  classifier: ImageModel,
  files: readonly string[],
  options: ClassifyFilesOptions,
): Promise<FileClassifications> {
  const { batchSize = 16, skipUnreadable = false, signal, onProgress } = options;
  const results: FileClassification[] = [];
  const unreadable: UnreadableImage[] = [];
  let done = 0;
  for await (const prepared of prepareBatches(classifier, files, batchSize)) {
    throwIfInterrupted(signal);
    const readable = prepared.filter((one) => 'pixels' in one);
    unreadable.push(...prepared.filter((one) => 'reason' in one));
    // Once it must fail, only the other unreadable files are still of interest.
    if (readable.length > 0 && (skipUnreadable || unreadable.length === 0)) {
      const answers = await classifier.classifyPixels(readable.map(({ pixels }) => pixels));
      for (const [index, { file, pixels, sha256 }] of readable.entries()) {
        results.push({ file, ...(answers[index] as Classification), guard: classifier.inspect(pixels), sha256 });
      }
    }
    done += prepared.length;
    onProgress?.({ label: 'Classifying', done, total: files.length, unit: 'images' });
  }
  if (unreadable.length > 0 && !skipUnreadable) throw new UnreadableImagesError(unreadable, files.length);
  return { results, unreadable };
}

/** Batches of files in their order; the next one is decoded while the caller works on the present one. */
export async function* prepareBatches(
  classifier: ImageModel,
  files: readonly string[],
  batchSize: number,
): AsyncGenerator<readonly Prepared[], void, undefined> {
  let ahead = prepareAll(classifier, files.slice(0, batchSize));
  for (let start = 0; start < files.length; start += batchSize) {
    const prepared = await ahead;
    ahead = prepareAll(classifier, files.slice(start + batchSize, start + 2 * batchSize));
    yield prepared;
  }
}

function prepareAll(classifier: ImageModel, files: readonly string[]): Promise<Prepared[]> {
  const all = Promise.all(files.map((file) => prepare(classifier, file)));
  // A defect shows where the batch is awaited; until then it is nobody's.
  all.catch(() => undefined);
  return all;
}

async function prepare(classifier: ImageModel, file: string): Promise<Prepared> {
  try {
    return { file, ...(await classifier.prepareFile(file)) };
  } catch (error) {
    if (error instanceof PneumoscopeError) return { file, reason: error.message };
    throw error;
  }
}
