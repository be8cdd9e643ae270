/** `manifest.json` of a split: which image stands where, of whom, and with which content. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { parseJson } from '../../base/files/parse-json.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import { readLines } from '../../base/files/read-lines.ts';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export const manifestName = 'manifest.json';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const className = z.string().refine(isFolderName, 'it is not the name of a folder');
const relativePath = z.string().refine(isRelativePath, 'it is not a path inside the folder');

export const imageSchema = z.strictObject({
  /** relative to the manifest's folder, with '/' */
  file: relativePath,
  /** the class's name */
  label: className,
  patient: z.string().min(1),
  split: z.enum(splitNames),
  /** of the file's bytes, hexadecimal */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** where the image was taken from, relative to the folder that was split, with '/' */
  source: relativePath,
});

const classCountSchema = z.strictObject({
  images: count,
  patients: count,
  /** of this class's images that stand in this split */
  share,
});

const summarySchema = z.strictObject({
  images: count,
  patients: count,
  /** of files whose name tells no patient; each counts as a patient of its own */
  imagesWithoutPatient: count,
  splits: z.partialRecord(
    z.enum(splitNames),
    z.strictObject({ images: count, patients: count, share, classes: z.record(z.string(), classCountSchema) }),
  ),
  /** patients with images in more than one split: 0 when split by patient */
  patientsInSeveralSplits: count,
  /** images of which a byte-for-byte copy stands in another split: 0 when split by patient */
  identicalImagesAcrossSplits: count,
  /** files left out because the same class holds a file of the same name and content */
  copiesLeftOut: count,
});

export const manifestSchema = z.strictObject({
  version: z.literal(1),
  createdBy: z.literal('pneumoscope'),
  seed: z.int(),
  by: z.enum(['patient', 'image']),
  /** as asked for; what was achieved stands in the summary */
  fractions: z.strictObject({ train: share, validation: share, test: share }),
  classNames: z.array(className),
  summary: summarySchema,
  images: z.array(imageSchema),
});

export type ManifestImage = z.infer<typeof imageSchema>;
export type SplitSummary = z.infer<typeof summarySchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * @param place the manifest or the folder it stands in
 * @throws PneumoscopeError E_NOT_FOUND: there is none; E_DATASET: it is damaged or not one of ours
 */
export async function readManifest(place: string): Promise<Manifest> {
  const entry = await stat(place).catch(() => undefined);
  const file = entry?.isDirectory() === true ? path.join(place, manifestName) : place;
  if (await isEndless(file))
    throw new PneumoscopeError('E_DATASET', `${file} is a pipe or device, where a manifest is needed; remove it`);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' && systemErrorCode(error) !== 'ENOTDIR') throw error;
    throw new PneumoscopeError('E_NOT_FOUND', `${file} does not exist; make one with 'pneumoscope dataset split'`);
  }
  return parseManifest(text, file);
}

/** @param file the name that error sentences use */
export function parseManifest(text: string, file: string): Manifest {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new PneumoscopeError('E_DATASET', `${file} is not JSON; make the split again`, { cause: error });
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const faults = describeFaults(manifestSchema, value, result.error.issues);
  throw new PneumoscopeError(
    'E_DATASET',
    `${file} is not a manifest of this program (${faults}); make the split again`,
  );
}

/** What stands before and behind the lines of the images. */
const imagesStart = '  "images": [';
const imagesEnd = '  ]';

export function renderManifest(manifest: Manifest): string {
  const { images, ...head } = manifest;
  // One image a line: thousands of them stay readable, and two manifests can be compared line by line.
  const lines = images.map((image) => `    ${JSON.stringify(image)}`).join(',\n');
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n${imagesStart}\n${lines}\n${imagesEnd}\n}\n`;
}

/**
 * The images of a manifest as `renderManifest` writes it, a line at a time; one that somebody laid out anew is read as a whole. Files of
 * the same name that other programs wrote have none.
 *
 * @param file may not exist
 * @throws PneumoscopeError E_DATASET: it says to be this program's, and is damaged
 */
export async function* readManifestImages(file: string): AsyncGenerator<ManifestImage> {
  if (await isEndless(file)) return;
  const head: string[] = [];
  let state: 'head' | 'images' | 'end' = 'head';
  try {
    for await (const { text } of readLines(file)) {
      if (state === 'images') {
        const image = parseImageLine(text);
        if (image !== undefined) yield image;
        else if (text === imagesEnd) state = 'end';
        else break;
      } else if (state === 'head') {
        head.push(text);
        if (text === imagesStart && isHead(head.join('\n'))) state = 'images';
      }
    }
    if (state === 'end') return;
    const text = await readFile(file, 'utf8');
    if (/"createdBy":\s*"pneumoscope"/.test(text)) yield* parseManifest(text, file).images;
  } catch (error) {
    // One that is not there, or that nobody may read, tells nothing.
    if (error instanceof PneumoscopeError || systemErrorCode(error) === undefined) throw error;
  }
}

/** Whether reading it would wait for ever, or never end. */
async function isEndless(file: string): Promise<boolean> {
  const entry = await stat(file).catch(() => undefined);
  return entry !== undefined && !entry.isFile() && !entry.isDirectory();
}

function isHead(text: string): boolean {
  try {
    return manifestSchema.safeParse(JSON.parse(`${text}]}`)).success;
  } catch {
    return false;
  }
}

function parseImageLine(text: string): ManifestImage | undefined {
  try {
    return imageSchema.safeParse(JSON.parse(text.endsWith(',') ? text.slice(0, -1) : text)).data;
  } catch {
    return undefined;
  }
}

/** Empty folders of classes are removed with a split, so no class may lead elsewhere. */
function isFolderName(name: string): boolean {
  return !name.includes('/') && isRelativePath(name);
}

/** A manifest says which files to replace, so none of its paths may lead out of its folder. */
function isRelativePath(file: string): boolean {
  if (file === '' || path.win32.isAbsolute(file) || /^[a-z]:/i.test(file)) return false;
  return file.split(/[/\\]/).every((part) => part !== '..' && part !== '.' && part !== '');
}
