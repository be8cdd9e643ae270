/**
 * Temperature scaling (Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, ICML 2017): all logits are divided by
 * one number T, so that «0.9» comes true nine times in ten. The order of the images stays, and with it the ROC curve.
 * To be fitted on validation data: on its training data a network is right more often than anywhere else.
 */
import { PneumoscopeError } from '../../base/errors.ts';
import { softmax } from '../prediction/loss.ts';
import { toProbability } from '../prediction/probability.ts';

/** What a network said about one image of known class. */
export interface LabelledLogits {
  /** Named in errors. */
  readonly file: string;
  /** The index of the class. */
  readonly label: number;
  /** One per class; a single one belongs to class 1, and class 0 has 0. */
  readonly logits: readonly number[];
}

export interface FittedTemperature {
  /** Above 1 the network was too sure of itself, below 1 not sure enough. */
  readonly temperature: number;
  /**
   * Why the best T does not lie within {@link temperatureBounds}, of which `temperature` is then the nearer one. `separable`: no image
   * speaks against any confidence, however great; `uninformative`: the logits tell nothing, or the opposite, of the classes.
   */
  readonly limit: 'separable' | 'uninformative' | null;
}

/** A network whose logits are off by more than this factor has another fault than its confidence. */
export const temperatureBounds = { low: 0.05, high: 20 } as const;

/** Ten would do; the bracket makes an end certain. */
const maximumIterations = 200;
/** Largest last step of log T: T is then right to some units in its twelfth digit. */
const tolerance = 1e-12;

/**
 * The T that minimises the mean negative log-likelihood of softmax(logits / T), by Newton's method on τ = log T. With β = 1 / T and
 * p = softmax(β z), per image  L = log Σ exp(β z_k) - β z_y,  L' = Σ p_k z_k - z_y,  L'' = Σ p_k z_k² - (Σ p_k z_k)²  by β, and
 * by τ  g = -β ΣL',  h = β² ΣL'' + β ΣL'.  L is convex in β, so that there is one minimum; where h is not positive or a step would leave
 * the interval that is known to hold it, the interval is halved instead.
 *
 * @throws PneumoscopeError E_DATASET for no images; E_NOT_FINITE for a logit that is not a number, naming the file
 */
export function fitTemperature(samples: readonly LabelledLogits[]): FittedTemperature {
  checkLogits(samples);
  let low = Math.log(temperatureBounds.low);
  let high = Math.log(temperatureBounds.high);
  const sayNothing = samples.every(({ logits }) => spread(logits).every((logit, _, [first]) => logit === first));
  if (sayNothing || differentiate(samples, high).gradient < 0) {
    return { temperature: temperatureBounds.high, limit: 'uninformative' };
  }
  if (differentiate(samples, low).gradient >= 0) return { temperature: temperatureBounds.low, limit: 'separable' };
  let position = 0;
  for (let iteration = 0; iteration < maximumIterations; iteration++) {
    const { gradient, curvature } = differentiate(samples, position);
    if (gradient > 0) high = position;
    else low = position;
    const newton = position - gradient / curvature;
    const next = curvature > 0 && newton > low && newton < high ? newton : (low + high) / 2;
    const step = Math.abs(next - position);
    position = next;
    if (step < tolerance) break;
  }
  return { temperature: Math.exp(position), limit: null };
}

/** First and second derivative of the summed loss by log T. */
function differentiate(
  samples: readonly LabelledLogits[],
  logTemperature: number,
): { readonly gradient: number; readonly curvature: number } {
  const beta = Math.exp(-logTemperature);
  let first = 0;
  let second = 0;
  for (const { label, logits } of samples) {
    const all = spread(logits);
    const probabilities = softmax(all.map((logit) => logit * beta));
    // About the right class's logit, which takes nothing away from large ones that are alike.
    const own = all[label] as number;
    let mean = 0;
    let square = 0;
    for (const [index, probability] of probabilities.entries()) {
      const distance = (all[index] as number) - own;
      mean += probability * distance;
      square += probability * distance * distance;
    }
    first += mean;
    second += square - mean * mean;
  }
  return { gradient: -beta * first, curvature: beta * beta * second + beta * first };
}

/** One logit per class. */
export function spread(logits: readonly number[]): readonly number[] {
  return logits.length === 1 ? [0, logits[0] as number] : logits;
}

/** Of two classes the log-odds of the second, which is the positive one. */
export function positiveLogOdds(logits: readonly number[]): number {
  const [first = 0, second] = logits;
  return second === undefined ? first : second - first;
}

/**
 * Of each class, in the order of the labels: what logits stand for at a temperature.
 *
 * @param shift of two classes, added to the positive one's log-odds behind the temperature, see `fitPlatt`; nothing for more
 */
export function computeProbabilities(logits: readonly number[], temperature: number, shift = 0): number[] {
  if (logits.length > 2) return softmax(logits.map((logit) => logit / temperature));
  const positive = toProbability(positiveLogOdds(logits) / temperature + shift);
  return [1 - positive, positive];
}

export function checkLogits(samples: readonly LabelledLogits[]): void {
  if (samples.length === 0) {
    throw new PneumoscopeError('E_DATASET', 'There are no images to fit a temperature to');
  }
  for (const { file, logits } of samples) {
    const wrong = logits.find((logit) => !Number.isFinite(logit));
    if (wrong === undefined) continue;
    throw new PneumoscopeError(
      'E_NOT_FINITE',
      `The model's logit for ${file} is ${wrong}: its weights are damaged or its training diverged; use another model file`,
    );
  }
}
