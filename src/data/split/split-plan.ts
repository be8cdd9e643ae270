/** Pooled images -> unique names, the groups that must stay together, and the figures of a finished split. */
import path from 'node:path';
import { compareCodePoints } from '../folder/dataset-folder.ts';
import { splitNames, type SplitName, type SplitSummary } from '../folder/manifest.ts';
import type { ImageGroup } from './split-assign.ts';
import type { HashedImage } from './split-sources.ts';

export interface PooledImage extends HashedImage {
  /** the name it gets, unique in its class, also where case does not count */
  readonly targetName: string;
}

export interface PatientGroup extends ImageGroup {
  readonly images: readonly PooledImage[];
}

/**
 * Gives every image a name of its own within its class, over all splits. Of two files with the same name and the same content in
 * one class, as nested second copies have it, one is left out; of two with different content the second becomes `NAME-2`.
 */
export function poolImages(images: readonly HashedImage[]): { images: PooledImage[]; copiesLeftOut: number } {
  const kept = new Map<string, Set<string>>();
  const names = new Set(images.map((image) => nameKey(image.className, image.name)));
  const pooled: PooledImage[] = [];
  for (const image of images) {
    const { className, name, sha256 } = image;
    const digests = kept.get(nameKey(className, name));
    if (digests === undefined) {
      kept.set(nameKey(className, name), new Set([sha256]));
      pooled.push({ ...image, targetName: name });
      continue;
    }
    if (digests.has(sha256)) continue;
    digests.add(sha256);
    const targetName = findFreeName(name, (candidate) => names.has(nameKey(className, candidate)));
    names.add(nameKey(className, targetName));
    pooled.push({ ...image, targetName });
  }
  return { images: pooled, copiesLeftOut: images.length - pooled.length };
}

function findFreeName(name: string, isTaken: (candidate: string) => boolean): string {
  const { name: stem, ext } = path.parse(name);
  let n = 2;
  while (isTaken(`${stem}-${n}${ext}`)) n += 1;
  return `${stem}-${n}${ext}`;
}

/** Some disks take `a.PNG` and `A.png`, or two spellings of one accent, for the same name. */
function nameKey(className: string, name: string): string {
  return `${className}/${name}`.normalize('NFC').toLowerCase();
}

/**
 * By patient: the images of a patient, and those of all patients who share a file of equal content, stay together, since equal
 * bytes are one child under two names. By image: each image for itself.
 */
export function groupImages(images: readonly PooledImage[], by: 'patient' | 'image'): PatientGroup[] {
  if (by === 'image') return images.map((image) => toGroup(`${image.className}/${image.targetName}`, [image]));
  const union = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let next = union.get(root); next !== undefined; next = union.get(root)) root = next;
    return root;
  };
  const firstWith = new Map<string, string>();
  for (const { patient, sha256 } of images) {
    const twin = find(firstWith.get(sha256) ?? patient);
    firstWith.set(sha256, patient);
    const own = find(patient);
    // The smaller name becomes the group's, whatever the order of the images.
    const isFirst = compareCodePoints(own, twin) < 0;
    if (own !== twin) union.set(isFirst ? twin : own, isFirst ? own : twin);
  }
  const members = new Map<string, PooledImage[]>();
  for (const image of images) {
    const key = find(image.patient);
    const group = members.get(key);
    if (group === undefined) members.set(key, [image]);
    else group.push(image);
  }
  return [...members].map(([key, group]) => toGroup(key, group));
}

function toGroup(key: string, images: readonly PooledImage[]): PatientGroup {
  const counts = new Map<string, number>();
  for (const { className } of images) counts.set(className, (counts.get(className) ?? 0) + 1);
  return { key, images, counts };
}

/** The figures by which a reader judges a split. */
export function summarise(
  placed: readonly { readonly image: PooledImage; readonly split: SplitName }[],
  copiesLeftOut: number,
): SplitSummary {
  const splits: SplitSummary['splits'] = {};
  const classNames = [...new Set(placed.map(({ image }) => image.className))].toSorted(compareCodePoints);
  for (const split of splitNames) {
    const here = placed.filter((one) => one.split === split).map(({ image }) => image);
    if (here.length === 0) continue;
    const classes = classNames.map((name) => {
      const all = placed.filter(({ image }) => image.className === name).length;
      const own = here.filter((image) => image.className === name);
      return [name, { images: own.length, patients: countPatients(own), share: round(own.length / all) }] as const;
    });
    splits[split] = {
      images: here.length,
      patients: countPatients(here),
      share: round(here.length / placed.length),
      classes: Object.fromEntries(classes),
    };
  }
  const images = placed.map(({ image }) => image);
  const shared = inSeveralSplits(placed, ({ image }) => image.sha256);
  return {
    images: images.length,
    patients: countPatients(images),
    imagesWithoutPatient: images.filter((image) => !image.patientKnown).length,
    splits,
    patientsInSeveralSplits: inSeveralSplits(placed, ({ image }) => image.patient).size,
    identicalImagesAcrossSplits: images.filter((image) => shared.has(image.sha256)).length,
    copiesLeftOut,
  };
}

function countPatients(images: readonly PooledImage[]): number {
  return new Set(images.map((image) => image.patient)).size;
}

function inSeveralSplits<T extends { readonly split: SplitName }>(
  placed: readonly T[],
  keyOf: (one: T) => string,
): Set<string> {
  const splitOf = new Map<string, SplitName>();
  const several = new Set<string>();
  for (const one of placed) {
    const key = keyOf(one);
    const other = splitOf.get(key);
    if (other === undefined) splitOf.set(key, one.split);
    else if (other !== one.split) several.add(key);
  }
  return several;
}

function round(share: number): number {
  return Number(share.toFixed(6));
}
