/**
 * Maps each image's grey levels so that its histogram becomes a reference, the same for all images: exposure, windowing
 * and the share of clipped pixels then tell nothing about where an image comes from.
 */

/**
 * A level's share is its mid-rank: u = (pixels darker + half of the pixels of this level) / all pixels, which lies strictly between
 * 0 and 1. The level becomes the reference's u-quantile. Order is kept, equal pixels stay equal, and an image of one grey level
 * becomes 128 either way.
 *
 * - `uniform`: all 256 levels equally often: the quantile is floor(256 u). An image that is uniform already stays as it is.
 * - `normal`: a normal distribution of mean 127.5 and standard deviation 51, a fifth of the range, rounded to whole levels
 *   (halves up) and clipped to 0..255, beyond 2.5 standard deviations: 1.2 % of all pixels.
 *
 * @param pixels changed in place; only those of the image, without bars around it
 */
export function matchHistogram(pixels: Uint8Array, reference: 'uniform' | 'normal'): void {
  const levels = mapLevels(countLevels(pixels), pixels.length, reference);
  for (let i = 0, end = pixels.length; i < end; i++) pixels[i] = levels[pixels[i] as number] as number;
}

/** How many pixels have each of the 256 levels. */
export function countLevels(pixels: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0, end = pixels.length; i < end; i++) {
    const level = pixels[i] as number;
    counts[level] = (counts[level] as number) + 1;
  }
  return counts;
}

function mapLevels(counts: Uint32Array, total: number, reference: 'uniform' | 'normal'): Uint8Array {
  const levels = new Uint8Array(256);
  let darker = 0;
  let quantile = 0;
  for (let level = 0; level < 256; level++) {
    const count = counts[level] as number;
    // Twice the mid-rank is a whole number, so the uniform quantile is exact: floor(256 u) = floor(128 * 2u).
    const doubled = 2 * darker + count;
    darker += count;
    if (count === 0) continue;
    if (reference === 'uniform') quantile = Math.floor((doubled * 128) / total);
    else while (quantile < 255 && (normalBounds[quantile] as number) <= doubled / (2 * total)) quantile++;
    levels[level] = quantile;
  }
  return levels;
}

const [mean, standardDeviation] = [127.5, 51];

/** The share of the normal distribution below k + 0.5, where rounding passes from level k to k + 1. */
const normalBounds = Float64Array.from({ length: 255 }, (_, k) =>
  normalDistribution((k + 0.5 - mean) / standardDeviation),
);

/**
 * Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3*5) + x^7/(3*5*7) + ...), to the last digits for |x| < 4 (Marsaglia, Evaluating the Normal
 * Distribution, Journal of Statistical Software 11(4), 2004).
 */
function normalDistribution(x: number): number {
  let sum = x;
  let term = x;
  for (let odd = 3, before = Number.NaN; sum !== before; odd += 2) {
    before = sum;
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
