/**
 * Seeded random numbers that can be resumed anywhere: a stream is named by integers (seed, purpose, epoch, index ...),
 * so a training that continues from a checkpoint draws exactly what an uninterrupted one would have drawn.
 * xoshiro128** (Blackman and Vigna, 2018), seeded through the finaliser of MurmurHash3.
 */
export class RandomGenerator {
  readonly #state = new Uint32Array(4);

  /** @param key integers that name the stream; different keys give independent streams */
  constructor(...key: readonly number[]) {
    let hash = 0x9e3779b9;
    for (const part of key) {
      hash = mix(hash ^ mix(Math.trunc(part / 0x1_0000_0000) >>> 0));
      hash = mix((hash + (part >>> 0)) >>> 0);
    }
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) >>> 0;
      this.#state[i] = mix(hash);
    }
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** An integer in [0, 2^32). */
  nextUint32(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** An integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Standard normal (Box-Muller; one of the pair is dropped so that a call always uses two draws). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** A permutation of 0 .. length-1 (Fisher-Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let z = value >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
