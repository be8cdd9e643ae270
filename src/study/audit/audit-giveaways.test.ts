import { describe, expect, it } from 'vitest';
import { findGiveaways } from './audit-giveaways.ts';
import type { ImageRecord } from '../records/image-record.ts';

function makeImages(patients: readonly string[]): ImageRecord[] {
  return patients.map((patient, index) => {
    const file = `${index}.png`;
    return { path: file, file, label: '', split: undefined, patient, patientKnown: true, germ: undefined };
  });
}

describe('findGiveaways', () => {
  const isPositive = (image: number): boolean => image < 50;
  const images = makeImages(Array.from({ length: 100 }, (_, image) => `patient ${image}`));

  it('finds what few images have, all of one class, with the chance of that', () => {
    const categories = images.map((_, image) => (image < 12 ? 'colour' : 'grey'));
    const [found, ...others] = findGiveaways(categories, images, isPositive);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ value: 'colour', images: 12, patients: 12, side: 'positive' });
    // scipy.stats.hypergeom(100, 50, 12).pmf(12)
    let chance = 1;
    for (let i = 0; i < 12; i++) chance *= (50 - i) / (100 - i);
    expect(found?.chance).toBeCloseTo(chance, 12);
  });

  it('takes few for an accident, and images of one patient for one', () => {
    const few = images.map((_, image) => (image < 5 ? 'colour' : 'grey'));
    expect(findGiveaways(few, images, isPositive)).toEqual([]);
    const onePatient = makeImages(images.map(({ patient }, image) => (image < 12 ? 'the same' : patient)));
    const categories = images.map((_, image) => (image < 12 ? 'colour' : 'grey'));
    expect(findGiveaways(categories, onePatient, isPositive)).toEqual([]);
  });

  it('does not take for certain what has one exception', () => {
    const categories = images.map((_, image) => (image < 30 || image === 99 ? 'colour' : 'grey'));
    expect(findGiveaways(categories, images, isPositive)).toEqual([]);
  });
});
