/**
 * A bootstrap over patients for data that pass by once. Drawing n patients with replacement gives each a count that is nearly
 * Poisson distributed with mean 1, nearly independent of the others; drawing those counts independently (Oza and Russell, Online
 * Bagging and Boosting, 2001; Chamandy et al., Estimating Uncertainty for Massive Data Streams, Google, 2012) needs neither n nor a
 * second look. A patient's counts come from the seed and the patient's name, so images may come in any order, and a patient
 * has the same counts in every class. Memory: two numbers for each replicate and value, whatever the number of patients.
 */
import { RandomGenerator } from '../../base/random.ts';
import { toStreamKey } from '../records/string-key.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 44;
/** Patients that wait to be added together: few rows of sums then serve many patients while they are in the processor's cache. */
const batchSize = 32;

/** P(X <= k) of the Poisson distribution with mean 1, in 32 bits; above 12 nothing is left. */
const thresholds = computeThresholds();

/**
 * How often a patient is drawn in each replicate. Replicate 0 is the data as they are: each patient once.
 *
 * @param replicates without that one
 */
export function drawPatientWeights(patient: string, replicates: number, seed: number): Uint8Array {
  const random = new RandomGenerator(seed, purpose, ...toStreamKey(patient));
  const weights = new Uint8Array(replicates + 1);
  weights[0] = 1;
  for (let i = 1; i <= replicates; i++) {
    const drawn = random.nextUint32();
    let weight = 0;
    while (drawn >= (thresholds[weight] ?? Infinity)) weight++;
    weights[i] = weight;
  }
  return weights;
}

/** Sums over the images of one replicate. */
export interface ReplicateSums {
  /** images, each as often as its patient was drawn */
  readonly count: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

interface Pending {
  count: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** Σ x and Σ x² of the images' values, for the data as they are and for every replicate. */
export class BootstrapSums {
  readonly replicates: number;
  readonly #length: number;
  readonly #seed: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #pending = new Map<string, Pending>();

  /** @param options.length values of an image */
  constructor(options: { readonly length: number; readonly replicates: number; readonly seed: number }) {
    const { length, replicates, seed } = options;
    this.replicates = replicates;
    this.#length = length;
    this.#seed = seed;
    this.#counts = new Float64Array(replicates + 1);
    this.#sums = new Float64Array((replicates + 1) * length);
    this.#squares = new Float64Array((replicates + 1) * length);
  }

  /** @param values whole numbers, so that all sums are exact and the order of the images does not matter */
  add(patient: string, values: Float64Array): void {
    let pending = this.#pending.get(patient);
    if (pending === undefined) {
      if (this.#pending.size >= batchSize) this.#flush();
      pending = { count: 0, sums: new Float64Array(this.#length), squares: new Float64Array(this.#length) };
      this.#pending.set(patient, pending);
    }
    pending.count += 1;
    const { sums, squares } = pending;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      sums[i] = (sums[i] as number) + value;
      squares[i] = (squares[i] as number) + value * value;
    }
  }

  /** @param index 0: the data as they are; 1 .. replicates: one of the draws */
  read(index: number): ReplicateSums {
    this.#flush();
    const from = index * this.#length;
    return {
      count: this.#counts[index] as number,
      sums: this.#sums.subarray(from, from + this.#length),
      squares: this.#squares.subarray(from, from + this.#length),
    };
  }

  /** A patient may come again later: the sums are linear in what is added. */
  #flush(): void {
    const batch = [...this.#pending.entries()].map(([patient, sums]) => {
      return { ...sums, weights: drawPatientWeights(patient, this.replicates, this.#seed) };
    });
    this.#pending.clear();
    if (batch.length === 0) return;
    const length = this.#length;
    for (let replicate = 0; replicate <= this.replicates; replicate++) {
      const from = replicate * length;
      const sums = this.#sums.subarray(from, from + length);
      const squares = this.#squares.subarray(from, from + length);
      for (const patient of batch) {
        const weight = patient.weights[replicate] as number;
        if (weight === 0) continue;
        this.#counts[replicate] = (this.#counts[replicate] as number) + weight * patient.count;
        addScaled(sums, patient.sums, weight);
        addScaled(squares, patient.squares, weight);
      }
    }
  }
}

function addScaled(target: Float64Array, values: Float64Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + weight * (values[i] as number);
}

function computeThresholds(): Float64Array {
  let share = Math.exp(-1);
  let total = 0;
  return Float64Array.from({ length: 13 }, (_, k) => {
    if (k > 0) share /= k;
    total += share;
    return total * 2 ** 32;
  });
}
