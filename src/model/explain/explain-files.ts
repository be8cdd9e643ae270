/** Image files in, heat maps out, with the checks that say what they are worth. Writes nothing: whoever calls decides what to keep. */
import type { AboutImage, Answered, Refused } from '../use/answer.ts';
import {
  assertAllReadable,
  readBatches,
  type AskOptions,
  type ClassifyFilesOptions,
  type FailedFile,
  type PreparedImage,
} from '../use/classify-files.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { createExplainer, type Explainer, type Explanation, type Method, type TargetOptions } from './explainer.ts';
import { findPeak, toHeat, type HeatMap } from './heat-map.ts';
import { measureRegions, type RegionHeat } from './heat-regions.ts';
import { placePatches, type OcclusionOptions } from './occlusion.ts';
import {
  computePerturbationCurves,
  countCurveRuns,
  type CurveOptions,
  type PerturbationCurves,
} from './perturbation-curves.ts';

export interface ExplainOptions
  extends TaskOptions, TargetOptions, OcclusionOptions, AskOptions, Pick<ClassifyFilesOptions, 'display'> {
  /** ['grad-cam'] unless given; occlusion costs a run of the network for each of some 225 patches. */
  readonly methods?: readonly Method[] | undefined;
  /** Images per run of the network; 16 unless given. */
  readonly batchSize?: number | undefined;
  /** Lists files that cannot be read instead of failing. */
  readonly skipUnreadable?: boolean | undefined;
  /** Deletion and insertion curves of each map; none unless given. */
  readonly curves?: Pick<CurveOptions, 'steps' | 'fill' | 'randomMaps' | 'seed'> | undefined;
}

/** One file, explained by one or more methods. */
export interface FileExplanation {
  /** As it was given. */
  readonly file: string;
  /** Of the network's input. */
  readonly width: number;
  readonly height: number;
  /** The image as the network sees it: grey bytes. */
  readonly pixels: Uint8Array;
  readonly answer: Answered;
  /** The class that is explained, and its probability. */
  readonly target: Explanation['target'];
  readonly maps: readonly MethodMap[];
}

export interface MethodMap {
  readonly method: Method;
  /** In the method's own unit. */
  readonly map: HeatMap;
  readonly grid: HeatMap;
  /** 0..1, width * height: 1 at the hottest pixel, 0 where nothing speaks for the class. */
  readonly heat: Float32Array;
  /** Of `map`; 0: nothing in the image speaks for the class. */
  readonly peak: number;
  readonly regions: readonly RegionHeat[];
  readonly curves?: PerturbationCurves;
  /** Occlusion alone. */
  readonly occlusion?: {
    readonly patch: number;
    readonly stride: number;
    readonly fill: number;
    readonly probabilityDrops: Float32Array;
  };
}

/** An image that gets no map: what the model sees in it would mean nothing. */
export type RefusedFile = Refused & { readonly file: string };

export interface FileExplanations {
  readonly results: readonly FileExplanation[];
  readonly refused: readonly RefusedFile[];
  readonly failed: readonly FailedFile[];
}

/**
 * Explains a list of files and keeps everything in memory: some 800 KB for each file of 256 x 256 and method.
 *
 * @param model the path of a model file, or an explainer, which is left open
 * @returns in the order of the files
 * @throws PneumoscopeError as {@link createExplainer}; UnreadableImagesError (E_UNREADABLE_IMAGE) unless `skipUnreadable`; E_USAGE for an
 * unknown class or an impossible patch; E_INTERRUPTED
 */
export async function explainFiles(
  model: string | Explainer,
  files: readonly string[],
  options: ExplainOptions = {},
): Promise<FileExplanations> {
  const explainer = typeof model === 'string' ? await createExplainer(model) : model;
  try {
    const results: FileExplanation[] = [];
    const refused: RefusedFile[] = [];
    const failed: FailedFile[] = [];
    for await (const one of explainEach(explainer, files, options)) {
      if ('maps' in one) results.push(one);
      else if (one.status === 'refused') refused.push(one);
      else failed.push(one);
    }
    return { results, refused, failed };
  } finally {
    if (explainer !== model) await explainer.close();
  }
}

/**
 * {@link explainFiles} one by one, so that a folder of any size fits into memory: each file in its turn is explained, is refused, or fails.
 *
 * @throws UnreadableImagesError unless `skipUnreadable`, when all files were looked at: what was explained until then stays
 */
export async function* explainEach(
  explainer: Explainer,
  files: readonly string[],
  options: ExplainOptions = {},
): AsyncGenerator<FileExplanation | RefusedFile | FailedFile, void, undefined> {
  const { batchSize = 16, skipUnreadable = false, signal } = options;
  const failed: FailedFile[] = [];
  const progress = new RunCounter(explainer, files.length, options);
  for await (const batch of readBatches(explainer.classifier, files, batchSize, options)) {
    throwIfInterrupted(signal);
    const failedHere = batch.filter((one) => 'status' in one);
    failed.push(...failedHere);
    progress.skip(failedHere.length);
    if (skipUnreadable) yield* failedHere;
    // Once it must fail, only the other unreadable files are still of interest.
    else if (failed.length > 0) continue;
    const explained: Readable[] = [];
    for (const one of batch) {
      if ('status' in one) continue;
      const { about, refused } = explainer.classifier.judge(one, options);
      if (refused === undefined) explained.push({ file: one.file, pixels: one.pixels, about });
      else {
        progress.skip(1);
        yield { file: one.file, ...refused };
      }
    }
    if (explained.length > 0) yield* explainBatch(explainer, explained, options, progress);
  }
  if (!skipUnreadable) assertAllReadable(failed, files.length);
}

type Readable = Pick<PreparedImage, 'pixels'> & { readonly file: string; readonly about: AboutImage };

async function* explainBatch(
  explainer: Explainer,
  batch: readonly Readable[],
  options: ExplainOptions,
  progress: RunCounter,
): AsyncGenerator<FileExplanation, void, undefined> {
  const { methods = ['grad-cam'], target } = options;
  const images = batch.map(({ pixels }) => pixels);
  const gradCams = methods.includes('grad-cam') ? await explainer.gradCam(images, { target }) : [];
  progress.add(gradCams.length);
  for (const [index, { file, pixels, about: image }] of batch.entries()) {
    const maps: MethodMap[] = [];
    let about: Explanation | undefined;
    for (const method of methods) {
      const explained = gradCams[index];
      if (method === 'grad-cam' && explained !== undefined) {
        about = explained;
        maps.push(await describeMap(explainer, pixels, explained, options, progress));
      } else {
        const occlusion = await explainer.occlusion(pixels, { ...options, onProgress: progress.forPart() });
        about ??= occlusion;
        const { patches, fill, probabilityDrops } = occlusion;
        const { patch, stride } = patches;
        const described = await describeMap(explainer, pixels, occlusion, options, progress);
        maps.push({ ...described, occlusion: { patch, stride, fill, probabilityDrops } });
      }
    }
    const { width, height } = explainer.metadata.preprocessing;
    const { answer: classification, target: explained } = about as Explanation;
    const answer: Answered = { status: 'answered', ...classification, ...image, reason: null };
    yield { file, width, height, pixels, answer, target: explained, maps };
  }
}

async function describeMap(
  explainer: Explainer,
  pixels: Uint8Array,
  { method, map, grid, target }: Explanation,
  { curves, batchSize, signal }: ExplainOptions,
  progress: RunCounter,
): Promise<MethodMap> {
  const ask = async (images: readonly Uint8Array[]): Promise<number[]> => {
    const answers = await explainer.classifier.classifyPixels(images);
    return answers.map(({ probabilities }) => probabilities[target.index] as number);
  };
  const common = { batchSize, signal, onProgress: progress.forPart() };
  return {
    method,
    map,
    grid,
    heat: toHeat(map),
    peak: findPeak(map.values),
    regions: measureRegions(map, explainer.metadata.preprocessing),
    ...(curves === undefined
      ? {}
      : { curves: await computePerturbationCurves(pixels, map, grid, ask, { ...curves, ...common }) }),
  };
}

/** Counts images, or where an image takes many runs of the network, those. */
class RunCounter {
  readonly #total: number;
  readonly #perFile: number;
  readonly #report: (done: number) => void;
  #done = 0;

  constructor(explainer: Explainer, files: number, options: ExplainOptions) {
    const { methods = ['grad-cam'], curves, onProgress } = options;
    const { tops, lefts } = placePatches(explainer.metadata.preprocessing, options);
    const runs = methods.map((method) => {
      const map = method === 'grad-cam' ? 1 : tops.length * lefts.length;
      return map + (curves === undefined ? 0 : countCurveRuns(curves));
    });
    this.#perFile = runs.reduce((sum, count) => sum + count, 0);
    this.#total = files * this.#perFile;
    const unit = this.#perFile === 1 ? 'images' : 'runs of the network';
    this.#report = (done) => onProgress?.({ label: 'Explaining', done, total: this.#total, unit });
  }

  add(runs: number): void {
    this.#done += runs;
    this.#report(this.#done);
  }

  /** Files that take no runs. */
  skip(files: number): void {
    if (files > 0) this.add(files * this.#perFile);
  }

  /** For a part of the work that counts its runs from 0. */
  forPart(): NonNullable<TaskOptions['onProgress']> {
    let before = 0;
    return ({ done }) => {
      this.add(done - before);
      before = done;
    };
  }
}
