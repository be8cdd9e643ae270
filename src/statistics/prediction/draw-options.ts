/** How intervals are drawn: what all studies and comparisons have in common, checked once. */
import { PneumoscopeError } from '../../base/errors.ts';

export interface DrawOptions {
  /** How often a set of patients is drawn, 100 to 100,000, default 2000. */
  readonly replicates?: number | undefined;
  /** The same seed gives the same intervals; default 0. */
  readonly seed?: number | undefined;
  /** The share of such intervals that hold the true figure, between 0 and 1, default 0.95. */
  readonly level?: number | undefined;
}

export interface CheckedDrawOptions {
  readonly replicates: number;
  readonly seed: number;
  readonly level: number;
}

/** @throws PneumoscopeError E_USAGE */
export function checkDrawOptions({ replicates = 2000, seed = 0, level = 0.95 }: DrawOptions): CheckedDrawOptions {
  // Fewer do not reach into the tails.
  if (!Number.isInteger(replicates) || replicates < 100 || replicates > 100_000) {
    refuse('number of draws must be a whole number from 100 to 100000', replicates);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) refuse('seed must be a whole number of at least 0', seed);
  if (!(level > 0 && level < 1)) refuse("intervals' level must lie between 0 and 1, such as 0.95", level);
  return { replicates, seed, level };
}

/** @throws PneumoscopeError E_USAGE */
export function checkThreshold(threshold: number): void {
  if (!(threshold >= 0 && threshold <= 1)) refuse('threshold must lie between 0 and 1', threshold);
}

/** @throws PneumoscopeError E_USAGE: also for 0 and 1, where the answer is known without a test */
export function checkPrevalence(prevalence: number): void {
  if (prevalence > 0 && prevalence < 1) return;
  refuse('prevalence must be greater than 0 and less than 1, such as 0.05', prevalence);
}

function refuse(expected: string, given: number): never {
  throw new PneumoscopeError('E_USAGE', `The ${expected}, but ${given} was given`);
}
