/** Images whose size is far from that of the others. */
import type { ImageRecord } from './image-record.ts';
import type { Scan } from './scan-images.ts';

export interface SizeOutlier {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly what: 'small' | 'large' | 'wide' | 'tall';
}

/** How far from the median, in robust standard deviations; of a normal distribution 1 in 16,000 lies beyond. */
const deviations = 4;
/** And at least so many times the median: of a set in which nearly all have one size, the deviation is next to nothing. */
const leastFactor = { area: 2, aspect: 1.5 };

/**
 * Compares the logarithms of area (width times height) and aspect ratio (width by height) with their medians. The standard
 * deviation is estimated as 1.4826 times the median absolute deviation (F. R. Hampel, The Influence Curve and its Role in Robust
 * Estimation, 1974), which outliers do not move.
 */
export function findSizeOutliers(images: readonly ImageRecord[], scan: Scan): SizeOutlier[] {
  const readable = images.flatMap((_, i) => (scan.isReadable(i) ? [i] : []));
  const size = (i: number): readonly [number, number] => [scan.widths[i] as number, scan.heights[i] as number];
  const areas = Float64Array.from(readable, (i) => Math.log(size(i)[0] * size(i)[1]));
  const aspects = Float64Array.from(readable, (i) => Math.log(size(i)[0] / size(i)[1]));
  const areaSides = compareWithMedian(areas, Math.log(leastFactor.area));
  const aspectSides = compareWithMedian(aspects, Math.log(leastFactor.aspect));
  return readable.flatMap((i, at) => {
    const area = areaSides[at] as number;
    const aspect = aspectSides[at] as number;
    if (area === 0 && aspect === 0) return [];
    const [width, height] = size(i);
    const what = area < 0 ? 'small' : area > 0 ? 'large' : aspect > 0 ? 'wide' : 'tall';
    return [{ file: (images[i] as ImageRecord).file, width, height, what }];
  });
}

/** -1: far below the median, 1: far above it, 0: neither. */
function compareWithMedian(values: Float64Array, leastDistance: number): Int8Array {
  const middle = median(values);
  const spread = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  const limit = Math.max(deviations * spread, leastDistance);
  return Int8Array.from(values, (value) => (Math.abs(value - middle) > limit ? Math.sign(value - middle) : 0));
}

/** Of an even count the mean of the middle two; NaN of none. */
export function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}
