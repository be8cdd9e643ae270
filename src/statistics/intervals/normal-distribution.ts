/** The standard normal distribution, to about 13 digits: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, section 26.2. */

/** Above it the continued fraction needs fewer terms than the series, and loses no digits. */
const farOut = 3;

/** P(Z > z). */
export function computeUpperTail(z: number): number {
  if (z < 0) return 1 - computeUpperTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < farOut) {
    // 26.2.11: P(0 < Z < z) = density (z + z^3/3 + z^5/(3 5) + ...)
    let term = z;
    let sum = z;
    for (let odd = 3; term > sum * 1e-17; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // 26.2.14: density / (z + 1/(z + 2/(z + 3/(z + ...))))
  let fraction = z;
  for (let k = 100; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}

/** The z below which a share 0..1 of the distribution lies, by halving. */
export function computeNormalQuantile(share: number): number {
  let [low, high] = [-40, 40];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (computeUpperTail(-middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
