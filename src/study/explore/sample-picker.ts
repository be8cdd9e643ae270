/**
 * A few images of a class, at random but reproducibly, one of each patient, from a stream of unknown length: everyone gets a random
 * key from the seed and the own name, and the lowest keys stay. The choice depends neither on the order of the images nor on those
 * that were not chosen.
 */
import { RandomGenerator } from '../../base/random.ts';
import { toStreamKey } from '../records/string-key.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 45;

export interface Sample {
  readonly file: string;
  readonly patient: string;
  readonly label: string;
  /** `width * height` grey bytes, the aspect ratio kept */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Entry {
  readonly patientKey: number;
  readonly imageKey: number;
  readonly sample: Sample;
}

export class SamplePicker {
  readonly #size: number;
  readonly #seed: number;
  readonly #entries = new Map<string, Entry>();

  /** @param options.size images at most, of as many patients */
  constructor(options: { readonly size: number; readonly seed: number }) {
    this.#size = options.size;
    this.#seed = options.seed;
  }

  /** Whether the image is among the lowest keys so far; only then is it worth to draw it small. */
  wants(patient: string, file: string): boolean {
    if (this.#size === 0) return false;
    const known = this.#entries.get(patient);
    if (known !== undefined) return this.#draw(file) < known.imageKey;
    if (this.#entries.size < this.#size) return true;
    return this.#draw(patient) < (this.#findHighest()?.patientKey ?? 0);
  }

  /** Takes an image that is wanted. */
  add(sample: Sample): void {
    const { patient, file } = sample;
    const entry = { patientKey: this.#draw(patient), imageKey: this.#draw(file), sample };
    this.#entries.set(patient, entry);
    if (this.#entries.size <= this.#size) return;
    const highest = this.#findHighest();
    if (highest !== undefined) this.#entries.delete(highest.sample.patient);
  }

  /** In the order of their keys, which is a random one. */
  list(): Sample[] {
    const entries = [...this.#entries.values()].toSorted((a, b) => a.patientKey - b.patientKey);
    return entries.map(({ sample }) => sample);
  }

  #findHighest(): Entry | undefined {
    const [first, ...rest] = this.#entries.values();
    return first && rest.reduce((highest, entry) => (entry.patientKey > highest.patientKey ? entry : highest), first);
  }

  #draw(name: string): number {
    return new RandomGenerator(this.#seed, purpose, ...toStreamKey(name)).next();
  }
}
