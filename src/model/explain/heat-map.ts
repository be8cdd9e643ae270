/** A heat map: how much each place of the network's input speaks for a class. */

export interface HeatMap {
  /** Of the network's input, pixels. */
  readonly width: number;
  readonly height: number;
  /** Row-major; the method's own unit, above 0: speaks for the class. Grad-CAM has nothing below 0, occlusion has. */
  readonly values: Float32Array;
}

/**
 * 0..1 for pictures and rankings: 1 at the largest value. What speaks against the class is 0, and so is all of a map in which nothing
 * speaks for it.
 */
export function toHeat({ values }: Pick<HeatMap, 'values'>): Float32Array {
  const peak = findPeak(values);
  return values.map((value) => (value > 0 ? value / peak : 0));
}

/** The largest value, or 0 where none is above 0. */
export function findPeak(values: Float32Array): number {
  return values.reduce((peak, value) => Math.max(peak, value), 0);
}

/**
 * Bilinear, the centres of the grid's cells at those of the areas that they stand for, constant beyond the outermost centres: PyTorch's
 * `interpolate(mode='bilinear', align_corners=False)`.
 */
export function enlarge(
  grid: Float32Array,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Float32Array {
  const columns = placeCentres(from.width, to.width);
  const rows = placeCentres(from.height, to.height);
  const result = new Float32Array(to.width * to.height);
  const at = (y: number, x: number): number => grid[y * from.width + x] as number;
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const above = at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share;
      const below = at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share;
      result[y * to.width + x] = above * (1 - row.share) + below * row.share;
    }
  }
  return result;
}

/**
 * {@link enlarge} along one axis, as a matrix [target, source].
 *
 * @param factor every weight is multiplied by it
 * @param reversed from the last place to the first
 */
export function enlargingMatrix(source: number, target: number, factor = 1, reversed = false): Float32Array {
  const matrix = new Float32Array(target * source);
  for (const [index, { low, high, share }] of placeCentres(source, target).entries()) {
    const row = (reversed ? target - 1 - index : index) * source;
    matrix[row + low] = (matrix[row + low] as number) + factor * (1 - share);
    matrix[row + high] = (matrix[row + high] as number) + factor * share;
  }
  return matrix;
}

/** Between which two cells a pixel lies, and how far it is from the lower to the higher one. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function placeCentres(source: number, target: number): readonly Between[] {
  return Array.from({ length: target }, (_, index) => {
    const position = Math.max(((index + 0.5) * source) / target - 0.5, 0);
    const low = Math.min(Math.floor(position), source - 1);
    return { low, high: Math.min(low + 1, source - 1), share: position - low };
  });
}
