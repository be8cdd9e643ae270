/** An input guard for a model file that has none yet, or another one than it has. */
import path from 'node:path';
import { findSetFolder } from '../../data/folder/set-folder.ts';
import { listDatasetFolder, type LabelledImage } from '../../data/folder/dataset-folder.ts';
import { prepareImages } from '../../data/cache/image-cache.ts';
import type { UnreadableImage } from '../../imaging/decode/unreadable-image.ts';
import type { TaskOptions } from '../../base/tasks.ts';
import { refuse } from '../../base/errors.ts';
import { fitGuard, leastGuardImages, type GuardImages } from '../guard/fit-guard.ts';
import type { GuardSpec } from '../guard/guard-spec.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { parseMetadata } from '../file/metadata.ts';
import { rewriteMetadata } from '../file/rewrite-metadata.ts';

export interface FitModelGuardOptions extends TaskOptions {
  /** Leave unreadable images out instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Of decoded images; null: none; the user's cache folder unless given. */
  readonly cacheDir?: string | null | undefined;
  readonly seed?: number | undefined;
}

export interface FittedModelGuard {
  readonly guard: GuardSpec;
  readonly unreadable: readonly UnreadableImage[];
}

/**
 * Fits on DATA/train and chooses the thresholds on DATA/validation; the labels do not matter, but the folders are those of the model's
 * classes. Changes no file: {@link writeModelGuard} does.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE for the model; E_DATASET where a set is missing or too small; E_UNREADABLE_IMAGE
 * listing all bad files, unless `skipUnreadable`; E_INTERRUPTED
 */
export async function fitModelGuard(
  model: string,
  data: string,
  options: FitModelGuardOptions = {},
): Promise<FittedModelGuard> {
  const { classes, preprocessing } = parseMetadata(await readModelHeader(model), model, { ignoreGuard: true });
  const sets: { readonly name: string; readonly images: readonly LabelledImage[] }[] = [];
  for (const name of ['train', 'validation'] as const) {
    const found = await findSetFolder(data, name);
    if (found === undefined) {
      refuse(
        'E_DATASET',
        `${data} has no folder ${name}; a guard needs ${path.join(data, '{train,validation}', 'CLASS')}, which 'pneumoscope dataset split' makes`,
      );
    }
    const { images } = await listDatasetFolder(path.join(data, found), { classNames: classes.names });
    sets.push({ name, images: images.map((image) => ({ ...image, file: `${name}/${image.file}` })) });
  }
  const prepared = await prepareImages(
    sets.flatMap(({ images }) => images),
    preprocessing,
    {
      cacheDir: options.cacheDir,
      skipUnreadable: options.skipUnreadable,
      signal: options.signal,
      onProgress: (done, total) => options.onProgress?.({ label: 'Reading', done, total, unit: 'images' }),
    },
  );
  const { width, height } = preprocessing;
  const boundary = prepared.images.filter(({ file }) => file.startsWith('train/')).length * width * height;
  const images = (from: number, to?: number): GuardImages => ({
    pixels: prepared.pixels.subarray(from, to),
    width,
    height,
  });
  const guard = fitGuard(images(0, boundary), { validation: images(boundary), seed: options.seed });
  if (guard === null) {
    refuse(
      'E_DATASET',
      `${data} has too few images for a guard, which needs ${leastGuardImages.train} training and ${leastGuardImages.validation} validation images`,
    );
  }
  return { guard, unreadable: prepared.unreadable };
}

/**
 * Writes the model with this guard, whole or not at all; the graph and all other entries are copied as they are.
 *
 * @param out a file to write instead of the model's own
 * @returns the file that was written
 * @throws PneumoscopeError E_DISK; E_NOT_FOUND, E_MODEL_FILE for the model
 */
export async function writeModelGuard(model: string, guard: GuardSpec, out?: string): Promise<string> {
  return rewriteMetadata(model, (metadata) => ({ ...metadata, guard }), { out, ignoreGuard: true });
}
