/**
 * All pairs of 64-bit hashes that differ in few bits, without comparing each with each: two hashes within 7 bits differ in at most
 * one bit of at least one of their four quarters (M. Norouzi et al., Fast Search in Hamming Space with Multi-Index Hashing,
 * 2012), so each hash is compared with those in the 17 buckets that a quarter of it can fall into.
 */
import { setImmediate } from 'node:timers/promises';
import { throwIfInterrupted, type TaskOptions } from '../data/task.ts';
import { countBits } from './perceptual-hash.ts';

const quarters = 4;
const buckets = 1 << 16;
/** Above it, two bits of every quarter could differ. */
const largestDistance = 7;
const pieceSize = 2048;

/**
 * @param hashes two halves of 32 bits each, one hash after the other
 * @param distance bits that may differ, 0..7
 * @param visit gets each pair once, first < second
 * @throws PneumoscopeError E_INTERRUPTED
 */
export async function visitClosePairs(
  hashes: Uint32Array,
  distance: number,
  visit: (first: number, second: number) => void,
  options: TaskOptions = {},
): Promise<void> {
  if (!(distance >= 0 && distance <= largestDistance)) throw new RangeError(`distance ${distance} is not 0..7`);
  const count = hashes.length / 2;
  for (let quarter = 0; quarter < quarters; quarter++) {
    const { starts, ids } = indexQuarter(hashes, quarter);
    for (let i = 0; i < count; i++) {
      if (i % pieceSize === 0) {
        await setImmediate();
        throwIfInterrupted(options.signal);
        options.onProgress?.({
          label: 'Comparing',
          done: quarter * count + i,
          total: quarters * count,
          unit: 'hashes',
        });
      }
      const key = readQuarter(hashes, i, quarter);
      for (let bit = -1; bit < 16; bit++) {
        const bucket = bit < 0 ? key : key ^ (1 << bit);
        for (let at = starts[bucket] as number, end = starts[bucket + 1] as number; at < end; at++) {
          const j = ids[at] as number;
          if (j > i && isClose(hashes, i, j, distance) && isFirstQuarter(hashes, i, j, quarter)) visit(i, j);
        }
      }
    }
  }
}

/** Sorted by counting: the ids of a bucket stand from its start to that of the next. */
function indexQuarter(hashes: Uint32Array, quarter: number): { starts: Uint32Array; ids: Uint32Array } {
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
  return { starts, ids };
}

function readQuarter(hashes: Uint32Array, i: number, quarter: number): number {
  const half = hashes[2 * i + (quarter >> 1)] as number;
  return (quarter & 1) === 0 ? half >>> 16 : half & 0xffff;
}

function isClose(hashes: Uint32Array, i: number, j: number, distance: number): boolean {
  const high = countBits((hashes[2 * i] as number) ^ (hashes[2 * j] as number));
  return (
    high <= distance && high + countBits((hashes[2 * i + 1] as number) ^ (hashes[2 * j + 1] as number)) <= distance
  );
}

/** A pair that several quarters find belongs to the first of them. */
function isFirstQuarter(hashes: Uint32Array, i: number, j: number, quarter: number): boolean {
  for (let earlier = 0; earlier < quarter; earlier++) {
    if (countBits(readQuarter(hashes, i, earlier) ^ readQuarter(hashes, j, earlier)) <= 1) return false;
  }
  return true;
}
