/** Of whom the images of a folder are, and which set of a split they stand in, as far as a manifest or their names tell. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetFolder } from '../data/dataset-folder.ts';
import { readManifest, type ManifestImage, type SplitName } from '../data/manifest.ts';
import { patientId } from '../data/patients.ts';
import { PneumoscopeError } from '../errors.ts';

export interface ImageOrigin {
  readonly patient: string;
  /** Undefined where no manifest names the image. */
  readonly split: SplitName | undefined;
}

/** A manifest.json is looked for in the folder and in the one above it. @returns in the order of the images */
export async function findImageOrigins({ root, images, classNames }: DatasetFolder): Promise<ImageOrigin[]> {
  const place = await realpath(root);
  const named = (await readImages(place)) ?? (await readImages(path.dirname(place)));
  return images.map(({ file, label }) => {
    const image = named?.get(path.join(place, ...file.split('/')));
    if (image !== undefined) return { patient: image.patient, split: image.split };
    const className = classNames[label] as string;
    return { patient: patientId(file.slice(className.length + 1), className), split: undefined };
  });
}

/** By absolute path; undefined where there is no manifest of ours. */
async function readImages(folder: string): Promise<ReadonlyMap<string, ManifestImage> | undefined> {
  try {
    const { images } = await readManifest(folder);
    return new Map(images.map((image) => [path.join(folder, ...image.file.split('/')), image]));
  } catch (error) {
    // Many programs call a file manifest.json.
    if (error instanceof PneumoscopeError) return undefined;
    throw error;
  }
}
