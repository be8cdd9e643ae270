/**
 * Occlusion sensitivity (Zeiler and Fergus, 2014): a grey patch is put on every place of the image in turn, and the map is how far the
 * class's logit falls. It needs nothing of the network but its answers.
 */
import { PneumoscopeError } from '../../base/errors.ts';

export interface OcclusionOptions {
  /** Side of the square patch, pixels; an eighth of the image's shorter side unless given. */
  readonly patch?: number | undefined;
  /** From one patch to the next, pixels, at most `patch`; half a patch unless given. */
  readonly stride?: number | undefined;
}

export interface PatchGrid {
  readonly patch: number;
  readonly stride: number;
  /** Upper edge of each row of patches. */
  readonly tops: readonly number[];
  /** Left edge of each column. */
  readonly lefts: readonly number[];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Every pixel lies under a patch: where the stride does not divide what is left, the last patch stands at the edge.
 *
 * @throws PneumoscopeError E_USAGE when the patch does not fit into the image, or the stride leaves gaps
 */
export function placePatches({ width, height }: Size, options: OcclusionOptions = {}): PatchGrid {
  const side = Math.min(width, height);
  const patch = options.patch ?? Math.max(1, Math.round(side / 8));
  const stride = options.stride ?? Math.max(1, Math.round(patch / 2));
  if (!Number.isInteger(patch) || patch < 1 || patch > side) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The patch must have a side of 1 to ${side} whole pixels for images of ${width} x ${height}, but ${patch} was given`,
    );
  }
  if (!Number.isInteger(stride) || stride < 1 || stride > patch) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The stride must be 1 to ${patch} whole pixels, so that patches of ${patch} leave no gaps, but ${stride} was given`,
    );
  }
  return { patch, stride, tops: placeAlong(height, patch, stride), lefts: placeAlong(width, patch, stride) };
}

function placeAlong(side: number, patch: number, stride: number): readonly number[] {
  const count = Math.ceil((side - patch) / stride) + 1;
  return Array.from({ length: count }, (_, index) => Math.min(index * stride, side - patch));
}

/**
 * What stands in a patch: the image's mean. Black would be air and white bone or consolidation, things that an X-ray shows; the mean takes the detail
 * away and leaves the image's brightness as it is.
 */
export function meanLevel(pixels: Uint8Array): number {
  return Math.round(pixels.reduce((sum, level) => sum + level, 0) / pixels.length);
}

/** A copy of the image with a patch on it. @param index row by row */
export function occlude(pixels: Uint8Array, width: number, grid: PatchGrid, index: number, fill: number): Uint8Array {
  const top = grid.tops[Math.floor(index / grid.lefts.length)] as number;
  const left = grid.lefts[index % grid.lefts.length] as number;
  const occluded = pixels.slice();
  for (let y = top; y < top + grid.patch; y++) {
    occluded.fill(fill, y * width + left, y * width + left + grid.patch);
  }
  return occluded;
}

/** To every pixel the mean of what the patches over it gave. @param drops row by row */
export function spreadDrops(drops: Float32Array, grid: PatchGrid, { width, height }: Size): Float32Array {
  const sums = new Float64Array(width * height);
  const counts = new Uint32Array(width * height);
  drops.forEach((drop, index) => {
    const top = grid.tops[Math.floor(index / grid.lefts.length)] as number;
    const left = grid.lefts[index % grid.lefts.length] as number;
    for (let y = top; y < top + grid.patch; y++) {
      for (let x = left; x < left + grid.patch; x++) {
        sums[y * width + x] = (sums[y * width + x] as number) + drop;
        counts[y * width + x] = (counts[y * width + x] as number) + 1;
      }
    }
  });
  return Float32Array.from(sums, (sum, pixel) => sum / (counts[pixel] as number));
}
