/** The losses of a range test -> smoothed losses and the rates they speak for. Pure: no network, no files. */

/** One step of a range test. */
export interface RangeStep {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Mean over the step's batch, before its update. */
  readonly loss: number;
  /** Of this and the earlier steps. */
  readonly smoothedLoss: number;
}

/** A rate with the smoothed loss that the range test had there. */
export interface RatePoint {
  readonly learningRate: number;
  readonly smoothedLoss: number;
}

export interface RateSuggestion {
  /** The lower of the two below, to two significant digits; null where the loss fell nowhere. */
  readonly learningRate: number | null;
  /** Where the smoothed loss falls fastest over the logarithm of the rate, before its minimum. */
  readonly steepest: RatePoint | null;
  readonly minimum: RatePoint | null;
  /** The rate of the minimum over 10. */
  readonly tenthOfMinimum: number | null;
  /** What the curve cannot tell, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * An exponential moving average whose start is not pulled towards 0: divided by the sum of its weights, as Adam does it (Kingma and Ba,
 * 2015, section 3).
 */
export class SmoothedLoss {
  readonly #decay: number;
  #average = 0;
  #weight = 0;

  /** @param decay 0..1: the weight of what was, a step later; 0 smooths nothing */
  constructor(decay: number) {
    this.#decay = decay;
  }

  add(loss: number): number {
    this.#average = this.#decay * this.#average + (1 - this.#decay) * loss;
    this.#weight = this.#decay * this.#weight + (1 - this.#decay);
    return this.#average / this.#weight;
  }
}

/** The rate of a step: from `from` at step 1 to `to` at the last one, each the same multiple of the one before. */
export function rateOfStep(step: number, { from, to, steps }: RateRange): number {
  return from * (to / from) ** ((step - 1) / (steps - 1));
}

/** What a range test came to. */
export interface LearningRateCurve extends RateRange {
  /** How much of the average a step keeps, 0..1. */
  readonly smoothing: number;
  /** The steps taken, one at least; fewer than asked for where the loss diverged. */
  readonly curve: readonly RangeStep[];
  /** Why it ended: all steps taken; the smoothed loss above four times its lowest; a loss that is no number. */
  readonly ended: 'complete' | 'diverged' | 'notFinite';
  readonly suggestion: RateSuggestion;
}

export interface RateRange {
  /** Above 0. */
  readonly from: number;
  /** Above `from`. */
  readonly to: number;
  /** {@link fewestSteps} or more. */
  readonly steps: number;
}

/** A suggestion from fewer would be luck. */
export const fewestSteps = 10;

export const defaultRange: RateRange = { from: 1e-6, to: 1, steps: 100 };

/**
 * Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3, has a person read the plot; the two readings here are
 * those that became usual: the steepest descent, and a tenth of the rate at the minimum, which already lies on the way to divergence.
 *
 * @param curve the steps that were taken, one at least
 * @param range what was asked for: its first tenth is the start, where little was averaged yet
 */
export function suggestRate(curve: readonly RangeStep[], range: RateRange): RateSuggestion {
  const settled = curve.slice(Math.min(Math.floor(range.steps / 10), curve.length - 1));
  const lowest = settled.reduce((best, one, index) => {
    return one.smoothedLoss < (settled[best] as RangeStep).smoothedLoss ? index : best;
  }, 0);
  const reach = Math.max(1, Math.round(range.steps / 20));
  const steepest = lowest === 0 ? null : findSteepest(settled, lowest, reach);
  if (steepest === null) {
    const warning = `The loss fell at no rate from ${formatRate(range.from)} to ${formatRate(range.to)}: begin lower with --from, or take more --steps.`;
    return { learningRate: null, steepest: null, minimum: null, tenthOfMinimum: null, warnings: [warning] };
  }
  const minimum = settled[lowest] as RangeStep;
  const tenthOfMinimum = minimum.learningRate / 10;
  const warnings =
    lowest < settled.length - 1
      ? []
      : [`The loss still fell at the last rate, ${formatRate(minimum.learningRate)}: go further with --to.`];
  return {
    learningRate: Number(Math.min(steepest.learningRate, tenthOfMinimum).toPrecision(2)),
    steepest: toPoint(steepest),
    minimum: toPoint(minimum),
    tenthOfMinimum,
    warnings,
  };
}

/** '0.0012', '2.5e-6': as many digits as a rate needs. */
export function formatRate(rate: number): string {
  const rounded = Number(rate.toPrecision(3));
  return rounded >= 1e-4 ? String(rounded) : rounded.toExponential();
}

/** By differences over `reach` steps on both sides, since neighbouring steps differ by chance; null where the loss falls nowhere. */
function findSteepest(curve: readonly RangeStep[], end: number, reach: number): RangeStep | null {
  let best: RangeStep | null = null;
  let least = 0;
  for (let index = 0; index <= end; index++) {
    const before = curve[Math.max(0, index - reach)] as RangeStep;
    const behind = curve[Math.min(curve.length - 1, index + reach)] as RangeStep;
    const slope = (behind.smoothedLoss - before.smoothedLoss) / Math.log(behind.learningRate / before.learningRate);
    if (slope < least) [best, least] = [curve[index] as RangeStep, slope];
  }
  return best;
}

function toPoint({ learningRate, smoothedLoss }: RangeStep): RatePoint {
  return { learningRate, smoothedLoss };
}
