import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { draw, drawPixels } from '../../../test/fixtures/inspection/check-images.ts';
import { decodeGray } from '../../imaging/decode/decode.ts';
import { RandomGenerator } from '../../base/random.ts';
import { visitClosePairs, type HashBlock, type PairSearch } from './close-pairs.ts';
import { computePerceptualHash, computeThumbnail, countBits } from './perceptual-hash.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/inspection/facts-golden.json', import.meta.url), 'utf8'),
) as {
  readonly hashes: readonly {
    readonly png: string;
    readonly width: number;
    readonly height: number;
    readonly thumbnail: readonly number[];
    readonly high: string;
    readonly low: string;
  }[];
};

const hex = (half: number): string => half.toString(16).padStart(8, '0');

describe('the perceptual hash', () => {
  it.each(golden.hashes.map((one) => [`${one.width} x ${one.height}`, one] as const))(
    'of %s pixels is that of numpy and scipy',
    async (_, { png, thumbnail, high, low }) => {
      const own = computeThumbnail(await decodeGray(Buffer.from(png, 'base64'), 'x'));
      thumbnail.forEach((value, at) => expect(own[at * 37]).toBeCloseTo(value, 4));
      expect(computePerceptualHash(own).map(hex)).toEqual([high, low]);
    },
  );

  it('hardly changes with size, compression and brightness, and does with the picture', async () => {
    const hashOf = async (bytes: Buffer): Promise<readonly [number, number]> =>
      computePerceptualHash(computeThumbnail(await decodeGray(bytes, 'x')));
    const distance = (a: readonly [number, number], b: readonly [number, number]): number =>
      countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
    const picture = { seed: 5, width: 96, height: 80 };
    const original = await hashOf(await draw(picture).png().toBuffer());
    const near = [
      draw(picture).jpeg({ quality: 40 }),
      draw({ ...picture, brighter: 12 }).png(),
      draw({ ...picture, width: 300, height: 250 }).png(),
      draw(picture).resize(48, 40).jpeg({ quality: 80 }),
    ];
    for (const one of near) expect(distance(original, await hashOf(await one.toBuffer()))).toBeLessThanOrEqual(4);
    for (const seed of [6, 7, 8, 9]) {
      expect(
        distance(
          original,
          await hashOf(
            await draw({ ...picture, seed })
              .png()
              .toBuffer(),
          ),
        ),
      ).toBeGreaterThan(12);
    }
  });

  it('takes the mean of each cell also where cells are smaller than pixels', () => {
    const pixels = drawPixels({ seed: 1, width: 8, height: 8 });
    const thumbnail = computeThumbnail({ width: 8, height: 8, data: pixels });
    for (const [at, value] of thumbnail.entries()) {
      const pixel = pixels[Math.floor(Math.floor(at / 32) / 4) * 8 + Math.floor((at % 32) / 4)];
      expect(value).toBeCloseTo(pixel as number, 9);
    }
  });
});

type Visit = PairSearch<HashBlock>['visit'];

/** Blocks of so many hashes. */
function cut(hashes: Uint32Array, size: number): Pick<PairSearch<HashBlock>, 'count' | 'blocks' | 'load'> {
  const count = hashes.length / 2;
  const load = (block: number): HashBlock => {
    const start = block * size;
    return { start, hashes: hashes.subarray(2 * start, 2 * (start + size)) };
  };
  return { count, blocks: Math.ceil(count / size), load };
}

describe('visitClosePairs', () => {
  it.each([0, 3, 6, 7])('finds the pairs within %d bits that comparing each with each finds', async (distance) => {
    const random = new RandomGenerator(distance);
    const word = (): number => Math.floor(random.next() * 2 ** 32);
    const hashes = new Uint32Array(2 * 400).map(word);
    // Clusters: later hashes are earlier ones with up to nine bits changed.
    for (let i = 100; i < 400; i++) {
      hashes.set(hashes.subarray(2 * (i % 100), 2 * (i % 100) + 2), 2 * i);
      for (let flips = Math.floor(random.next() * 10); flips > 0; flips--) {
        const bit = Math.floor(random.next() * 64);
        hashes[2 * i + (bit >> 5)] = ((hashes[2 * i + (bit >> 5)] as number) ^ (1 << (bit & 31))) >>> 0;
      }
    }
    const expected: string[] = [];
    for (let i = 0; i < 400; i++) {
      for (let j = i + 1; j < 400; j++) {
        const bits = [0, 1].map((half) =>
          countBits((hashes[2 * i + half] as number) ^ (hashes[2 * j + half] as number)),
        );
        if ((bits[0] as number) + (bits[1] as number) <= distance) expected.push(`${i} ${j}`);
      }
    }
    const found: string[] = [];
    // In one piece, and in pieces of which the last is shorter.
    for (const size of [400, 150]) {
      found.length = 0;
      const visit: Visit = (a, i, b, j) => Boolean(found.push(`${a.start + i} ${b.start + j}`));
      expect(await visitClosePairs({ ...cut(hashes, size), distance, visit })).toBe(0);
      expect(found.toSorted()).toEqual(expected.toSorted());
    }
    expect(expected.length).toBeGreaterThan(0);
  });

  it('has an end where all hashes are close to each other, and says how many it did not compare with all', async () => {
    const count = 300;
    const hashes = new Uint32Array(2 * count);
    let visits = 0;
    const reached = new Set<number>();
    const visit: Visit = (a, i, b, j) => {
      visits += 1;
      reached.add(a.start + i).add(b.start + j);
      return false;
    };
    const search = { ...cut(hashes, 100), distance: 6, visit };
    // Equal hashes meet in all four quarters: those behind five others have more than twenty comparisons.
    expect(await visitClosePairs({ ...search, comparisonsPerHash: 20 })).toBe(count - 6);
    // All pairs would have been 44,850.
    expect([visits, reached.size]).toEqual([(20 * 21) / 2 + (count - 21) * 20, count]);
    expect(await visitClosePairs({ ...search, visit: () => false })).toBe(0);
  });

  it('stops when it is interrupted', async () => {
    const signal = AbortSignal.abort();
    await expect(
      visitClosePairs({ ...cut(new Uint32Array(4), 2), distance: 3, visit: () => false, signal }),
    ).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
    });
  });
});
