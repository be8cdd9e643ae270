/** Heat maps of the images that a report shows, and the tests whether such maps say anything about this model. */
import path from 'node:path';
import sharp from 'sharp';
import type { LoadOptions } from '../../model/use/classifier.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { createExplainer, type Explainer, type Explanation } from '../../model/explain/explainer.ts';
import { toHeat } from '../../model/explain/heat-map.ts';
import { measureRegions, type RegionHeat } from '../../model/explain/heat-regions.ts';
import { blendHeat } from '../../model/explain/overlay.ts';
import { computePerturbationCurves, type PerturbationCurves } from '../../model/explain/perturbation-curves.ts';
import type { RandomisationTest } from '../../model/explain/randomisation.ts';
import { testModelWeights } from '../../model/explain/shuffled-model.ts';
import type { Target } from '../../model/explain/target.ts';
import type { ReportCell } from './report-cells.ts';

/** One image, ready for a page. */
export interface ExplainedImage {
  /** JPEG of the network's input. */
  readonly picture: Uint8Array;
  /** JPEG of the same with the heat over it. */
  readonly overlay: Uint8Array;
  /** Where the heat lies. */
  readonly regions: readonly RegionHeat[];
}

export interface ExplainedCells {
  /** By the prediction's file. */
  readonly images: ReadonlyMap<string, ExplainedImage>;
  /** Deletion and insertion, of one image of each cell. */
  readonly curves: readonly PerturbationCurves[];
  /** Of the same images; null where there are none. */
  readonly randomisation: RandomisationTest | null;
}

/** Images in one run of the network. */
const batchSize = 8;
const jpegQuality = 82;

/**
 * Grad-CAM of every image that a cell shows: what speaks for the positive class, also where it was not called so, since that is what a reader
 * of a missed case wants to see. The slow tests are made on the first image of each cell.
 *
 * @param folder that the predictions' files are in
 * @throws PneumoscopeError as `createExplainer`; E_UNREADABLE_IMAGE for an image that is gone since it was classified; E_INTERRUPTED
 */
export async function explainCells(
  modelFile: string,
  folder: string,
  cells: readonly ReportCell[],
  options: LoadOptions & TaskOptions,
): Promise<ExplainedCells> {
  const files = cells.flatMap(({ images }) => images.map(({ prediction }) => prediction.file));
  const tested = new Set(cells.flatMap(({ images }) => images.slice(0, 1).map(({ prediction }) => prediction.file)));
  const images = new Map<string, ExplainedImage>();
  const curves: PerturbationCurves[] = [];
  const testedPixels: Uint8Array[] = [];
  if (files.length === 0) return { images, curves, randomisation: null };
  let target: Target = 'predicted';
  const explainer = await createExplainer(modelFile, options);
  try {
    const { preprocessing } = explainer.metadata;
    const { positive } = explainer.metadata.classes;
    if (positive !== null) target = { class: positive };
    for (let start = 0; start < files.length; start += batchSize) {
      throwIfInterrupted(options.signal);
      const batch = files.slice(start, start + batchSize);
      const pixels = await Promise.all(
        batch.map((file) => explainer.classifier.prepare(path.join(folder, ...file.split('/')))),
      );
      const explanations = await explainer.gradCam(pixels, { target });
      for (const [index, file] of batch.entries()) {
        const explanation = explanations[index] as Explanation;
        const own = pixels[index] as Uint8Array;
        images.set(file, await drawExplained(own, explanation, measureRegions(explanation.map, preprocessing)));
        if (!tested.has(file)) continue;
        curves.push(await measureCurves(explainer, own, explanation, options));
        testedPixels.push(own);
      }
      options.onProgress?.({ label: 'Explaining', done: start + batch.length, total: files.length, unit: 'images' });
    }
  } finally {
    await explainer.close();
  }
  const randomisation = await testModelWeights(modelFile, testedPixels, { ...options, target, method: 'grad-cam' });
  return { images, curves, randomisation };
}

function measureCurves(
  explainer: Explainer,
  pixels: Uint8Array,
  { map, grid, target }: Explanation,
  { signal }: TaskOptions,
): Promise<PerturbationCurves> {
  const ask = async (changed: readonly Uint8Array[]): Promise<number[]> => {
    const answers = await explainer.classifier.classifyPixels(changed);
    return answers.map(({ probabilities }) => probabilities[target.index] as number);
  };
  return computePerturbationCurves(pixels, map, grid, ask, { signal });
}

async function drawExplained(
  pixels: Uint8Array,
  { map }: Explanation,
  regions: readonly RegionHeat[],
): Promise<ExplainedImage> {
  const { width, height } = map;
  const encode = (data: Uint8Array, channels: 1 | 3): Promise<Uint8Array> =>
    sharp(data, { raw: { width, height, channels } }).jpeg({ quality: jpegQuality }).toBuffer();
  const [picture, overlay] = await Promise.all([encode(pixels, 1), encode(blendHeat(pixels, toHeat(map)), 3)]);
  return { picture, overlay, regions };
}
