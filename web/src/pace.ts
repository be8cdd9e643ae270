/** How fast images are answered, and how long the rest will take. */

export interface Sample {
  /** milliseconds */
  readonly at: number;
  /** images settled until then */
  readonly done: number;
}

/** Older samples tell of another pace. */
export const paceSpan = 20_000;

/** Images a second over the last samples; null while too little is known. */
export function measurePace(samples: readonly Sample[]): number | null {
  const last = samples.at(-1);
  const first = samples.find(({ at }) => last !== undefined && last.at - at <= paceSpan);
  if (last === undefined || first === undefined) return null;
  const seconds = (last.at - first.at) / 1000;
  return seconds < 0.2 || last.done <= first.done ? null : (last.done - first.done) / seconds;
}

/** Seconds; null while no pace is known. */
export function estimateLeft(pace: number | null, left: number): number | null {
  return pace === null || pace <= 0 ? null : Math.ceil(left / pace);
}
