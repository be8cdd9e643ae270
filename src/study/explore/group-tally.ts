/** What is counted of a group of images, one class or one class of one split, while they pass by. */
import { computeQuantile } from '../../statistics/intervals/cluster-bootstrap.ts';
import type { GrayImage } from '../../imaging/gray-image.ts';
import type { ImageRecord } from '../records/image-record.ts';

export interface Spread {
  readonly lowest: number;
  /** the 5th percentile */
  readonly low: number;
  readonly median: number;
  /** the 95th percentile */
  readonly high: number;
  readonly highest: number;
}

export interface GroupCounts {
  readonly images: number;
  readonly patients: number;
  /** images whose patient nothing tells; each counts as a patient of its own */
  readonly imagesWithoutPatient: number;
  /** patients by how many images each has here, as [images, patients], in order; patients nobody knows are left out */
  readonly imagesPerPatient: readonly (readonly [images: number, patients: number])[];
  /** images by the germ that the file's name tells */
  readonly germs: { readonly bacteria: number; readonly virus: number; readonly untold: number };
  /** of the files as they are, in pixels; null without images */
  readonly width: Spread | null;
  readonly height: Spread | null;
  /** width / height */
  readonly aspect: Spread | null;
  /** images of one size that is the same for all of them; null otherwise */
  readonly onlySize: { readonly width: number; readonly height: number } | null;
  /** grey level, the mean over images of each image's mean; null without images */
  readonly meanLevel: number | null;
  /** the share of an image's pixels at each grey level 0..255, the mean over images; empty without images */
  readonly histogram: readonly number[];
}

const levels = 256;

export class GroupTally {
  readonly #patients = new Map<string, number>();
  readonly #germs = { bacteria: 0, virus: 0, untold: 0 };
  readonly #shares = new Float64Array(levels);
  #widths: number[] = [];
  #heights: number[] = [];
  #images = 0;
  #unknown = 0;

  /** @param shares of {@link computeLevelShares} */
  add(record: ImageRecord, size: { readonly width: number; readonly height: number }, shares: Float64Array): void {
    this.#images += 1;
    if (record.patientKnown) this.#patients.set(record.patient, (this.#patients.get(record.patient) ?? 0) + 1);
    else this.#unknown += 1;
    this.#germs[record.germ ?? 'untold'] += 1;
    this.#widths.push(size.width);
    this.#heights.push(size.height);
    for (let i = 0; i < levels; i++) this.#shares[i] = (this.#shares[i] as number) + (shares[i] as number);
  }

  get patients(): number {
    return this.#patients.size + this.#unknown;
  }

  get sizes(): { readonly widths: readonly number[]; readonly heights: readonly number[] } {
    return { widths: this.#widths, heights: this.#heights };
  }

  compute(): GroupCounts {
    const count = this.#images;
    const histogram = count === 0 ? [] : Array.from(this.#shares, (sum) => sum / count);
    const perPatient = new Map<number, number>();
    for (const images of this.#patients.values()) perPatient.set(images, (perPatient.get(images) ?? 0) + 1);
    const [width, height] = [computeSpread(this.#widths), computeSpread(this.#heights)];
    const isOne = width?.lowest === width?.highest && height?.lowest === height?.highest;
    return {
      images: count,
      patients: this.patients,
      imagesWithoutPatient: this.#unknown,
      imagesPerPatient: [...perPatient].toSorted(([a], [b]) => a - b),
      germs: { ...this.#germs },
      width,
      height,
      aspect: computeSpread(this.#widths.map((own, index) => own / (this.#heights[index] as number))),
      onlySize: width !== null && height !== null && isOne ? { width: width.lowest, height: height.lowest } : null,
      meanLevel: count === 0 ? null : histogram.reduce((sum, share, grey) => sum + share * grey, 0),
      histogram,
    };
  }
}

/** The share of the pixels at each grey level. */
export function computeLevelShares({ data }: GrayImage): Float64Array {
  const counts = new Uint32Array(levels);
  for (let i = 0; i < data.length; i++) {
    const grey = data[i] as number;
    counts[grey] = (counts[grey] as number) + 1;
  }
  return Float64Array.from(counts, (count) => count / data.length);
}

function computeSpread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).toSorted();
  const [lowest, low, median, high, highest] = [0, 0.05, 0.5, 0.95, 1].map((share) => computeQuantile(sorted, share));
  return { lowest, low, median, high, highest } as Spread;
}
