/**
 * Deletion and insertion curves (Petsiuk, Das and Saenko, 2018): the places a map calls hot are taken away first, or shown first on an image without
 * detail, and the class's probability is watched. A good map makes it fall early (small area under deletion) and rise early (large area under insertion).
 * How early means little by itself, so the same is done with random maps of the same coarseness.
 */
import { RandomGenerator } from '../../base/random.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { blur } from './blur.ts';
import { enlarge, type HeatMap } from './heat-map.ts';
import { meanLevel } from './occlusion.ts';

export interface CurveOptions extends TaskOptions {
  /** Parts into which the pixels are divided, hottest first; 16 unless given. */
  readonly steps?: number | undefined;
  /** What is shown where a pixel is taken away; 'blur' unless given: a mean has edges, which the network may answer to. */
  readonly fill?: 'blur' | 'mean' | undefined;
  /** Random maps to compare with; 3 unless given. */
  readonly randomMaps?: number | undefined;
  /** Of the random maps, and of the order of pixels that are equally hot; 0 unless given. */
  readonly seed?: number | undefined;
  /** Images per run of the network; 16 unless given. */
  readonly batchSize?: number | undefined;
}

type CurveSettings = Required<{ [Name in 'steps' | 'fill' | 'randomMaps' | 'seed']: NonNullable<CurveOptions[Name]> }>;

function settle({ steps = 16, fill = 'blur', randomMaps = 3, seed = 0 }: CurveOptions): CurveSettings {
  return { steps, fill, randomMaps, seed };
}

/** Runs of the network, one image each, that {@link computePerturbationCurves} needs. */
export function countCurveRuns(options: CurveOptions): number {
  const { steps, randomMaps } = settle(options);
  return 2 * (steps + 1) * (1 + randomMaps);
}

export interface PerturbationCurves {
  readonly steps: number;
  readonly fill: 'blur' | 'mean';
  readonly seed: number;
  /** False where the answer to the image without any detail is nearly the same as to the image: no order of pixels can matter then. */
  readonly informative: boolean;
  readonly deletion: PerturbationCurve;
  readonly insertion: PerturbationCurve;
}

export interface PerturbationCurve {
  /** The class's probability after 0, 1, ... `steps` parts. */
  readonly probabilities: readonly number[];
  /** Under it by trapezoids, with the share of pixels from 0 to 1: 0..1. */
  readonly area: number;
  /** The areas of the random maps. */
  readonly randomAreas: readonly number[];
  /**
   * Whether the map's area is on the better side of all random ones. Null where that means nothing: without random maps, for a map that is
   * the same everywhere, and where `informative` is false.
   */
  readonly betterThanRandom: boolean | null;
}

/** Of the probability, from the image to the one without detail, for the curves to mean something. */
const leastFall = 0.05;

/** The probability of the explained class for each image of a batch. */
export type Ask = (images: readonly Uint8Array[]) => Promise<readonly number[]>;

/**
 * @param pixels the network's input, grey bytes
 * @param map of that image
 * @param grid of the map before it was enlarged: what the random maps have
 * @throws PneumoscopeError E_INTERRUPTED
 */
export async function computePerturbationCurves(
  pixels: Uint8Array,
  map: HeatMap,
  grid: Pick<HeatMap, 'width' | 'height'>,
  ask: Ask,
  options: CurveOptions = {},
): Promise<PerturbationCurves> {
  const { steps, fill, randomMaps, seed } = settle(options);
  const { batchSize = 16, signal, onProgress } = options;
  const plain = fill === 'blur' ? blur(pixels, map) : new Uint8Array(pixels.length).fill(meanLevel(pixels));
  const orders = [orderPixels(map.values, seed)];
  for (let draw = 1; draw <= randomMaps; draw++) orders.push(orderPixels(drawMap(grid, map, seed, draw), seed));
  const images = orders.flatMap((order) => [
    ...listStages(pixels, plain, order, steps),
    ...listStages(plain, pixels, order, steps),
  ]);
  const probabilities: number[] = [];
  for (let start = 0; start < images.length; start += batchSize) {
    throwIfInterrupted(signal);
    const batch = images.slice(start, start + batchSize).map((make) => make());
    probabilities.push(...(await ask(batch)));
    onProgress?.({ label: 'Deleting and inserting', done: probabilities.length, total: images.length, unit: 'images' });
  }
  const curves = Array.from({ length: 2 * orders.length }, (_, index) =>
    probabilities.slice(index * (steps + 1), (index + 1) * (steps + 1)),
  );
  const isFlat = map.values.every((value) => value === map.values[0]);
  const informative = Math.abs((probabilities[0] as number) - (probabilities[steps] as number)) >= leastFall;
  const describe = (offset: 0 | 1): PerturbationCurve => {
    const [own, ...random] = curves.filter((_, index) => index % 2 === offset) as [number[], ...number[][]];
    const area = areaUnder(own);
    const randomAreas = random.map(areaUnder);
    const better = randomAreas.every((other) => (offset === 0 ? area < other : area > other));
    return {
      probabilities: own,
      area,
      randomAreas,
      betterThanRandom: isFlat || !informative || randomAreas.length === 0 ? null : better,
    };
  };
  return { steps, fill, seed, informative, deletion: describe(0), insertion: describe(1) };
}

/**
 * Pixels from the hottest to the coldest. Equally hot ones, such as all in which a map is 0, come in a random order: row by row they would
 * be taken from the top, where the collar bones are.
 */
export function orderPixels(values: Float32Array, seed: number): Int32Array {
  const order = new RandomGenerator(seed, values.length).permutation(values.length);
  return order.toSorted((a, b) => (values[b] as number) - (values[a] as number));
}

/** A map without any knowledge: uniform noise on the same grid, enlarged in the same way. */
function drawMap(grid: Pick<HeatMap, 'width' | 'height'>, size: HeatMap, seed: number, draw: number): Float32Array {
  const random = new RandomGenerator(seed, draw, grid.width, grid.height);
  const noise = new Float32Array(grid.width * grid.height).map(() => random.next());
  return enlarge(noise, grid, size);
}

/** The image after 0, 1, ... `steps` parts of the pixels were replaced. Made when asked for: all at once are hundreds. */
function listStages(from: Uint8Array, to: Uint8Array, order: Int32Array, steps: number): (() => Uint8Array)[] {
  return Array.from({ length: steps + 1 }, (_, step) => () => {
    const image = from.slice();
    const count = Math.round((step * order.length) / steps);
    for (const pixel of order.subarray(0, count)) image[pixel] = to[pixel] as number;
    return image;
  });
}

function areaUnder(probabilities: readonly number[]): number {
  const [first = 0] = probabilities;
  const last = probabilities.at(-1) ?? 0;
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  return (sum - (first + last) / 2) / (probabilities.length - 1);
}
