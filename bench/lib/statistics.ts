/** What is said of repeated timings: robust figures only, because one disturbed run must not move them. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** median absolute deviation from the median, in the unit of the samples */
  readonly mad: number;
}

/** The median; of an even number, the mean of the middle two. @throws RangeError without samples */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError('a median needs at least one sample');
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @throws RangeError without samples */
export function summarize(samples: readonly number[]): Summary {
  const center = median(samples);
  return {
    count: samples.length,
    min: Math.min(...samples),
    median: center,
    max: Math.max(...samples),
    mad: median(samples.map((sample) => Math.abs(sample - center))),
  };
}

/** The median of the ratios of pairs measured next to each other: what both sides suffered alike cancels out. */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): number {
  if (numerators.length !== denominators.length) {
    throw new RangeError(`ratios need pairs, but there are ${numerators.length} and ${denominators.length} samples`);
  }
  return median(numerators.map((value, i) => value / (denominators[i] ?? Number.NaN)));
}
