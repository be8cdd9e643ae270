/** Who the images of an audit show. */
import { RandomGenerator } from '../../base/random.ts';
import type { ImageCatalogue, ImageRow } from '../records/image-catalogue.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { toStreamKey } from '../records/string-key.ts';

/** Tells this stream of random numbers from the others of the same seed. */
const purpose = 43;

/** Patients by a random number that comes from the seed and their name alone. */
const schema = 'CREATE TABLE draws (patient TEXT PRIMARY KEY, images INTEGER, key REAL, chosen INTEGER)';

/**
 * Whole patients in a random order, passing over those that would be too much; their images in the order of the list. Only what is
 * drawn is in memory.
 */
export function samplePatients(catalogue: ImageCatalogue, most: number, seed: number): readonly ImageRecord[] {
  if (catalogue.images <= most) return [...catalogue.records()];
  const { database } = catalogue;
  database.define(schema);
  const perPatient = 'SELECT patient, COUNT(*) AS images FROM images GROUP BY patient';
  for (const { patient, images } of database.rows<DrawRow>(perPatient)) {
    const key = new RandomGenerator(seed, purpose, ...toStreamKey(patient)).next();
    database.run('INSERT INTO draws VALUES (?, ?, ?, 0)', patient, images, key);
  }
  let taken = 0;
  for (const { patient, images } of database.rows<DrawRow>('SELECT patient, images FROM draws ORDER BY key, patient')) {
    if (taken === most) break;
    if (taken + images > most) continue;
    database.run('UPDATE draws SET chosen = 1 WHERE patient = ?', patient);
    taken += images;
  }
  const drawn = 'SELECT images.* FROM images JOIN draws USING (patient) WHERE chosen = 1 ORDER BY id';
  return [...database.rows<ImageRow>(drawn)].map((row) => catalogue.toRecord(row));
}

interface DrawRow {
  readonly patient: string;
  readonly images: number;
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
