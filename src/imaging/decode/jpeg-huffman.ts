/** The Huffman codes of a JPEG (ISO/IEC 10918-1 annexes C and F) as tables of what the next bits say. */

/** Codes have up to so many bits. */
const longestCode = 16;
/** Bits of most codes, and bits by which several are looked up: such tables stay in a processor's nearest memory. */
export const shortBits = 9;
export const severalBits = 12;

export interface HuffmanTable {
  /**
   * By the next 16 bits: what the code that they begin with says; 0: there is none. Bits 0 to 3 are the bits of the value behind the code,
   * 4 to 8 those of the code, 9 to 13 the places it passes in a block, zeros and its own; {@link endOfBlock} stands for the rest of a block.
   */
  readonly one: Uint16Array;
  /** Likewise by the next {@link shortBits} bits, for codes that have no more; 0: it has more. */
  readonly short: Uint16Array;
  /**
   * By the next {@link severalBits} bits: as many codes as they hold with their values, up to the end of a block; 0: they hold none. Bits 0
   * to 3 are the bits of all of them, 4 to 15 the places they pass; {@link endOfSeveral} if the last is the end of a block.
   */
  readonly several: Uint32Array;
}

export const endOfBlock = 1 << 14;
export const endOfSeveral = 1 << 16;

/** Tables of the files before: a data set has few, unless each file has codes of its own. More than any file has. */
const known = new Map<string, HuffmanTable | undefined>();
const mostKnown = 32;

/**
 * @param spec as the file has it: how many codes have 1 to 16 bits, then their symbols: four bits of zeros, four of the value's bits
 * @param largestSize codes of values with more bits are not among several
 * @returns undefined where there are more codes than fit; valid until {@link mostKnown} others were read
 */
export function readHuffmanTable(spec: Buffer, largestSize: number): HuffmanTable | undefined {
  const key = `${largestSize} ${spec.toString('latin1')}`;
  if (known.has(key)) {
    const table = known.get(key);
    // The last used come last, so that none is taken away from the file that is being read.
    known.delete(key);
    known.set(key, table);
    return table;
  }
  const table = takeTable();
  const isWhole = fillOne(spec, table.one);
  if (isWhole) {
    fillShort(table);
    fillSeveral(table, largestSize);
  }
  known.set(key, isWhole ? table : undefined);
  return isWhole ? table : undefined;
}

/** The memory of the one that was not used for longest: left to the garbage collector, the tables of files with codes of their own make it mark the whole heap again and again. */
function takeTable(): HuffmanTable {
  const oldest = known.keys().next().value;
  if (oldest !== undefined && known.size >= mostKnown) {
    const table = known.get(oldest);
    known.delete(oldest);
    if (table !== undefined) return table;
  }
  return {
    one: new Uint16Array(1 << longestCode),
    short: new Uint16Array(1 << shortBits),
    several: new Uint32Array(1 << severalBits),
  };
}

/** @returns false where there are more codes than fit */
function fillOne(spec: Buffer, table: Uint16Array): boolean {
  let next = 0;
  let symbol = longestCode;
  for (let bits = 1; bits <= longestCode; bits++) {
    const share = 1 << (longestCode - bits);
    for (let left = spec[bits - 1] as number; left > 0; left--) {
      if (next + share > table.length) return false;
      table.fill(describeCode(spec[symbol++] as number, bits), next, next + share);
      next += share;
    }
  }
  table.fill(0, next);
  return true;
}

function describeCode(symbol: number, bits: number): number {
  const zeros = symbol >> 4;
  const size = symbol & 15;
  const isEnd = size === 0 && zeros !== 15;
  return size | (bits << 4) | (isEnd ? endOfBlock : (zeros + 1) << 9);
}

function fillShort({ one, short }: HuffmanTable): void {
  for (let window = 0; window < 1 << shortBits; window++) {
    const code = one[window << (longestCode - shortBits)] as number;
    short[window] = ((code >> 4) & 31) <= shortBits ? code : 0;
  }
}

function fillSeveral({ one, several }: HuffmanTable, largestSize: number): void {
  for (let window = 0; window < 1 << severalBits; window++) {
    let used = 0;
    let passed = 0;
    let end = 0;
    while (end === 0) {
      // Bits that the window does not have are zeros here; a code that needs one of them does not count.
      const code = one[(window << (longestCode - severalBits + used)) & 0xffff] as number;
      const size = code & 15;
      const length = ((code >> 4) & 31) + size;
      if (code === 0 || size > largestSize || used + length > severalBits) break;
      used += length;
      if (code >= endOfBlock) end = endOfSeveral;
      else passed += code >> 9;
    }
    several[window] = used === 0 ? 0 : used | (passed << 4) | end;
  }
}
