/** Who the images of an audit show. */
import { RandomGenerator } from '../random.ts';
import type { ImageRecord } from './image-record.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 43;

/** Whole patients in a random order, until the next one would be too much; the images stay in their order. */
export function samplePatients(images: readonly ImageRecord[], most: number, seed: number): readonly ImageRecord[] {
  if (images.length <= most) return images;
  const counts = new Map<string, number>();
  for (const { patient } of images) counts.set(patient, (counts.get(patient) ?? 0) + 1);
  const patients = [...counts.keys()];
  const chosen = new Set<string>();
  let taken = 0;
  for (const index of new RandomGenerator(seed, purpose).permutation(patients.length)) {
    const patient = patients[index] as string;
    const count = counts.get(patient) as number;
    if (taken + count > most) continue;
    chosen.add(patient);
    taken += count;
  }
  return images.filter(({ patient }) => chosen.has(patient));
}

/** Each image's patient as a number, 0, 1, ... in the order in which they come. */
export function numberPatients(images: readonly ImageRecord[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(images, ({ patient }) => {
    const number = numbers.get(patient) ?? numbers.size;
    numbers.set(patient, number);
    return number;
  });
}

export function countPatients(images: readonly ImageRecord[]): number {
  return new Set(images.map(({ patient }) => patient)).size;
}
