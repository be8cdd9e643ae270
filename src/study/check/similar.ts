/** Which different images look alike: a walk over pairs of hashes, each verified by its thumbnails, joined to chains. */
import type { TaskOptions } from '../../base/tasks.ts';
import { visitClosePairs, type HashBlock } from './close-pairs.ts';
import { hashBytes, smallPixels } from './scan-images.ts';
import type { WorkDatabase } from '../records/work-database.ts';

/** Bits of the perceptual hash that two similar images may differ in. */
export const hashDistance = 6;
/**
 * And the least correlation of their 16 x 16 thumbnails. Of different chest X-rays with near hashes the nearest reach 0.987; new
 * compression, another size, gamma 0.8 and a fifth more contrast stay above 0.995.
 */
export const thumbnailCorrelation = 0.993;

/** Images of a block: 2 MiB of thumbnails. Two blocks are in memory at a time; each is read again for every block behind it. */
const blockSize = 1 << 13;

/**
 * Identical images count once, by the first of them: `originals` has these in their order, numbered by `place` from 0. Blank ones, which all
 * look alike, are left out. `near`, of those that look like another: the place of the first of their chain.
 */
const schema = `
  CREATE TABLE originals (place INTEGER PRIMARY KEY, id INTEGER);
  CREATE TABLE blocks (block INTEGER PRIMARY KEY, hashes BLOB, pixels BLOB);
  CREATE TABLE near (place INTEGER PRIMARY KEY, root INTEGER);
`;

/**
 * @returns how many images have so many others near them that some of these may have been missed
 * @throws PneumoscopeError E_INTERRUPTED
 */
export async function findSimilar(database: WorkDatabase, options: TaskOptions): Promise<number> {
  database.define(schema);
  const first = 'SELECT MIN(id) AS id FROM scans WHERE blank = 0 GROUP BY pixels';
  database.run(`INSERT INTO originals SELECT ROW_NUMBER() OVER (ORDER BY id) - 1, id FROM (${first})`);
  const count = database.number('SELECT COUNT(*) FROM originals');
  const blocks = Math.ceil(count / blockSize);
  storeBlocks(database, blocks);
  const chains = new Chains(count);
  const crowded = await visitClosePairs({
    ...options,
    count,
    blocks,
    load: (block) => new ThumbnailBlock(database, block),
    distance: hashDistance,
    visit: (a, i, b, j) => {
      const [one, other] = [chains.find(a.start + i), chains.find(b.start + j)];
      if (one === other) return false;
      if (correlate(a, i, b, j) >= thumbnailCorrelation) chains.join(one, other);
      return true;
    },
  });
  for (let place = 0; place < count; place++) {
    const root = chains.find(place);
    if (root === place) continue;
    database.run('INSERT OR IGNORE INTO near VALUES (?, ?)', root, root);
    database.run('INSERT INTO near VALUES (?, ?)', place, root);
  }
  return crowded;
}

/** Chains of images, each known by the place of its first. */
class Chains {
  /**
   * The place before it in its chain, plus 1; 0: it is the first. Memory of zeroes is given by the system when it is written to: what looks
   * like nothing else costs none, the rest 4 bytes an image.
   */
  readonly #parents: Uint32Array;

  constructor(count: number) {
    this.#parents = new Uint32Array(count);
  }

  find(place: number): number {
    let root = place;
    for (let parent = this.#parents[root] as number; parent !== 0; parent = this.#parents[root] as number) {
      const above = this.#parents[parent - 1] as number;
      if (above !== 0) this.#parents[root] = above;
      root = parent - 1;
    }
    return root;
  }

  /** @param one the first of a chain, as `other` of another */
  join(one: number, other: number): void {
    this.#parents[Math.max(one, other)] = Math.min(one, other) + 1;
  }
}

/** Each block is one piece: rows would take ten times as long to be read again. */
function storeBlocks(database: WorkDatabase, blocks: number): void {
  const hashes = new Uint8Array(blockSize * hashBytes);
  const pixels = new Uint8Array(blockSize * smallPixels);
  const sql = 'SELECT signature FROM originals JOIN scans USING (id) WHERE place >= ? AND place < ? ORDER BY place';
  for (let block = 0; block < blocks; block++) {
    const start = block * blockSize;
    let count = 0;
    for (const { signature } of database.rows<{ signature: Uint8Array }>(sql, start, start + blockSize)) {
      hashes.set(signature.subarray(0, hashBytes), count * hashBytes);
      pixels.set(signature.subarray(hashBytes), count * smallPixels);
      count += 1;
    }
    const own = [hashes.subarray(0, count * hashBytes), pixels.subarray(0, count * smallPixels)];
    database.run('INSERT INTO blocks VALUES (?, ?, ?)', block, ...own);
  }
}

/** Thumbnails, with each one's mean and length computed once. */
class ThumbnailBlock implements HashBlock {
  readonly start: number;
  readonly hashes: Uint32Array;
  readonly pixels: Uint8Array;
  readonly #means: Float64Array;
  readonly #lengths: Float64Array;

  constructor(database: WorkDatabase, block: number) {
    const row = database.find('SELECT hashes, pixels FROM blocks WHERE block = ?', block);
    const [hashes, pixels] = [row?.['hashes'], row?.['pixels']] as [Uint8Array, Uint8Array];
    this.start = block * blockSize;
    this.hashes = new Uint32Array(hashes.slice().buffer);
    this.pixels = pixels;
    const count = this.hashes.length / 2;
    this.#means = new Float64Array(count);
    // Most are never asked for.
    this.#lengths = new Float64Array(count).fill(NaN);
  }

  /** The thumbnail's mean, and its length when that is taken away. */
  measure(i: number): readonly [mean: number, length: number] {
    if (Number.isNaN(this.#lengths[i])) {
      const mean = sumPixels(this.pixels, i) / smallPixels;
      const squares = sumProducts(this.pixels, i, this.pixels, i);
      this.#means[i] = mean;
      this.#lengths[i] = Math.sqrt(Math.max(0, squares - smallPixels * mean ** 2));
    }
    return [this.#means[i] as number, this.#lengths[i] as number];
  }
}

/** Pearson's correlation of two thumbnails, -1..1; 0 where one of them is of one grey. */
function correlate(a: ThumbnailBlock, i: number, b: ThumbnailBlock, j: number): number {
  const [ownMean, ownLength] = a.measure(i);
  const [otherMean, otherLength] = b.measure(j);
  const length = ownLength * otherLength;
  return length === 0 ? 0 : (sumProducts(a.pixels, i, b.pixels, j) - smallPixels * ownMean * otherMean) / length;
}

function sumPixels(pixels: Uint8Array, i: number): number {
  let sum = 0;
  for (let at = i * smallPixels; at < (i + 1) * smallPixels; at++) sum += pixels[at] as number;
  return sum;
}

function sumProducts(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  let sum = 0;
  for (let at = 0; at < smallPixels; at++) {
    sum += (a[i * smallPixels + at] as number) * (b[j * smallPixels + at] as number);
  }
  return sum;
}
