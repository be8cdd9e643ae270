/**
 * Numbers that describe a prepared image without looking at the lungs: its edge, its corners, its sharpness, its grey levels. All of
 * them are computed from the bytes that a network would get, 0..255.
 */

/** Segments on each of the four sides of the border, and cells along each side of a corner patch. */
const segments = 16;
const cells = 4;
export const histogramBins = 32;

/** Where each group of numbers stands in the vector of {@link computePixelFeatures}. */
export const pixelLayout = {
  /** mean |4 I(x,y) - I(x-1,y) - I(x+1,y) - I(x,y-1) - I(x,y+1)| over the pixels that have four neighbours */
  laplacian: { start: 0, length: 1 },
  /** mean √(dx² + dy²), dx = I(x+1,y) - I(x,y), dy = I(x,y+1) - I(x,y), over the pixels that have both neighbours */
  gradient: { start: 1, length: 1 },
  /**
   * Σ (I - B*I)² / Σ (I - mean)², B the binomial filter [1 4 6 4 1]/16 in both directions, over the pixels at least two from the edge: the
   * share of the variance that a slight blur takes away; 0 for an image of one grey level
   */
  highFrequency: { start: 2, length: 1 },
  /** mean */
  brightness: { start: 3, length: 1 },
  /** population standard deviation */
  contrast: { start: 4, length: 1 },
  /** share of the pixels that are exactly 0 */
  black: { start: 5, length: 1 },
  /** the lowest level that 1 %, and 99 %, of the pixels do not exceed */
  percentile1: { start: 6, length: 1 },
  percentile99: { start: 7, length: 1 },
  /**
   * Σ |dx| / Σ |dy| over the pairs of neighbours of which neither is 0, so that black bars count for nothing; 1 where there are no edges. A
   * chest that was squeezed from the sides has steeper edges across than down
   */
  stretch: { start: 8, length: 1 },
  /** share of the pixels in each of 32 bins of 8 levels */
  histogram: { start: 9, length: histogramBins },
  /**
   * A frame along the edge, 1/32 of the side wide (8 of 256 pixels): mean of each of 16 equal segments of the upper, lower, left and right
   * side, in this order, from left to right and from top to bottom
   */
  border: { start: 9 + histogramBins, length: 4 * segments },
  /**
   * Four squares in the corners, 1/8 of the side long (32 of 256 pixels): mean of each of their 4 x 4 cells; upper left, upper right, lower
   * left, lower right
   */
  corners: { start: 9 + histogramBins + 4 * segments, length: 4 * cells * cells },
} as const;

export type PixelGroup = keyof typeof pixelLayout;

/** Numbers in a vector. */
export const pixelFeatureCount = pixelLayout.corners.start + pixelLayout.corners.length;

/** Smallest side that the groups are defined for. */
export const minimumAuditSide = 32;

/**
 * @param data `width * height` grey bytes, row-major; both sides {@link minimumAuditSide} or more
 * @param target gets {@link pixelFeatureCount} numbers, as {@link pixelLayout} says
 */
export function computePixelFeatures(
  data: Uint8Array,
  width: number,
  height: number,
  target: Float32Array | Float64Array,
): void {
  const levels = countLevels(data);
  const { mean, deviation } = computeLevelMoments(levels, data.length);
  target[pixelLayout.laplacian.start] = meanAbsoluteLaplacian(data, width, height);
  target[pixelLayout.gradient.start] = meanGradient(data, width, height);
  target[pixelLayout.highFrequency.start] = highFrequencyShare(data, width, height, mean);
  target[pixelLayout.brightness.start] = mean;
  target[pixelLayout.contrast.start] = deviation;
  target[pixelLayout.black.start] = (levels[0] as number) / data.length;
  target[pixelLayout.percentile1.start] = findPercentile(levels, data.length, 0.01);
  target[pixelLayout.percentile99.start] = findPercentile(levels, data.length, 0.99);
  target[pixelLayout.stretch.start] = measureStretch(data, width, height);
  const binWidth = 256 / histogramBins;
  for (let bin = 0; bin < histogramBins; bin++) {
    let count = 0;
    for (let level = bin * binWidth; level < (bin + 1) * binWidth; level++) count += levels[level] as number;
    target[pixelLayout.histogram.start + bin] = count / data.length;
  }
  writeBorder(data, width, height, target);
  writeCorners(data, width, height, target);
}

function countLevels(data: Uint8Array): Uint32Array {
  const levels = new Uint32Array(256);
  for (let i = 0; i < data.length; i++) levels[data[i] as number] = (levels[data[i] as number] as number) + 1;
  return levels;
}

function computeLevelMoments(
  levels: Uint32Array,
  count: number,
): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const [level, pixels] of levels.entries()) {
    sum += level * pixels;
    squares += level * level * pixels;
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

function findPercentile(levels: Uint32Array, count: number, share: number): number {
  let below = 0;
  for (const [level, pixels] of levels.entries()) {
    below += pixels;
    if (below >= share * count) return level;
  }
  return 255;
}

function meanAbsoluteLaplacian(data: Uint8Array, width: number, height: number): number {
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1, end = at + width - 2; at < end; at++) {
      const around =
        (data[at - 1] as number) +
        (data[at + 1] as number) +
        (data[at - width] as number) +
        (data[at + width] as number);
      sum += Math.abs(4 * (data[at] as number) - around);
    }
  }
  return sum / ((width - 2) * (height - 2));
}

function meanGradient(data: Uint8Array, width: number, height: number): number {
  let sum = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let at = y * width, end = at + width - 1; at < end; at++) {
      const dx = (data[at + 1] as number) - (data[at] as number);
      const dy = (data[at + width] as number) - (data[at] as number);
      sum += Math.sqrt(dx * dx + dy * dy);
    }
  }
  return sum / ((width - 1) * (height - 1));
}

function measureStretch(data: Uint8Array, width: number, height: number): number {
  let across = 0;
  let down = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let at = y * width, end = at + width - 1; at < end; at++) {
      const value = data[at] as number;
      if (value === 0) continue;
      const right = data[at + 1] as number;
      const below = data[at + width] as number;
      if (right !== 0) across += Math.abs(right - value);
      if (below !== 0) down += Math.abs(below - value);
    }
  }
  return across === 0 || down === 0 ? 1 : across / down;
}

function highFrequencyShare(data: Uint8Array, width: number, height: number, mean: number): number {
  // Rows first, in sixteenths; then columns of those.
  const rows = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let at = y * width + 2, end = at + width - 4; at < end; at++) {
      rows[at] =
        (data[at - 2] as number) +
        4 * (data[at - 1] as number) +
        6 * (data[at] as number) +
        4 * (data[at + 1] as number) +
        (data[at + 2] as number);
    }
  }
  let high = 0;
  let all = 0;
  for (let y = 2; y < height - 2; y++) {
    for (let at = y * width + 2, end = at + width - 4; at < end; at++) {
      const blurred =
        (rows[at - 2 * width] as number) +
        4 * (rows[at - width] as number) +
        6 * (rows[at] as number) +
        4 * (rows[at + width] as number) +
        (rows[at + 2 * width] as number);
      const value = data[at] as number;
      high += (value - blurred / 256) ** 2;
      all += (value - mean) ** 2;
    }
  }
  return all === 0 ? 0 : high / all;
}

function writeBorder(data: Uint8Array, width: number, height: number, target: Float32Array | Float64Array): void {
  const columns = Math.max(1, Math.round(width / 32));
  const rows = Math.max(1, Math.round(height / 32));
  for (let segment = 0; segment < segments; segment++) {
    const [left, right] = [part(width, segment, segments), part(width, segment + 1, segments)];
    const [top, bottom] = [part(height, segment, segments), part(height, segment + 1, segments)];
    const at = pixelLayout.border.start + segment;
    target[at] = meanOf(data, width, left, 0, right, rows);
    target[at + segments] = meanOf(data, width, left, height - rows, right, height);
    target[at + 2 * segments] = meanOf(data, width, 0, top, columns, bottom);
    target[at + 3 * segments] = meanOf(data, width, width - columns, top, width, bottom);
  }
}

function writeCorners(data: Uint8Array, width: number, height: number, target: Float32Array | Float64Array): void {
  const patchWidth = Math.round(width / 8);
  const patchHeight = Math.round(height / 8);
  let at: number = pixelLayout.corners.start;
  for (const top of [0, height - patchHeight]) {
    for (const left of [0, width - patchWidth]) {
      for (let row = 0; row < cells; row++) {
        for (let column = 0; column < cells; column++) {
          target[at++] = meanOf(
            data,
            width,
            left + part(patchWidth, column, cells),
            top + part(patchHeight, row, cells),
            left + part(patchWidth, column + 1, cells),
            top + part(patchHeight, row + 1, cells),
          );
        }
      }
    }
  }
}

function part(length: number, index: number, parts: number): number {
  return Math.floor((index * length) / parts);
}

/** Of the pixels from (left, top) to before (right, bottom). */
function meanOf(data: Uint8Array, width: number, left: number, top: number, right: number, bottom: number): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * width + x] as number;
  return sum / ((right - left) * (bottom - top));
}
