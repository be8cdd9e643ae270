/** A folder of labelled images -> train, validation and test, as `OUT/{train,validation,test}/CLASS` with a manifest. */
import { constants } from 'node:fs';
import { copyFile, link, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError, refuse, systemErrorCode } from '../../base/errors.ts';
import { isInside, realpathOfMissing } from '../../base/files/inside.ts';
import { findLinkedFolder } from '../../base/files/links.ts';
import { compareCodePoints } from '../folder/dataset-folder.ts';
import {
  manifestName,
  parseManifest,
  readManifest,
  renderManifest,
  splitNames,
  type Manifest,
  type ManifestImage,
  type SplitName,
  type SplitSummary,
} from '../folder/manifest.ts';
import { assignSplits } from './split-assign.ts';
import { groupImages, poolImages, summarise, type PooledImage } from './split-plan.ts';
import { findSources, hashImages, listSources, type HashedImage, type SourceFolders } from './split-sources.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { isTemporaryName, writeFileWhole } from '../../base/files/write-file.ts';
import { makeFolder, syncFolder } from '../../base/files/folders.ts';
import { syncFiles } from '../../base/files/sync-files.ts';
import { readUnfinished } from '../../base/files/unfinished.ts';
import { isDiskFull, toDiskError } from '../../base/files/disk-error.ts';

export interface SplitOptions extends TaskOptions {
  /** `FOLDER/CLASS/...`, or `FOLDER/{train,test,val}/CLASS/...`, or either inside a single folder */
  readonly from: string;
  readonly out: string;
  /**
   * 'patient' (default): no patient and no two files of equal content on two sides. 'image': every image for itself, the
   * common protocol, whose scores are optimistic: images of one patient stand on both sides.
   */
  readonly by?: 'patient' | 'image' | undefined;
  /** share of each class, 0..1; default 0.15; 0 leaves the split out */
  readonly validation?: number | undefined;
  /** share of each class, 0..1; default 0.15; 0 leaves the split out */
  readonly test?: number | undefined;
  /** an integer; default 0 */
  readonly seed?: number | undefined;
  /**
   * 'auto' (default): hard links, copies where the disk has none. A hard-linked image is the same file under two names: it costs
   * no space, and whoever edits it in place edits both.
   */
  readonly link?: 'auto' | 'hard' | 'copy' | undefined;
  /** which of the data set's own splits to take images from, by the name of its folder; default 'all': pools them */
  readonly source?: string | undefined;
  /** replace an earlier split in `out`; default false */
  readonly overwrite?: boolean | undefined;
}

export interface SplitResult {
  readonly out: string;
  readonly manifest: string;
  readonly by: 'patient' | 'image';
  readonly seed: number;
  readonly classNames: readonly string[];
  readonly summary: SplitSummary;
  /** the data set's own splits that were pooled, such as train and test; empty where it has none */
  readonly pooled: readonly string[];
  /** folders beside those, which were not looked into */
  readonly leftOut: readonly string[];
  /** how many images are hard links; the others are copies */
  readonly linked: number;
}

const planName = '.manifest.unfinished.json';

/**
 * Splits at random but reproducibly: the same images and seed give the same split on every machine. Images keep their
 * names, except that of two different ones with the same name in one class the second gets `-2`. The manifest is written last: a
 * folder that has one is whole; what an interrupted split left is replaced by the next one.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_DATASET: nothing to split, or too little; E_USAGE: impossible settings, or `out` holds
 * something else; E_DISK; E_INTERRUPTED
 */
export async function splitDataset(options: SplitOptions): Promise<SplitResult> {
  const { from, out, by = 'patient', seed = 0 } = options;
  const fractions = checkSettings(options);
  const { images, copiesLeftOut, sources } = await poolSource(from, { ...options, outside: out });
  const groups = groupImages(images, by);
  const splits = assignSplits(groups, fractions, seed, by === 'image' ? 'images' : 'patients');
  const splitOf = new Map(
    groups.flatMap((group, index) => group.images.map((image) => [image, splits[index] as SplitName] as const)),
  );
  const plan = planSplit(splitOf, { seed, by, fractions, copiesLeftOut });
  const { manifest } = plan;
  const linked = await writeSplit(out, plan, options);
  return {
    out,
    manifest: path.join(out, manifestName),
    by,
    seed,
    classNames: manifest.classNames,
    summary: manifest.summary,
    pooled: sources.folders.filter((name) => name !== ''),
    leftOut: sources.leftOut,
    linked,
  };
}

/**
 * All images of a folder, each under a name of its own.
 *
 * @param options.outside a folder that must not lie inside it, nor hold it
 * @throws PneumoscopeError E_NOT_FOUND, E_DATASET, E_USAGE, E_INTERRUPTED
 */
export async function poolSource(
  from: string,
  options: TaskOptions & Pick<SplitOptions, 'source'> & { readonly outside: string },
): Promise<ReturnType<typeof poolImages> & { readonly sources: SourceFolders }> {
  const sources = await findSources(from, options.source ?? 'all');
  await checkFolders(from, options.outside);
  for (const folder of new Set([from, sources.root])) await refuseUnfinished(folder);
  return { ...poolImages(await hashImages(await listSources(from, sources), options)), sources };
}

/** What is to be written: the manifest, and which file becomes which of its images. */
export interface SplitPlan {
  readonly manifest: Manifest;
  readonly placed: readonly { readonly image: PooledImage; readonly split: SplitName; readonly file: string }[];
}

/** @param splitOf every image with its split */
export function planSplit(
  splitOf: ReadonlyMap<PooledImage, SplitName>,
  settings: Pick<Manifest, 'seed' | 'by' | 'fractions'> & { readonly copiesLeftOut: number },
): SplitPlan {
  const { copiesLeftOut, ...head } = settings;
  const placed = [...splitOf].map(([image, split]) => {
    return { image, split, file: `${split}/${image.className}/${image.targetName}` };
  });
  placed.sort((a, b) => compareCodePoints(a.file, b.file));
  const manifest: Manifest = {
    version: 1,
    createdBy: 'pneumoscope',
    ...head,
    classNames: [...new Set(placed.map(({ image }) => image.className))].toSorted(compareCodePoints),
    summary: summarise(placed, copiesLeftOut),
    images: placed.map(({ image, split, file }): ManifestImage => {
      const { className: label, patient, sha256, source } = image;
      return { file, label, patient, split, sha256, source };
    }),
  };
  return { manifest, placed };
}

/**
 * Writes the images as links or copies, and the manifest last.
 *
 * @returns how many images are hard links
 * @throws PneumoscopeError E_USAGE when `out` holds something else, E_DISK, E_INTERRUPTED
 */
export async function writeSplit(
  out: string,
  { manifest, placed }: SplitPlan,
  options: TaskOptions & Pick<SplitOptions, 'link' | 'overwrite'>,
): Promise<number> {
  await clearOut(out, options.overwrite ?? false);
  return await write(out, manifest, placed, options);
}

function checkSettings(options: SplitOptions): Record<SplitName, number> {
  const { validation = 0.15, test = 0.15, seed = 0 } = options;
  for (const [name, value] of Object.entries({ validation, test })) {
    if (!(value >= 0 && value < 1)) {
      refuse('E_USAGE', `the ${name} share is ${value}, but a share of all images is needed: at least 0 and below 1`);
    }
  }
  if (validation + test >= 1) {
    refuse(
      'E_USAGE',
      `validation (${validation}) and test (${test}) together leave nothing to train on; they must add up to less than 1`,
    );
  }
  if (!Number.isSafeInteger(seed)) refuse('E_USAGE', `the seed is ${seed}, but a whole number is needed`);
  // The sum of binary fractions such as 1 - 0.15 - 0.15 is not the number a reader of the manifest expects.
  return { train: Number((1 - validation - test).toFixed(12)), validation, test };
}

/** Neither may hold the other: the split would list itself, or spoil what it was made from. */
async function checkFolders(from: string, out: string): Promise<void> {
  const source = await realpath(from);
  const target = await realpathOfMissing(path.resolve(out));
  if (isInside(target, source)) refuse('E_USAGE', `${out} lies inside ${from}; choose a folder beside it`);
  if (isInside(source, target)) refuse('E_USAGE', `${from} lies inside ${out}; choose another folder for the split`);
}

async function refuseUnfinished(folder: string): Promise<void> {
  const begun = await readUnfinished(folder);
  if (begun === undefined) return;
  throw new PneumoscopeError('E_DATASET', `${folder} is incomplete: ${begun}; do that first, then split`);
}

/** Removes an earlier split, file by file as its manifest has them, so that nothing else can be lost with it. */
async function clearOut(out: string, overwrite: boolean): Promise<void> {
  let names: string[];
  try {
    names = await readdir(out);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw toDiskError(error, out);
  }
  // A plan that was cut off while it was written was followed by nothing.
  const cutOff = names.filter((name) => isTemporaryName(name));
  for (const name of cutOff) await rm(path.join(out, name), { force: true });
  if (names.length === cutOff.length) return;
  const plan = names.includes(planName);
  if (!plan && !names.includes(manifestName)) {
    refuse('E_USAGE', `${out} is not empty and holds no earlier split; choose a new or empty folder`);
  }
  if (!plan && !overwrite) {
    refuse('E_USAGE', `${out} holds an earlier split; choose another folder, or replace it with --overwrite`);
  }
  const old = await readManifest(path.join(out, plan ? planName : manifestName));
  await refuseLinks(out, old);
  try {
    if (!plan) await rename(path.join(out, manifestName), path.join(out, planName));
    await forEachConcurrently(old.images, 8, ({ file }) => rm(path.join(out, file), { force: true }));
    for (const split of splitNames) {
      for (const className of old.classNames) await removeIfEmpty(path.join(out, split, className));
      await removeIfEmpty(path.join(out, split));
    }
  } catch (error) {
    throw toDiskError(error, out);
  }
  const rest = (await readdir(out)).filter((name) => name !== planName && name !== manifestName);
  const inTheWay = rest.filter((name) => (splitNames as readonly string[]).includes(name));
  if (inTheWay.length > 0) {
    const folder = path.join(out, inTheWay[0] ?? '');
    refuse(
      'E_USAGE',
      `${folder} holds files that the earlier split did not put there; move them elsewhere and split again`,
    );
  }
}

/** Before anything is removed: through a link, files elsewhere would be. */
async function refuseLinks(out: string, { images, classNames }: Manifest): Promise<void> {
  const folders = splitNames.flatMap((split) => classNames.map((className) => `${split}/${className}/`));
  const known = new Map<string, boolean>();
  for (const file of [...images.map((image) => image.file), ...folders]) {
    const linked = await findLinkedFolder(out, file, known);
    if (linked === undefined) continue;
    const where = path.join(out, linked);
    const remedy = 'remove the link, or choose another folder';
    refuse('E_USAGE', `${where} is a link, and what a link leads to is not the earlier split's to remove; ${remedy}`);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** First the plan, then the images, then the plan becomes the manifest; so whatever stands there is known to be ours. */
async function write(
  out: string,
  manifest: Manifest,
  placed: readonly { readonly image: HashedImage; readonly file: string }[],
  options: TaskOptions & Pick<SplitOptions, 'link'>,
): Promise<number> {
  const text = renderManifest(manifest);
  parseManifest(text, path.join(out, manifestName));
  await makeFolder(out);
  const place = new Placer(options.link ?? 'auto');
  try {
    const plan = path.join(out, planName);
    await writeFileWhole(plan, text);
    await rm(path.join(out, manifestName), { force: true });
    for (const folder of new Set(placed.map(({ file }) => path.dirname(path.join(out, file)))))
      await makeFolder(folder);
    let done = 0;
    await forEachConcurrently(placed, 8, async ({ image, file }) => {
      throwIfInterrupted(options.signal);
      await place.put(image.path, path.join(out, file));
      options.onProgress?.({ label: 'Splitting', done: ++done, total: placed.length, unit: 'images' });
    });
    // The manifest says that the split is whole, so all of it is durable before the manifest has its name.
    await syncFiles(
      out,
      placed.map(({ file }) => file),
      options,
    );
    await rename(plan, path.join(out, manifestName));
    await syncFolder(out);
  } catch (error) {
    throw toDiskError(error, out);
  }
  return place.linked;
}

class Placer {
  linked = 0;
  #how: 'auto' | 'hard' | 'copy';

  constructor(how: 'auto' | 'hard' | 'copy') {
    this.#how = how;
  }

  async put(from: string, to: string): Promise<void> {
    // A link to a symbolic link would point nowhere from its new place.
    const source = await realpath(from).catch((error: unknown) => {
      const code = systemErrorCode(error);
      const why = `${from} cannot be found any more (${code}): it was there when the folder was listed; split again`;
      throw new PneumoscopeError('E_NOT_FOUND', why, { cause: error });
    });
    if (this.#how !== 'copy') {
      try {
        await link(source, to);
        this.linked += 1;
        return;
      } catch (error) {
        const code = systemErrorCode(error);
        if (code === undefined || isDiskFull(error)) throw error;
        if (this.#how === 'hard') {
          const why = `${to} cannot be a hard link to ${from} (${code})`;
          throw new PneumoscopeError('E_DISK', `${why}; use --link copy`, { cause: error });
        }
        this.#how = 'copy';
      }
    }
    await copyFile(source, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}
