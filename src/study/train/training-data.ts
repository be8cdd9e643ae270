/** The two sets a training needs: listed, looked at, in memory, and named by one fingerprint. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError, refuse } from '../../base/errors.ts';
import { defaultPositive } from '../../data/healthy-class.ts';
import { findSetFolder } from '../../data/folder/set-folder.ts';
import { listDatasetFolder, type DatasetFolder, type LabelledImage } from '../../data/folder/dataset-folder.ts';
import { showsPhantoms } from '../../data/phantoms/is-phantom.ts';
import { prepareImages, type PreparedImages } from '../../data/cache/image-cache.ts';
import type { UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';

export interface ImageSet {
  readonly images: readonly LabelledImage[];
  /** `images.length * width * height` grey bytes */
  readonly pixels: Uint8Array;
  /** class index per image */
  readonly labels: readonly number[];
}

export interface TrainingData {
  /** Of two the positive one is the second. */
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly validation: ImageSet;
  /** SHA-256 over the classes and the name, label and digest of every image of both sets, hexadecimal. */
  readonly fingerprint: string;
  /** Whether phantoms that this program drew are among the training images. */
  readonly synthetic: boolean;
  /** Left out of the sets. */
  readonly unreadable: readonly UnreadableImage[];
  /** Why the image cache could not be written, if it could not. */
  readonly cacheProblem: string | undefined;
}

export interface LoadDataOptions {
  readonly positiveClass: string | null;
  readonly skipUnreadable: boolean;
  readonly cacheDir?: string | null | undefined;
  readonly onPrepare?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads DATA/train and DATA/validation.
 *
 * @throws PneumoscopeError E_DATASET when a set is missing or the classes of the two differ; UnreadableImagesError listing
 * every bad file of both sets; E_INTERRUPTED
 */
export async function loadTrainingData(
  folder: string,
  spec: PreprocessingSpec,
  options: LoadDataOptions,
): Promise<TrainingData> {
  const folders = await requireSets(folder);
  const found = await listDatasetFolder(folders.train);
  const classNames = orderClasses(found.classNames, options.positiveClass, folder);
  const train = await listDatasetFolder(folders.train, { classNames });
  const validation = await listDatasetFolder(folders.validation, { classNames });
  requireEveryClass(train);
  requireEveryClass(validation);
  const all = [...train.images, ...validation.images];
  // One list, so that all bad files of both sets are reported at once and share one progress count.
  const prepared = await prepareImages(
    all.map((image, index) => ({
      ...image,
      file: `${index < train.images.length ? 'train' : 'validation'}/${image.file}`,
    })),
    spec,
    {
      cacheDir: options.cacheDir,
      skipUnreadable: options.skipUnreadable,
      onProgress: options.onPrepare,
      signal: options.signal,
    },
  );
  const trainCount = prepared.images.filter(({ file }) => file.startsWith('train/')).length;
  const size = spec.width * spec.height;
  const sets = {
    train: cut(prepared, 0, trainCount, size),
    validation: cut(prepared, trainCount, prepared.images.length, size),
  };
  for (const [name, { labels }] of Object.entries(sets)) {
    const empty = classNames.find((_, label) => !labels.includes(label));
    if (empty !== undefined)
      refuse(
        'E_DATASET',
        `No image of the class ${empty} in ${folders[name as 'train' | 'validation']} can be read; add images that can`,
      );
  }
  return {
    classNames,
    ...sets,
    fingerprint: fingerprint(classNames, prepared),
    synthetic: await showsPhantoms(sets.train.images),
    unreadable: prepared.unreadable,
    cacheProblem: prepared.cacheProblem,
  };
}

async function requireSets(folder: string): Promise<{ readonly train: string; readonly validation: string }> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry === undefined) throw new PneumoscopeError('E_NOT_FOUND', `The data folder ${folder} does not exist`);
  if (!entry.isDirectory())
    refuse('E_DATASET', `${folder} is a file, where a folder with train/ and validation/ is needed`);
  const [train, validation] = [await findSetFolder(folder, 'train'), await findSetFolder(folder, 'validation')];
  if (train !== undefined && validation !== undefined)
    return { train: path.join(folder, train), validation: path.join(folder, validation) };
  const missing = [...(train === undefined ? ['train'] : []), ...(validation === undefined ? ['validation'] : [])];
  refuse(
    'E_DATASET',
    `${folder} has no folder ${missing.join(' and no folder ')}; train needs ${path.join(folder, '{train,validation}', 'CLASS')}, which 'pneumoscope dataset split' makes`,
  );
}

/** By name, but of two classes the positive one last, so that its label is 1. One that means healthy is positive only where it is named. */
function orderClasses(names: readonly string[], positive: string | null, folder: string): readonly string[] {
  if (positive === null) return names.length === 2 ? orderClasses(names, defaultPositive(names), folder) : names;
  if (!names.includes(positive)) {
    const sentence = `The positive class ${positive} is not among the classes ${names.join(', ')} of ${path.join(folder, 'train')}`;
    throw new PneumoscopeError('E_DATASET', sentence);
  }
  return [...names.filter((name) => name !== positive), positive];
}

function requireEveryClass({ root, classNames, images }: DatasetFolder): void {
  const empty = classNames.find((_, label) => !images.some((image) => image.label === label));
  if (empty !== undefined) {
    refuse(
      'E_DATASET',
      `${root} has no image of the class ${empty}; both train and validation need images of ${classNames.join(', ')}`,
    );
  }
}

function cut({ images, pixels }: PreparedImages, start: number, end: number, size: number): ImageSet {
  const chosen = images.slice(start, end);
  return {
    images: chosen,
    pixels: pixels.subarray(start * size, end * size),
    labels: chosen.map(({ label }) => label),
  };
}

function fingerprint(classNames: readonly string[], { images, sha256 }: PreparedImages): string {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  images.forEach(({ file, label }, index) => hash.update(JSON.stringify([file, label, sha256[index]])));
  return hash.digest('hex');
}
