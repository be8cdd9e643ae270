/** Many files through one model: decoding runs ahead of the network, and all unreadable files are found before anything fails. */
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { UnreadableImagesError, type UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { HeaderFacts } from '../../dicom/header-facts.ts';
import type { DecodeLimits } from '../../imaging/decode/decode.ts';
import type { DisplayChoice } from '../../imaging/decode/dicom/display.ts';
import type { Answered, Failed, FileAnswer, Ignored, Refused } from './answer.ts';

export interface ClassifyFilesOptions extends TaskOptions, AskOptions {
  /** Images per run of the network; 16 unless given. The answers do not depend on it but for the last bits. */
  readonly batchSize?: number | undefined;
  /** Gives a failed answer for a file that cannot be read, instead of throwing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Of images of more than 8 bits. */
  readonly display?: DisplayChoice | undefined;
}

export interface ReadOptions {
  /** What sentences call content without a path; 'The file' unless given. */
  readonly name?: string | undefined;
  /** Of the decoder, for images of strangers. */
  readonly limits?: DecodeLimits | undefined;
}

/** Of which images the model is asked. */
export interface AskOptions extends Ignored {
  /** Asks also about DICOM files that do not say the patient's age. */
  readonly allowUnknownAge?: boolean | undefined;
}

/** An image as a network sees it. */
export interface PreparedImage {
  /** width * height grey bytes */
  readonly pixels: Uint8Array;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** Images in the file, such as the pages of a TIFF; the first was read. */
  readonly pages: number;
  /** Of a DICOM file; null: it is none. */
  readonly facts: HeaderFacts | null;
  /** How its values became grey levels; null where it has 8 bits and no window. */
  readonly display: string | null;
}

/** What batches need of a classifier. */
export interface ImageModel {
  readonly read: (path: string, options: ReadOptions) => Promise<PreparedImage | Failed>;
  readonly answer: (images: readonly PreparedImage[], options: AskOptions) => Promise<(Answered | Refused)[]>;
}

/** One file: its pixels, or why there are none. */
export type ReadFile = (PreparedImage | Failed) & { readonly file: string };

/** See `Classifier.classifyFiles`. */
export async function classifyBatches(
  model: ImageModel,
  files: readonly string[],
  options: ClassifyFilesOptions,
): Promise<readonly FileAnswer[]> {
  const { batchSize = 16, skipUnreadable = false, signal, onProgress } = options;
  const answers: FileAnswer[] = [];
  const failed: FailedFile[] = [];
  let done = 0;
  for await (const batch of readBatches(model, files, batchSize, options)) {
    throwIfInterrupted(signal);
    const readable = batch.filter((one) => 'pixels' in one);
    failed.push(...batch.filter((one) => 'status' in one));
    // Once it must fail, only the other unreadable files are still of interest.
    if (skipUnreadable || failed.length === 0) {
      const answered = await model.answer(readable, options);
      let next = 0;
      for (const one of batch) {
        answers.push('status' in one ? one : { file: one.file, ...(answered[next++] as Answered | Refused) });
      }
    }
    done += batch.length;
    onProgress?.({ label: 'Classifying', done, total: files.length, unit: 'images' });
  }
  if (!skipUnreadable) assertAllReadable(failed, files.length);
  return answers;
}

/**
 * The answers to files that were classified whatever the guard says of them, and the files that cannot be read.
 *
 * @param answers of `classifyFiles` with `ignoreGuard`
 */
export function separateUnreadable(answers: readonly FileAnswer[]): {
  readonly answered: readonly AnsweredFile[];
  readonly unreadable: readonly UnreadableImage[];
} {
  return {
    answered: answers.filter((answer) => answer.status === 'answered'),
    unreadable: answers
      .filter((answer) => answer.status === 'failed')
      .map(({ file, reason }) => ({ file, reason: reason.sentence })),
  };
}

export type AnsweredFile = Answered & { readonly file: string };

export type FailedFile = Failed & { readonly file: string };

/** @throws UnreadableImagesError that lists the failed files, if there are any */
export function assertAllReadable(failed: readonly FailedFile[], total: number): void {
  if (failed.length === 0) return;
  throw new UnreadableImagesError(
    failed.map(({ file, reason }) => ({ file, reason: reason.sentence })),
    total,
  );
}

/** Batches of files in their order; the next one is decoded while the caller works on the present one. */
export async function* readBatches(
  model: Pick<ImageModel, 'read'>,
  files: readonly string[],
  batchSize: number,
  { display }: Pick<ClassifyFilesOptions, 'display'> = {},
): AsyncGenerator<readonly ReadFile[], void, undefined> {
  const options = display === undefined ? {} : { limits: { display } };
  let ahead = readAll(model, files.slice(0, batchSize), options);
  for (let start = 0; start < files.length; start += batchSize) {
    const batch = await ahead;
    ahead = readAll(model, files.slice(start + batchSize, start + 2 * batchSize), options);
    yield batch;
  }
}

function readAll(model: Pick<ImageModel, 'read'>, files: readonly string[], options: ReadOptions): Promise<ReadFile[]> {
  const all = Promise.all(files.map(async (file) => ({ file, ...(await model.read(file, options)) })));
  // A defect shows where the batch is awaited; until then it is nobody's.
  all.catch(() => undefined);
  return all;
}
