/** Fits an input guard: what the training images have in common, and thresholds that few of other X-rays pass. */
import { augment } from '../../imaging/augment/augmentation.ts';
import { articleAugmentation, drawAugmentation } from '../../imaging/augment/augmentation-spec.ts';
import { RandomGenerator } from '../../base/random.ts';
import { computeFigures, figureNames, type FigureName, type Figures } from './figures.ts';
import { combineFigures } from './guard.ts';
import { encodeFloats, type FigureScale, type GuardSpec } from './guard-spec.ts';
import { foldSubspace } from './poses.ts';
import { fitSubspace, type Subspace } from './subspace.ts';
import { areaMeans, computeThumbnail, type Thumbnail } from './thumbnail.ts';

/** Images of one size, one after the other: `width * height` grey bytes each, as the network gets them. */
export interface GuardImages {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface FitGuardOptions {
  /** X-rays that are not among the training images; scales and thresholds are chosen on them. */
  readonly validation: GuardImages;
  /** Of the gentle changes; default 0. */
  readonly seed?: number | undefined;
}

/** Cells of a thumbnail along each side: a rib is narrower, a lung is not. */
const side = 24;
const componentCount = 40;
/** Evenly chosen where there are more: the fit gains nothing from them, and time is quadratic in the cells for each. */
const mostTrainImages = 4000;
/** Fewer cannot tell what is usual. */
export const leastGuardImages = { train: 50, validation: 20 } as const;

/** Shares of the validation images that may lie above a threshold. */
const flagged = { plain: 0.02, changed: 0.03 };
const refused = { plain: 0.005, changed: 0.01 };
const beyondLimit = 0.01;
/** Changed copies: of so many training images one each, of each validation image so many. */
const mostChanged = 2000;
const validationCopies = 2;
/** Changes are made on images reduced to that side, in a sixth of the time; detail finer than this is not in a thumbnail anyway. */
const changedSide = 96;

/**
 * Every image is also shown as the article's augmentation changes it (up to 15 degrees, 20 % zoom, 10 % brightness), so that what a network
 * is trained to bear is not strange to its guard. Deterministic.
 *
 * @returns null where there are fewer than {@link leastGuardImages} with any contrast
 */
export function fitGuard(train: GuardImages, options: FitGuardOptions): GuardSpec | null {
  const { validation, seed = 0 } = options;
  const chosen = spread(countImages(train), mostTrainImages);
  const plain = collect(chosen, (index) => shrink(pixelsOf(train, index), train));
  const others = collect(spread(countImages(validation), Infinity), (index) =>
    shrink(pixelsOf(validation, index), validation),
  );
  if (plain.length < leastGuardImages.train || others.length < leastGuardImages.validation) return null;
  const changed = collect(spread(countImages(train), mostChanged), (index) => shrinkChanged(train, index, seed, 0));
  const subspace = fitSubspace(
    [...plain, ...changed].map(({ values }) => values),
    componentCount,
  );
  const folded = foldSubspace(subspace, side);
  const measure = (thumbnail: Thumbnail): Figures => computeFigures(folded, thumbnail);
  const usual = others.map(measure);
  const bearable = Array.from({ length: validationCopies }, (_, copy) =>
    collect(spread(countImages(validation), Infinity), (index) => shrinkChanged(validation, index, seed, copy + 1)),
  )
    .flat()
    .map(measure);
  const scales = chooseScales([...usual, ...bearable]);
  const threshold = (shares: { readonly plain: number; readonly changed: number }): number =>
    Math.max(
      quantile(
        usual.map((figures) => combineFigures(figures, scales).score),
        1 - shares.plain,
      ),
      quantile(
        bearable.map((figures) => combineFigures(figures, scales).score),
        1 - shares.changed,
      ),
    );
  return {
    version: 1,
    side,
    ...encode(subspace),
    scales,
    thresholds: { flag: threshold(flagged), refuse: threshold(refused) },
    fittedOn: { train: plain.length, validation: others.length },
  };
}

function countImages({ pixels, width, height }: GuardImages): number {
  return pixels.length / (width * height);
}

function pixelsOf({ pixels, width, height }: GuardImages, index: number): Uint8Array {
  return pixels.subarray(index * width * height, (index + 1) * width * height);
}

/** All of 0 .. count-1, or `most` of them at even distances. */
function spread(count: number, most: number): number[] {
  const wanted = Math.min(count, most);
  return Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted));
}

/** Those with contrast: an empty image is no X-ray, wherever it lies. */
function collect(indices: readonly number[], thumbnailOf: (index: number) => Thumbnail): Thumbnail[] {
  return indices.map(thumbnailOf).filter(({ contrast }) => contrast > 0);
}

function shrink(pixels: Uint8Array, { width, height }: Pick<GuardImages, 'width' | 'height'>): Thumbnail {
  return computeThumbnail(pixels, width, height, side);
}

/**
 * The thumbnail after a gentle change; the share of fine detail is that of the image itself.
 *
 * @param copy the same index gives another change for each
 */
function shrinkChanged(images: GuardImages, index: number, seed: number, copy: number): Thumbnail {
  const pixels = pixelsOf(images, index);
  const [width, height] = [Math.min(images.width, changedSide), Math.min(images.height, changedSide)];
  const small = Uint8Array.from(areaMeans({ ...images, pixels }, width, height), (value) => Math.round(value));
  const values = new Float32Array(width * height);
  const parameters = drawAugmentation(articleAugmentation, new RandomGenerator(seed, 0x6775, copy, index));
  augment(small, width, height, parameters, values, 0, 1);
  const { coarseShare } = shrink(pixels, images);
  return {
    ...shrink(
      Uint8Array.from(values, (value) => Math.round(value)),
      { width, height },
    ),
    coarseShare,
  };
}

function chooseScales(figures: readonly Figures[]): Record<FigureName, FigureScale> {
  const scale = (name: FigureName): FigureScale => {
    const values = figures.map((each) => each[name]);
    const middle = quantile(values, 0.5);
    // Where all are alike, as drawn images can be, any step above them is strange.
    return { middle, limit: Math.max(quantile(values, 1 - beyondLimit), middle + 0.01) };
  };
  return Object.fromEntries(figureNames.map((name) => [name, scale(name)])) as Record<FigureName, FigureScale>;
}

/** The smallest of the values that at most `1 - share` of them exceed; of few values it is the largest. */
function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  const rank = Math.ceil(share * sorted.length - 1e-9);
  return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)] as number;
}

function encode({
  mean,
  components,
  variances,
  restVariance,
}: Subspace): Pick<GuardSpec, 'mean' | 'components' | 'variances' | 'restVariance'> {
  return {
    mean: encodeFloats(mean),
    components: encodeFloats(components),
    variances: encodeFloats(variances),
    restVariance,
  };
}
