/** A folder of images in one of the usual layouts -> one pooled list of them, with content digests. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { PneumoscopeError, refuse, systemErrorCode } from '../../base/errors.ts';
import { compareCodePoints, listDatasetFolder, listFolders } from '../folder/dataset-folder.ts';
import { hashFile } from '../../base/files/digest.ts';
import { knownPatientId, patientId } from '../kermany/patients.ts';
import { forEachConcurrently, throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';

/** Names under which data sets keep their own splits, in the order in which they are pooled. */
const sourceNames = ['train', 'training', 'val', 'valid', 'validation', 'test', 'testing'];

export interface SourceFolders {
  /** the class folders stand in each of these: '' for the folder itself, else relative to it, such as 'train' */
  readonly folders: readonly string[];
  /** where the folders above stand: the folder that was named, or the single folder in it */
  readonly root: string;
  /** folders beside the data set's own splits, which are not looked into */
  readonly leftOut: readonly string[];
}

export interface SourceImage {
  readonly path: string;
  readonly className: string;
  /** without folders */
  readonly name: string;
  /** relative to the folder that was named, with '/' */
  readonly source: string;
  readonly patient: string;
  readonly patientKnown: boolean;
}

export interface HashedImage extends SourceImage {
  readonly sha256: string;
}

/**
 * Finds the class folders: `FOLDER/CLASS`, `FOLDER/train/CLASS` with its test and val beside it, or either of these
 * inside a single folder, as archives have it.
 *
 * @param source one of the data set's own splits; 'all' pools them
 * @throws PneumoscopeError E_NOT_FOUND: no such folder or split; E_DATASET: several data sets side by side
 */
export async function findSources(folder: string, source: string): Promise<SourceFolders> {
  let root = folder;
  let names = await listFolders(root);
  const passed = new Set<string>();
  while (names.length === 1 && !isSourceName(names[0] ?? '')) {
    // A link back to a folder that was passed would lead round for ever.
    passed.add(await realpath(root));
    const inner = path.join(root, names[0] ?? '');
    if (passed.has(await realpath(inner))) break;
    const inside = await listFolders(inner);
    if (inside.length === 0) break;
    root = inner;
    names = inside;
  }
  const own = names.filter(isSourceName).toSorted(compareSourceNames);
  if (own.length === 0) {
    if (source !== 'all') {
      refuse('E_NOT_FOUND', `${root} has no folder ${source}; leave the source out to take all its images`);
    }
    await refuseSeveralDatasets(root, names);
    return { folders: [''], root, leftOut: [] };
  }
  const leftOut = names.filter((name) => !isSourceName(name));
  if (source === 'all') return { folders: own, root, leftOut };
  if (!own.includes(source)) {
    refuse('E_NOT_FOUND', `${root} has no folder ${source}; it has ${own.join(', ')}`);
  }
  return { folders: [source], root, leftOut };
}

/** The images of all sources. The first source has the classes; the others may lack one but have none beyond them. */
export async function listSources(folder: string, sources: SourceFolders): Promise<SourceImage[]> {
  const images: SourceImage[] = [];
  let classNames: readonly string[] | undefined;
  for (const name of sources.folders) {
    const place = path.join(sources.root, name);
    const listed = await listDatasetFolder(place, classNames === undefined ? {} : { classNames });
    classNames ??= listed.classNames;
    for (const image of listed.images) {
      const className = listed.classNames[image.label] as string;
      const source = path.relative(folder, image.path).split(path.sep).join('/');
      const inClass = image.file.slice(className.length + 1);
      images.push({
        path: image.path,
        className,
        name: path.posix.basename(image.file),
        source,
        patient: patientId(sources.folders.length > 1 ? `${name}/${inClass}` : inClass, className),
        patientKnown: knownPatientId(inClass) !== undefined,
      });
    }
  }
  return images;
}

/** Adds each file's SHA-256. */
export async function hashImages(images: readonly SourceImage[], options: TaskOptions): Promise<HashedImage[]> {
  const digests: string[] = [];
  let done = 0;
  await forEachConcurrently(images, 8, async (image, index) => {
    throwIfInterrupted(options.signal);
    digests[index] = await hashImage(image.path);
    options.onProgress?.({ label: 'Reading', done: ++done, total: images.length, unit: 'images' });
  });
  return images.map((image, index) => ({ ...image, sha256: digests[index] as string }));
}

async function hashImage(file: string): Promise<string> {
  try {
    return await hashFile(file);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw new PneumoscopeError('E_DATASET', `${file} cannot be read (${code}); mend or remove it`, { cause: error });
  }
}

/** Without this, data sets side by side would be taken for the classes of one. */
async function refuseSeveralDatasets(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const inside = await listFolders(path.join(root, name)).catch(() => []);
    if (!inside.some(isSourceName)) continue;
    const hint = `name one of them, such as ${path.join(root, name)}`;
    refuse('E_DATASET', `${root} holds several data sets (${names.join(', ')}); ${hint}`);
  }
}

/** train, validation, test, whatever the data set calls them; other names behind these. */
export function compareSourceNames(a: string, b: string): number {
  const place = (name: string): number => (isSourceName(name) ? sourceIndex(name) : sourceNames.length);
  return place(a) - place(b) || compareCodePoints(a, b);
}

function isSourceName(name: string): boolean {
  return sourceIndex(name) >= 0;
}

function sourceIndex(name: string): number {
  return sourceNames.indexOf(name.toLowerCase());
}
