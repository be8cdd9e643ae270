/** Between log-odds and probabilities, in float64 throughout: loss.ts rounds to float32 as a network does, which ties what is not equal. */

/** The probability of log-odds z, 1 / (1 + e^-z); infinite ones give 0 and 1. */
export function toProbability(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const power = Math.exp(logOdds);
  return power / (1 + power);
}

/** log(p / (1 - p)); of 0 and 1 -Infinity and Infinity. */
export function toLogOdds(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability);
}

/**
 * A probability between two others, as far from one as from the other in log-odds: low <= result < high, so that «strictly greater»
 * parts the two also where no other number lies between them.
 *
 * Log-odds, because that is what a network computes. Confident answers crowd at 0 and 1: the mean of 0.001 and 0.5 is 0.25, which is
 * six times as far from the one as from the other, so that the last bits of a computation or a slightly different scanner would
 * push the nearer one across first. Besides, the middle then stays between the same images when a temperature divides all log-odds.
 */
export function probabilityBetween(low: number, high: number): number {
  const middle = toProbability((toLogOdds(low) + toLogOdds(high)) / 2);
  if (middle > low && middle < high) return middle;
  const mean = low + (high - low) / 2;
  return mean < high ? mean : low;
}
