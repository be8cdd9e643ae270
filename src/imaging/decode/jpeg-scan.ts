/**
 * Whether the pixels of a JPEG of one sequential scan are whole. Almost every row of bits is some Huffman code, so a decoder makes a picture of
 * damaged data, torn in bands, and warns late or never. But damage leaves traces: blocks that are too long, values that no picture
 * has, bytes that are left over or missing at the end. Decoders also disagree about such values, each by its arithmetic.
 */
import { isUsualTable } from '../jpeg-tables.ts';
import { endOfBlock, endOfSeveral, severalBits, shortBits } from './jpeg-huffman.ts';
import { blockSize, largestValue, readScan, type Component, type Scan } from './jpeg-scan-header.ts';

/** bytes, and more than any block takes: 64 codes of 16 bits with values of 15 */
const longestBlock = 256;
const firstRestart = 0xd0;

/**
 * `torn`: its pixels are not those of the image. `usual`: whole, and quantised as most encoders do it. `other`: another kind of scan,
 * one that no decoder would begin, or steps of quantisation that may be damaged themselves; decoders differ about values that these
 * make too large.
 */
export type ScanState = 'torn' | 'usual' | 'other';

/** @param bytes with a whole header and an end */
export function checkScan(bytes: Buffer): ScanState {
  const scan = readScan(bytes);
  if (scan === undefined) return 'other';
  if (!isWhole(bytes, scan)) return 'torn';
  return scan.components.every(({ steps }) => isUsualTable(steps)) ? 'usual' : 'other';
}

/** Section E.2.4: what stands between two restart markers can be read by itself. */
function isWhole(bytes: Buffer, { components, mcus, restartInterval, start }: Scan): boolean {
  const bits = reserve(bytes.length - start + longestBlock);
  for (let done = 0, at = start, restarts = 0; done < mcus; restarts++) {
    const expected = firstRestart + ((restarts - 1) % 8);
    if (restarts > 0 && bytes[at++] !== expected) return false;
    const { length, marker } = copyBits(bytes, at, bits);
    at = marker;
    const share = restartInterval === 0 ? mcus : Math.min(restartInterval, mcus - done);
    if (!checkInterval(bits, length, components, share)) return false;
    done += share;
  }
  return true;
}

/** What the files before needed: memory of its own for each costs a small file more than the rest. */
let reserved = Buffer.alloc(0);
const mostReserved = 2 ** 20;

function reserve(length: number): Buffer {
  if (length > mostReserved) return Buffer.allocUnsafeSlow(length);
  if (length > reserved.length) reserved = Buffer.allocUnsafeSlow(length);
  return reserved;
}

/**
 * Section F.1.2.3: in data 0 follows each 0xff, so that none looks like a marker.
 *
 * @param bits are filled with the bytes that are data, and zeros behind them
 * @returns how many are data, and where the second byte of the next marker lies
 */
function copyBits(bytes: Buffer, start: number, bits: Buffer): { readonly length: number; readonly marker: number } {
  let length = 0;
  let from = start;
  for (;;) {
    const found = bytes.indexOf(0xff, from);
    const stop = found < 0 ? bytes.length : found;
    const isData = bytes[stop + 1] === 0;
    length += bytes.copy(bits, length, from, isData ? stop + 1 : stop);
    from = stop + 2;
    if (isData) continue;
    bits.fill(0, length, length + longestBlock);
    let marker = stop + 1;
    while (bytes[marker] === 0xff) marker += 1;
    return { length, marker };
  }
}

/** Section F.2.2, for who needs no pixels. @param length of the data; zeros follow them */
function checkInterval(bytes: Buffer, length: number, components: readonly Component[], mcus: number): boolean {
  const bits = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const levels = new Int32Array(components.length);
  let at = 0;
  for (let mcu = 0; mcu < mcus; mcu++) {
    for (let index = 0; index < components.length; index++) {
      const { blocks, dc, ac, steps } = components[index] as Component;
      const firstStep = steps[0] as number;
      for (let block = 0; block < blocks; block++) {
        if (at > length * 8) return false;
        const next = look(bits, at);
        let code = (dc.short[next >> (16 - shortBits)] || dc.one[next]) as number;
        if (code === 0) return false;
        at += (code >> 4) & 31;
        const size = code & 15;
        if (size > 0) {
          const value = look(bits, at) >> (16 - size);
          // Section F.2.2.1: the lower half of the values are negative.
          levels[index] = (levels[index] as number) + (value < 1 << (size - 1) ? value - (1 << size) + 1 : value);
          at += size;
        }
        if ((2 * Math.abs(levels[index] as number) - 1) * firstStep > 2 * largestValue) return false;
        for (let place = 1; place < blockSize;) {
          const seen = look(bits, at);
          const several = ac.several[seen >> (16 - severalBits)] as number;
          const behind = place + ((several >> 4) & 0xfff);
          if (several !== 0 && behind <= (several >= endOfSeveral ? blockSize - 1 : blockSize)) {
            at += several & 15;
            if (several >= endOfSeveral) break;
            place = behind;
            continue;
          }
          code = (ac.short[seen >> (16 - shortBits)] || ac.one[seen]) as number;
          if (code === 0) return false;
          at += ((code >> 4) & 31) + (code & 15);
          if (code >= endOfBlock) break;
          place += code >> 9;
          if (place > blockSize) return false;
          // Of all values with so many bits the smallest, less half a step by which it may be rounded.
          if (((1 << (code & 15)) - 1) * (steps[place - 1] as number) > 2 * largestValue) return false;
        }
      }
    }
  }
  return at <= length * 8 && isPadding(bytes.subarray(Math.ceil(at / 8), length));
}

/** The 16 bits from a place on. */
function look(bits: DataView, at: number): number {
  return (bits.getUint32(at >> 3) << (at & 7)) >>> 16;
}

/** Some encoders fill up to a round number of bytes. */
function isPadding(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0 || byte === 0xff);
}
