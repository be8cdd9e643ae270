/** The folder of explanations: a picture, overlays, arrays and a JSON document for each image, and one document about all of them. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ensureRoom } from '../../../base/files/ensure-room.ts';
import { writeFileWhole } from '../../../base/files/write-file.ts';
import { realpathOfMissing, refuseInside } from '../../../base/files/inside.ts';
import type { FileExplanation, MethodMap } from '../../../model/explain/explain-files.ts';
import type { ClassSpec } from '../../../model/file/metadata.ts';
import { describeAnswer, type AnswerRecord } from '../../../model/use/answer.ts';
import { encodeNpy } from '../../../base/files/npy.ts';
import { renderOverlay } from '../../../model/explain/overlay.ts';
import { describeHeat } from '../../../model/explain/words.ts';
import { drawExplanation } from '../../../study/report/explanation-figure.ts';
import { renderJson } from '../output.ts';

/** What is said of one image, in its own document and in the one about all. */
export interface ExplanationDocument {
  readonly file: string;
  /** The names of what was written begin with it. */
  readonly name: string;
  readonly answer: AnswerRecord;
  readonly target: { readonly class: string; readonly probability: number };
  readonly input: { readonly width: number; readonly height: number };
  readonly maps: readonly MapDocument[];
}

interface MapDocument extends Pick<MethodMap, 'method' | 'peak' | 'regions' | 'curves'> {
  readonly statement: string;
  /** Names of files in the folder: overlay, the map at the input's size, and before it was enlarged. */
  readonly overlay: string;
  readonly array: string;
  readonly gridArray: string;
  readonly grid: { readonly width: number; readonly height: number };
  readonly occlusion?: { readonly patch: number; readonly stride: number; readonly fill: number };
}

/**
 * Before the work, so that its result is not lost to a folder that cannot be written.
 *
 * @param places what the user named: a folder among them is searched at any depth
 * @param files the images found there
 * @throws PneumoscopeError E_DISK; E_USAGE when the folder lies where images are looked for
 */
export async function prepareExplanationFolder(
  folder: string,
  places: readonly string[],
  files: readonly string[],
): Promise<void> {
  for (const place of places) {
    const entry = await stat(place).catch(() => undefined);
    if (entry?.isDirectory() === true) await refuseInside(folder, place);
  }
  // Beside a single image there may be room for a folder, but its own folder holds images.
  const out = await realpathOfMissing(path.resolve(folder));
  for (const holder of new Set(files.map((file) => path.dirname(path.resolve(file))))) {
    if (out === (await realpathOfMissing(holder))) await refuseInside(folder, holder);
  }
  await ensureRoom(folder);
}

/** Long enough for people, short enough for every disk with what is added. */
const longestName = 150;

/**
 * A name for what is written about each file: its own without the extension; where several files share that, the path below the folder
 * that all files share; where that is not enough, a number behind it. Upper and lower case are one, as on some disks.
 */
export function nameExplanations(files: readonly string[]): string[] {
  const absolute = files.map((file) => path.resolve(file));
  const shared = sharedFolder(absolute);
  const stems = absolute.map((file) => path.parse(file).name);
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem.toLowerCase(), (counts.get(stem.toLowerCase()) ?? 0) + 1);
  const taken = new Set<string>();
  return absolute.map((file, index) => {
    const stem = stems[index] as string;
    const alone = counts.get(stem.toLowerCase()) === 1;
    const { dir, name } = path.parse(path.relative(shared, file));
    const long = alone ? stem : [...dir.split(path.sep).filter(Boolean), name].join('_');
    const base = Array.from(long).slice(-longestName).join('');
    let unique = base;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${base}-${number}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

function sharedFolder(files: readonly string[]): string {
  const [first = '', ...rest] = files.map((file) => path.dirname(file));
  return rest.reduce((shared, folder) => {
    let common = shared;
    while (path.relative(common, folder).split(path.sep)[0] === '..') common = path.dirname(common);
    return common;
  }, first);
}

/**
 * Writes NAME.png, NAME.json and for each method NAME.METHOD.png, .npy and .grid.npy; files of these names are replaced.
 *
 * @param common what the documents of all images say: the model and the settings
 * @throws PneumoscopeError E_DISK
 */
export async function writeExplanation(
  folder: string,
  name: string,
  explanation: FileExplanation,
  common: { readonly synthetic: boolean; readonly classes: ClassSpec; readonly head: object },
): Promise<ExplanationDocument> {
  const write = (file: string, content: string | Uint8Array): Promise<void> =>
    writeFileWhole(path.join(folder, file), content);
  const { file, answer, target, width, height, maps } = explanation;
  for (const { method, map, grid, heat, occlusion } of maps) {
    const files = nameFiles(name, method);
    await write(files.overlay, await renderOverlay(explanation.pixels, heat, width));
    await write(files.array, encodeNpy(map.values, [height, width]));
    // Under each patch the fall of the logit and of the probability.
    const planes = occlusion === undefined ? [grid.values] : [grid.values, occlusion.probabilityDrops];
    const cells = Float32Array.from(planes.flatMap((plane) => [...plane]));
    const shape = [grid.height, grid.width];
    await write(files.gridArray, encodeNpy(cells, occlusion === undefined ? shape : [2, ...shape]));
  }
  const { png } = await drawExplanation(explanation, path.basename(file), common.synthetic);
  await write(`${name}.png`, png);
  const document: ExplanationDocument = {
    file,
    name,
    answer: describeAnswer(answer, common.classes),
    target: { class: target.class, probability: target.probability },
    input: { width, height },
    maps: maps.map((map) => describeMap(name, target.class, map)),
  };
  await write(`${name}.json`, `${renderJson({ ...common.head, ...document })}\n`);
  return document;
}

function describeMap(name: string, target: string, map: MethodMap): MapDocument {
  const { method, peak, regions, grid, curves, occlusion } = map;
  return {
    method,
    statement: describeHeat(method, target, map),
    peak,
    regions,
    ...nameFiles(name, method),
    grid: { width: grid.width, height: grid.height },
    ...(occlusion === undefined
      ? {}
      : { occlusion: { patch: occlusion.patch, stride: occlusion.stride, fill: occlusion.fill } }),
    ...(curves === undefined ? {} : { curves }),
  };
}

function nameFiles(name: string, method: string): Pick<MapDocument, 'overlay' | 'array' | 'gridArray'> {
  return { overlay: `${name}.${method}.png`, array: `${name}.${method}.npy`, gridArray: `${name}.${method}.grid.npy` };
}

/** The document about all images. @throws PneumoscopeError E_DISK */
export function writeSummary(folder: string, document: object): Promise<void> {
  return writeFileWhole(path.join(folder, 'explanations.json'), `${renderJson(document)}\n`);
}
