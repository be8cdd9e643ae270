/** A network's input made small: what the guard looks at, and how much of the image that leaves out. */

/** Grey levels of contrast below which an image counts as empty: less than the noise of any X-ray. */
const emptyContrast = 2;

export interface Thumbnail {
  /** side * side values, row-major, of mean 0 and mean square 1; all 0 where {@link contrast} is 0 */
  readonly values: Float64Array;
  /** Standard deviation of the area means, grey levels; 0 below {@link emptyContrast}. */
  readonly contrast: number;
  /** Share of the pixels' variance that the area means keep, 0..1: near 1 for X-rays, near 0 for noise and fine patterns. */
  readonly coarseShare: number;
}

/**
 * Area means on a grid of `side` by `side` cells, standardised, so that brightness and contrast no longer matter. A pixel on the border of
 * two cells counts for each by its area, so any size will do.
 *
 * @param pixels `width * height` grey bytes
 */
export function computeThumbnail(pixels: Uint8Array, width: number, height: number, side: number): Thumbnail {
  const means = areaMeans({ pixels, width, height }, side, side);
  const [sum, squares] = sums(pixels);
  const mean = sum / pixels.length;
  const variance = Math.max(0, squares / pixels.length - mean * mean);
  let kept = 0;
  for (const value of means) kept += (value - mean) ** 2;
  const deviation = Math.sqrt(kept / means.length);
  if (deviation < emptyContrast) return { values: new Float64Array(side * side), contrast: 0, coarseShare: 0 };
  for (let i = 0, end = means.length; i < end; i++) means[i] = ((means[i] as number) - mean) / deviation;
  return { values: means, contrast: deviation, coarseShare: Math.min(1, deviation ** 2 / variance) };
}

function sums(pixels: Uint8Array): readonly [sum: number, squares: number] {
  let sum = 0;
  let squares = 0;
  for (let i = 0, end = pixels.length; i < end; i++) {
    const value = pixels[i] as number;
    sum += value;
    squares += value * value;
  }
  return [sum, squares];
}

/**
 * The mean of each cell of a grid of `columns` by `rows`, row-major.
 *
 * @param image `width * height` grey bytes
 */
export function areaMeans(
  { pixels, width, height }: { readonly pixels: Uint8Array; readonly width: number; readonly height: number },
  columns: number,
  rows: number,
): Float64Array {
  const narrow = new Float64Array(columns * height);
  const across = cellShares(width, columns);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let cell = 0, i = 0; cell < columns; cell++) {
      let sum = 0;
      for (const end = across.ends[cell] as number; i < end; i++) {
        sum += (across.shares[i] as number) * (pixels[row + (across.pixels[i] as number)] as number);
      }
      narrow[y * columns + cell] = sum;
    }
  }
  const means = new Float64Array(columns * rows);
  const down = cellShares(height, rows);
  for (let cell = 0, i = 0; cell < rows; cell++) {
    const to = cell * columns;
    for (const end = down.ends[cell] as number; i < end; i++) {
      const from = (down.pixels[i] as number) * columns;
      const share = down.shares[i] as number;
      for (let x = 0; x < columns; x++)
        means[to + x] = (means[to + x] as number) + share * (narrow[from + x] as number);
    }
  }
  return means;
}

/** Which pixels of a row lie in which cell, cell after cell, and their share of the cell's mean: those of one cell sum to 1. */
interface CellShares {
  readonly pixels: Int32Array;
  readonly shares: Float64Array;
  /** where the pixels of each cell end */
  readonly ends: Int32Array;
}

function cellShares(length: number, cellCount: number): CellShares {
  const size = length / cellCount;
  // Each cell after the first shares a pixel with the one before, at most.
  const pixels = new Int32Array(length + cellCount);
  const shares = new Float64Array(length + cellCount);
  const ends = new Int32Array(cellCount);
  let count = 0;
  for (let cell = 0; cell < cellCount; cell++) {
    const start = cell * size;
    const end = (cell + 1) * size;
    for (let pixel = Math.floor(start); pixel < length && pixel < end; pixel++) {
      const overlap = Math.min(end, pixel + 1) - Math.max(start, pixel);
      if (overlap < 1e-9) continue;
      pixels[count] = pixel;
      shares[count] = overlap / size;
      count += 1;
    }
    ends[cell] = count;
  }
  return { pixels, shares, ends };
}
