/** Spearman's rank correlation: whether two maps call the same places hot, whatever their units. */

/**
 * @returns -1..1; null where one of them is the same everywhere, so that it ranks nothing
 */
export function rankCorrelation(a: Float32Array, b: Float32Array): number | null {
  const [first, second] = [toRanks(a), toRanks(b)];
  // Ranks, ties included, have this mean.
  const mean = (a.length + 1) / 2;
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(first[i] as number) - mean, (second[i] as number) - mean];
    product += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? null : product / Math.sqrt(squaresA * squaresB);
}

/** 1 for the smallest; equal values share the mean of their ranks. */
function toRanks(values: Float32Array): Float64Array {
  const order = Array.from(values.keys()).toSorted((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (const index of order.slice(start, end)) ranks[index] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}
