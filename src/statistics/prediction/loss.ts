/** Losses of single samples in float64, and the probabilities that logits stand for. */

/** Keras's epsilon: bare probabilities are clipped to [epsilon, 1 - epsilon] before the logarithm. */
const epsilon = 1e-7;

/**
 * Binary cross-entropy of one logit: max(z, 0) - z y + log(1 + e^-|z|), which neither overflows nor loses the digits of a
 * confident answer (TensorFlow's `sigmoid_cross_entropy_with_logits`, which Keras uses behind a sigmoid).
 *
 * @param label 0 or 1
 */
export function binaryCrossEntropyFromLogit(logit: number, label: number): number {
  return Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)));
}

/** Binary cross-entropy of a bare probability, clipped as Keras does. */
export function binaryCrossEntropy(probability: number, label: number): number {
  const clipped = clip(probability);
  return label === 1 ? -Math.log(clipped) : -Math.log1p(-clipped);
}

/** Cross-entropy of one sample's logits: log(sum of e^z) - z[label]. */
export function crossEntropyFromLogits(logits: readonly number[], label: number): number {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return largest + Math.log(sum) - (logits[label] as number);
}

/** Cross-entropy of bare probabilities, clipped as Keras does. */
export function crossEntropy(probabilities: readonly number[], label: number): number {
  return -Math.log(clip(probabilities[label] as number));
}

function clip(probability: number): number {
  return Math.min(Math.max(probability, epsilon), 1 - epsilon);
}

/** The probability a logit stands for, rounded to the nearest float32, the type of a network's own output. */
export function sigmoid(logit: number): number {
  if (logit >= 0) return Math.fround(1 / (1 + Math.exp(-logit)));
  const power = Math.exp(logit);
  return Math.fround(power / (1 + power));
}

/** The probabilities that one sample's logits stand for; they sum to 1. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = values.reduce((max, logit) => Math.max(max, logit), -Infinity);
  const powers = values.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
