/** Do two models make different numbers of mistakes on the same images? Only the images that one of them alone gets right can tell. */

export interface McNemarTest {
  /** Images that the first model alone answers rightly; the second alone. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Two-sided, exact; it takes the images of a patient for strangers to each other. */
  readonly pValue: number;
}

/** McNemar's test (Psychometrika 12, 1947) in its exact form: the binomial distribution with share 1/2. */
export function computeMcNemarTest(onlyFirst: number, onlySecond: number): McNemarTest {
  const trials = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  let logarithm = -trials * Math.LN2;
  let tail = Math.exp(logarithm);
  for (let k = 1; k <= fewer; k++) {
    logarithm += Math.log((trials - k + 1) / k);
    tail += Math.exp(logarithm);
  }
  return { onlyFirst, onlySecond, pValue: Math.min(1, 2 * tail) };
}
