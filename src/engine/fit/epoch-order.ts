/** The order of the images of an epoch. */
import { RandomGenerator } from '../../base/random.ts';

/** The purpose of the random stream, which is (seed, purpose, epoch). */
const orderStream = 1;

/** A permutation of 0 .. count-1, a function of seed and epoch alone; 0, 1, 2 ... without shuffling. */
export function epochOrder(count: number, seed: number, epoch: number, shuffle: boolean): Int32Array {
  if (shuffle) return new RandomGenerator(seed, orderStream, epoch).permutation(count);
  return Int32Array.from({ length: count }, (_, index) => index);
}
