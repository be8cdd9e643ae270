/**
 * Mean and standard deviation of every pixel over any number of images, in the memory of one. Grey levels are whole numbers, so
 * their sums and the sums of their squares are exact (up to 10^11 images): nothing is lost that Welford's updates or compensated
 * summation would save, and the result does not depend on the order of the images.
 */

export interface PixelStatistics {
  readonly count: number;
  /** grey levels, 0..255, one per pixel */
  readonly mean: Float64Array;
  /** of a sample (n - 1 in the denominator), grey levels; null of fewer than two images */
  readonly standardDeviation: Float64Array | null;
}

export class PixelSums {
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  /** @param length pixels of an image */
  constructor(length: number) {
    this.#sums = new Float64Array(length);
    this.#squares = new Float64Array(length);
  }

  get count(): number {
    return this.#count;
  }

  /** @param pixels whole numbers from 0 to 255, as many as all others have */
  add(pixels: Uint8Array): void {
    if (pixels.length !== this.#sums.length) {
      throw new RangeError(`An image of ${this.#sums.length} pixels was expected, this one has ${pixels.length}.`);
    }
    for (let i = 0; i < pixels.length; i++) {
      const level = pixels[i] as number;
      this.#sums[i] = (this.#sums[i] as number) + level;
      this.#squares[i] = (this.#squares[i] as number) + level * level;
    }
    this.#count += 1;
  }

  /** All images of the other sums count here too. */
  addSums(other: PixelSums): void {
    for (let i = 0; i < this.#sums.length; i++) {
      this.#sums[i] = (this.#sums[i] as number) + (other.#sums[i] as number);
      this.#squares[i] = (this.#squares[i] as number) + (other.#squares[i] as number);
    }
    this.#count += other.#count;
  }

  /** Undefined without images. */
  compute(): PixelStatistics | undefined {
    const count = this.#count;
    if (count === 0) return undefined;
    const mean = this.#sums.map((sum) => sum / count);
    if (count === 1) return { count, mean, standardDeviation: null };
    const standardDeviation = this.#sums.map((sum, i) => {
      return Math.sqrt(computeVariance(count, sum, this.#squares[i] as number));
    });
    return { count, mean, standardDeviation };
  }
}

/**
 * Σ (x - x̄)² / (n - 1) from Σ 1, Σ x and Σ x² of whole numbers. They are shifted by ⌊x̄⌋ first, still in whole numbers, because
 * Σ x² - n x̄² is a small difference of large numbers and would lose most of its digits.
 *
 * @param count 2 or more
 */
export function computeVariance(count: number, sum: number, squares: number): number {
  const shift = Math.floor(sum / count);
  const rest = sum - shift * count;
  const shifted = squares - 2 * shift * sum + shift * shift * count;
  return Math.max(0, shifted - (rest * rest) / count) / (count - 1);
}
