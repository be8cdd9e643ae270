/** Images that are the same, or look the same: groups of them, those that spoil an evaluation first. */
import { compareCodePoints } from '../data/dataset-folder.ts';
import type { TaskOptions } from '../data/task.ts';
import { visitClosePairs } from './close-pairs.ts';
import type { ImageRecord } from './image-record.ts';
import { digestBytes, smallPixels, type Scan } from './scan-images.ts';

/** Bits of the perceptual hash that two similar images may differ in. */
export const hashDistance = 6;
/**
 * And the least correlation of their 16 x 16 thumbnails. Of different chest X-rays with near hashes the nearest reach 0.987; new
 * compression, another size, gamma 0.8 and a fifth more contrast stay above 0.995.
 */
export const thumbnailCorrelation = 0.993;

export interface GroupMember {
  readonly file: string;
  readonly label: string;
  /** null where the data set has no splits */
  readonly split: string | null;
  readonly patient: string;
}

export interface DuplicateGroup {
  /** 'bytes': the files are equal; 'pixels': their grey pixels are; 'near': they look alike, see {@link hashDistance} */
  readonly kind: 'bytes' | 'pixels' | 'near';
  /** two or more, in the order of the list */
  readonly images: readonly GroupMember[];
  readonly crossesSplits: boolean;
  readonly severalLabels: boolean;
  /** of known patients */
  readonly severalPatients: boolean;
}

/** Groups of images whose grey pixels (and size) are equal. */
export function groupIdentical(images: readonly ImageRecord[], scan: Scan): DuplicateGroup[] {
  return [...collectIdentical(scan).values()]
    .filter((members) => members.length > 1)
    .map((members) => {
      const first = digestAt(scan.fileDigests, members[0] as number);
      const equal = members.every((i) => digestAt(scan.fileDigests, i) === first);
      return toGroup(equal ? 'bytes' : 'pixels', images, members);
    })
    .toSorted(bySeverity);
}

/**
 * Groups of images that look alike, each joined to another of its group by a hash within {@link hashDistance} bits and a
 * correlation of at least {@link thumbnailCorrelation}. Identical ones count once; blank images, which all look alike, not at all.
 */
export async function groupSimilar(
  images: readonly ImageRecord[],
  scan: Scan,
  options: TaskOptions,
): Promise<DuplicateGroup[]> {
  const identical = [...collectIdentical(scan).values()].filter(([first]) => scan.blank[first as number] === 0);
  const hashes = new Uint32Array(identical.length * 2);
  identical.forEach(([first], at) =>
    hashes.set(scan.hashes.subarray((first as number) * 2, (first as number) * 2 + 2), at * 2),
  );
  const thumbnails = new Thumbnails(
    scan,
    identical.map(([first]) => first as number),
  );
  const parents = Uint32Array.from(identical, (_, at) => at);
  const find = (at: number): number => {
    let root = at;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] as number] as number;
      root = parents[root] as number;
    }
    return root;
  };
  await visitClosePairs(
    hashes,
    hashDistance,
    (first, second) => {
      const [a, b] = [find(first), find(second)];
      if (a !== b && thumbnails.correlate(first, second) >= thumbnailCorrelation)
        parents[Math.max(a, b)] = Math.min(a, b);
    },
    options,
  );
  const groups = new Map<number, number[][]>();
  identical.forEach((members, at) => {
    const root = find(at);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [members]);
    else group.push(members);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) =>
      toGroup(
        'near',
        images,
        group.flat().toSorted((a, b) => a - b),
      ),
    )
    .toSorted(bySeverity);
}

/** Readable images by the digest of their pixels. */
function collectIdentical(scan: Scan): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < scan.channels.length; i++) {
    if (!scan.isReadable(i)) continue;
    const digest = digestAt(scan.pixelDigests, i);
    const group = groups.get(digest);
    if (group === undefined) groups.set(digest, [i]);
    else group.push(i);
  }
  return groups;
}

function digestAt(digests: Uint8Array, i: number): string {
  return Buffer.from(digests.buffer, i * digestBytes, digestBytes).toString('latin1');
}

function toGroup(
  kind: DuplicateGroup['kind'],
  images: readonly ImageRecord[],
  members: readonly number[],
): DuplicateGroup {
  const records = members.map((i) => images[i] as ImageRecord);
  const severalOf = (values: readonly unknown[]): boolean => new Set(values).size > 1;
  return {
    kind,
    images: records.map(({ file, label, split, patient }) => ({ file, label, split: split ?? null, patient })),
    crossesSplits: severalOf(records.map(({ split }) => split)),
    severalLabels: severalOf(records.map(({ label }) => label)),
    severalPatients: severalOf(records.filter(({ patientKnown }) => patientKnown).map(({ patient }) => patient)),
  };
}

function bySeverity(a: DuplicateGroup, b: DuplicateGroup): number {
  const rank = ({ severalLabels, crossesSplits, severalPatients }: DuplicateGroup): number =>
    Number(severalLabels) * 4 + Number(crossesSplits) * 2 + Number(severalPatients);
  return (
    rank(b) - rank(a) ||
    b.images.length - a.images.length ||
    compareCodePoints(a.images[0]?.file ?? '', b.images[0]?.file ?? '')
  );
}

/** Pearson's correlation of thumbnails, with each one's mean and length computed once. */
class Thumbnails {
  readonly #pixels: Uint8Array;
  readonly #rows: readonly number[];
  readonly #means: Float64Array;
  readonly #lengths: Float64Array;

  constructor(scan: Scan, rows: readonly number[]) {
    this.#pixels = scan.thumbnails;
    this.#rows = rows;
    this.#means = Float64Array.from(rows, (row) => this.#product(row) / smallPixels);
    this.#lengths = Float64Array.from(rows, (row, at) => {
      return Math.sqrt(Math.max(0, this.#product(row, row) - smallPixels * (this.#means[at] as number) ** 2));
    });
  }

  /** -1..1; 0 where one of them is of one grey */
  correlate(first: number, second: number): number {
    const length = (this.#lengths[first] as number) * (this.#lengths[second] as number);
    if (length === 0) return 0;
    const product = this.#product(this.#rows[first] as number, this.#rows[second]);
    return (product - smallPixels * (this.#means[first] as number) * (this.#means[second] as number)) / length;
  }

  /** The sum of products of two thumbnails' pixels, or of one's pixels. */
  #product(row: number, other?: number): number {
    let sum = 0;
    for (let i = 0; i < smallPixels; i++) {
      const value = this.#pixels[row * smallPixels + i] as number;
      sum += other === undefined ? value : value * (this.#pixels[other * smallPixels + i] as number);
    }
    return sum;
  }
}
