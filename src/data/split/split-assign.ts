/** Which group of images goes to which split. Pure: same groups and seed, same answer, on every machine. */
import { PneumoscopeError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { compareCodePoints } from '../folder/dataset-folder.ts';
import { splitNames, type SplitName } from '../folder/manifest.ts';

/** Images that must stay together; for a split by image, one image. */
export interface ImageGroup {
  /** unique; the order of the keys is where the shuffle starts from */
  readonly key: string;
  /** class name -> number of images */
  readonly counts: ReadonlyMap<string, number>;
}

const shuffleStream = 0x5911;

/**
 * Shuffles the groups, then fills test and validation, each up to its share of every class (stratified); the rest is train.
 * A group that would overfill a split is passed over; in the end one that brings the split nearer to its share, or that
 * gives it its first image of a class, is taken after all. Shares are met to the image where single images abound.
 *
 * @param fractions of each class; 0 leaves the split out
 * @param groupNoun what a group is, for the error's sentence
 * @returns the split of each group, in the order given
 * @throws PneumoscopeError E_DATASET: a class has too few groups for the splits asked for
 */
export function assignSplits(
  groups: readonly ImageGroup[],
  fractions: Readonly<Record<SplitName, number>>,
  seed: number,
  groupNoun: 'patients' | 'images' = 'patients',
): SplitName[] {
  const order = shuffle(groups, seed);
  const totals = addCounts(groups.map((group) => group.counts));
  const assigned = new Map<number, SplitName>();
  for (const split of ['test', 'validation'] as const) {
    if (fractions[split] === 0) continue;
    const quota = new Quota(totals, fractions[split]);
    for (const index of order) {
      const { counts } = groups[index] as ImageGroup;
      if (assigned.has(index) || !quota.fits(counts)) continue;
      quota.take(counts);
      assigned.set(index, split);
    }
    topUp(groups, order, quota, (index) => assigned.set(index, split), assigned);
  }
  const result = groups.map((_, index) => assigned.get(index) ?? 'train');
  checkEverySplit(groups, result, totals, fractions, groupNoun);
  return result;
}

/** How many images of each class a split should have, and how many it has. */
class Quota {
  readonly #target = new Map<string, number>();
  readonly #taken = new Map<string, number>();

  constructor(totals: ReadonlyMap<string, number>, fraction: number) {
    for (const [name, total] of totals) this.#target.set(name, Math.max(1, Math.round(total * fraction)));
  }

  fits(counts: ReadonlyMap<string, number>): boolean {
    return [...counts].every(([name, count]) => this.#held(name) + count <= (this.#target.get(name) ?? 0));
  }

  take(counts: ReadonlyMap<string, number>): void {
    for (const [name, count] of counts) this.#taken.set(name, this.#held(name) + count);
  }

  /** How much nearer to the targets the group would bring this split; positive is nearer, 1 a class's whole target. */
  gain(counts: ReadonlyMap<string, number>): number {
    let gain = 0;
    for (const [name, count] of counts) {
      const target = this.#target.get(name) as number;
      const held = this.#held(name);
      if (held === 0) gain += 1e6;
      gain += (Math.abs(target - held) - Math.abs(target - held - count)) / target;
    }
    return gain;
  }

  #held(name: string): number {
    return this.#taken.get(name) ?? 0;
  }
}

function topUp(
  groups: readonly ImageGroup[],
  order: Int32Array,
  quota: Quota,
  assign: (index: number) => void,
  assigned: ReadonlyMap<number, SplitName>,
): void {
  for (;;) {
    let best = -1;
    let bestGain = 1e-9;
    for (const index of order) {
      if (assigned.has(index)) continue;
      const gain = quota.gain((groups[index] as ImageGroup).counts);
      if (gain > bestGain) [best, bestGain] = [index, gain];
    }
    if (best < 0) return;
    quota.take((groups[best] as ImageGroup).counts);
    assign(best);
  }
}

/** Independent of the order the groups came in, and so of the file system. */
function shuffle(groups: readonly ImageGroup[], seed: number): Int32Array {
  const sorted = groups.map((group, index) => ({ key: group.key, index }));
  sorted.sort((a, b) => compareCodePoints(a.key, b.key));
  const permutation = new RandomGenerator(seed, shuffleStream).permutation(groups.length);
  return permutation.map((position) => (sorted[position] as { index: number }).index);
}

function checkEverySplit(
  groups: readonly ImageGroup[],
  result: readonly SplitName[],
  totals: ReadonlyMap<string, number>,
  fractions: Readonly<Record<SplitName, number>>,
  groupNoun: 'patients' | 'images',
): void {
  const wanted = splitNames.filter((split) => split === 'train' || fractions[split] > 0);
  for (const [name, images] of totals) {
    const withClass = groups.filter((group) => group.counts.has(name)).length;
    for (const split of wanted) {
      if (groups.some((group, index) => result[index] === split && group.counts.has(name))) continue;
      const of = groupNoun === 'images' ? '' : ` of ${withClass} patients`;
      const has = `the class ${name} has ${images} images${of}`;
      const need = `too few for the splits ${wanted.join(', ')} (${split} would get none)`;
      const advice = 'add images or ask for fewer splits with --validation 0 or --test 0';
      throw new PneumoscopeError('E_DATASET', `${has}, ${need}; ${advice}`);
    }
  }
}

export function addCounts(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const map of counts) for (const [name, count] of map) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
