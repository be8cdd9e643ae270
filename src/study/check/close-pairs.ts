/**
 * All pairs of 64-bit hashes that differ in few bits, without comparing each with each: two hashes within 7 bits differ in at most
 * one bit of at least one of their four quarters (M. Norouzi et al., Fast Search in Hamming Space with Multi-Index Hashing,
 * 2012), so each hash is compared with those in the 17 buckets that a quarter of it can fall into. Two blocks of hashes are in memory at
 * a time, and what is spent on one hash has an end.
 */
import { setImmediate } from 'node:timers/promises';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { countBits } from './perceptual-hash.ts';

const quarters = 4;
const buckets = 1 << 16;
/** Above it, two bits of every quarter could differ. */
const largestDistance = 7;
const pieceSize = 2048;
/** What a visit may cost, in comparisons of hashes: it multiplies thumbnails. */
const visitCost = 64;

/**
 * Comparisons that a hash is worth, about two milliseconds: as long as it took to read its image. Of fewer than 250,000 hashes hardly any
 * need more; of a million chest X-rays each needs some 50,000. Without an end a million images that all look alike would take weeks.
 */
const comparisonsPerHash = 1 << 20;

/** Hashes that stand one behind the other. */
export interface HashBlock {
  /** place of the first among all hashes */
  readonly start: number;
  /** two halves of 32 bits each */
  readonly hashes: Uint32Array;
}

export interface PairSearch<Block extends HashBlock> extends TaskOptions {
  /** of all hashes */
  readonly count: number;
  readonly blocks: number;
  readonly load: (block: number) => Block;
  /** bits that may differ, 0..7 */
  readonly distance: number;
  /**
   * Gets each pair once, the one that stands first among all hashes first: index `i` of block `a`, index `j` of block `b`.
   *
   * @returns whether it looked closer, which is dear
   */
  readonly visit: (a: Block, i: number, b: Block, j: number) => boolean;
  /** default 1,048,576 */
  readonly comparisonsPerHash?: number;
}

/**
 * @returns how many hashes have so many others near them that they were not compared with all of these
 * @throws PneumoscopeError E_INTERRUPTED
 */
export async function visitClosePairs<Block extends HashBlock>(search: PairSearch<Block>): Promise<number> {
  const { blocks, load, distance, signal, onProgress } = search;
  if (!(distance >= 0 && distance <= largestDistance)) throw new RangeError(`distance ${distance} is not 0..7`);
  let crowded = 0;
  for (let later = 0; later < blocks; later++) {
    const b = load(later);
    const size = b.hashes.length / 2;
    const left = new Int32Array(size).fill(search.comparisonsPerHash ?? comparisonsPerHash);
    for (let earlier = 0; earlier <= later; earlier++) {
      const a = earlier === later ? b : load(earlier);
      for (let quarter = 0; quarter < quarters; quarter++) {
        const index = indexQuarter(a.hashes, quarter);
        const rounds = (later + 1) * quarters;
        for (let start = 0; start < size; start += pieceSize) {
          await setImmediate();
          throwIfInterrupted(signal);
          const share = (earlier * quarters + quarter + start / size) / rounds;
          onProgress?.({
            label: 'Comparing',
            done: b.start + Math.floor(share * size),
            total: search.count,
            unit: 'hashes',
          });
          const end = Math.min(size, start + pieceSize);
          for (let j = start; j < end; j++) left[j] = compareOne(search, a, b, j, index, left[j] as number);
        }
      }
    }
    crowded += left.reduce((count, own) => count + Number(own < 0), 0);
  }
  return crowded;
}

/** The ids of a bucket stand, ascending, from its start to that of the next. */
interface QuarterIndex {
  readonly quarter: number;
  readonly starts: Uint32Array;
  readonly ids: Uint32Array;
}

/**
 * Compares hash `j` of block `b` with those of block `a` that stand before it.
 *
 * @param left comparisons that it is worth still
 * @returns what is left of them; negative: there were too few
 */
function compareOne<Block extends HashBlock>(
  { distance, visit }: PairSearch<Block>,
  a: Block,
  b: Block,
  j: number,
  { quarter, starts, ids }: QuarterIndex,
  left: number,
): number {
  const key = readQuarter(b.hashes, j, quarter);
  const before = a.start === b.start ? j : Infinity;
  for (let bit = -1; bit < 16; bit++) {
    const bucket = bit < 0 ? key : key ^ (1 << bit);
    for (let at = starts[bucket] as number, end = starts[bucket + 1] as number; at < end; at++) {
      const i = ids[at] as number;
      if (i >= before) break;
      if (left <= 0) return -1;
      left -= 1;
      if (isClose(a.hashes, i, b.hashes, j, distance) && isFirstQuarter(a.hashes, i, b.hashes, j, quarter)) {
        if (visit(a, i, b, j)) left = Math.max(0, left - visitCost);
      }
    }
  }
  return left;
}

/** Sorted by counting. */
function indexQuarter(hashes: Uint32Array, quarter: number): QuarterIndex {
  const count = hashes.length / 2;
  const starts = new Uint32Array(buckets + 1);
  for (let i = 0; i < count; i++) {
    const after = readQuarter(hashes, i, quarter) + 1;
    starts[after] = (starts[after] as number) + 1;
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    starts[bucket + 1] = (starts[bucket + 1] as number) + (starts[bucket] as number);
  }
  const next = starts.slice();
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const bucket = readQuarter(hashes, i, quarter);
    const at = next[bucket] as number;
    ids[at] = i;
    next[bucket] = at + 1;
  }
  return { quarter, starts, ids };
}

function readQuarter(hashes: Uint32Array, i: number, quarter: number): number {
  const half = hashes[2 * i + (quarter >> 1)] as number;
  return (quarter & 1) === 0 ? half >>> 16 : half & 0xffff;
}

function isClose(a: Uint32Array, i: number, b: Uint32Array, j: number, distance: number): boolean {
  const high = countBits((a[2 * i] as number) ^ (b[2 * j] as number));
  return high <= distance && high + countBits((a[2 * i + 1] as number) ^ (b[2 * j + 1] as number)) <= distance;
}

/** A pair that several quarters find belongs to the first of them. */
function isFirstQuarter(a: Uint32Array, i: number, b: Uint32Array, j: number, quarter: number): boolean {
  for (let earlier = 0; earlier < quarter; earlier++) {
    if (countBits(readQuarter(a, i, earlier) ^ readQuarter(b, j, earlier)) <= 1) return false;
  }
  return true;
}
