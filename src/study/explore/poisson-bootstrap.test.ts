import { describe, expect, it } from 'vitest';
import { RandomGenerator } from '../../base/random.ts';
import { BootstrapSums, drawPatientWeights } from './poisson-bootstrap.ts';

describe('drawPatientWeights', () => {
  it('draws from the Poisson distribution with mean 1, the data as they are first', () => {
    const draws = Array.from({ length: 400 }, (_, patient) => drawPatientWeights(`person${patient}`, 1000, 3));
    expect(draws.every((weights) => weights[0] === 1)).toBe(true);
    const counts = new Float64Array(6);
    for (const weights of draws) for (const weight of weights.subarray(1)) counts[Math.min(weight, 5)]! += 1;
    const shares = [0, 1, 2, 3, 4].map((k) => Math.exp(-1) / [1, 1, 2, 6, 24][k]!);
    const expected = [...shares, 1 - shares.reduce((sum, share) => sum + share, 0)].map((share) => share * 400_000);
    const chiSquare = expected.reduce((sum, value, k) => sum + (counts[k]! - value) ** 2 / value, 0);
    // The 99.9th percentile with five degrees of freedom; the draws are fixed by the seed.
    expect(chiSquare).toBeLessThan(20.5);
  });

  it('depends on the patient and the seed alone', () => {
    const weights = drawPatientWeights('person1', 50, 3);
    expect(drawPatientWeights('person1', 50, 3)).toEqual(weights);
    expect(drawPatientWeights('person2', 50, 3)).not.toEqual(weights);
    expect(drawPatientWeights('person1', 50, 4)).not.toEqual(weights);
  });
});

describe('BootstrapSums', () => {
  const random = new RandomGenerator(5);
  const images = Array.from({ length: 300 }, () => ({
    patient: `person${random.integer(90)}`,
    values: Float64Array.from({ length: 3 }, () => random.integer(256)),
  }));

  function sum(list: typeof images): BootstrapSums {
    const sums = new BootstrapSums({ length: 3, replicates: 20, seed: 1 });
    for (const { patient, values } of list) sums.add(patient, values);
    return sums;
  }

  it('holds each image as often as its patient was drawn', () => {
    const sums = sum(images);
    for (const replicate of [0, 1, 7, 20]) {
      // Each image as many times over as the weight says, added up the plain way.
      const drawn = images.flatMap(({ patient, values }) => {
        const weight = drawPatientWeights(patient, 20, 1)[replicate] as number;
        return Array.from({ length: weight }, () => values);
      });
      const read = sums.read(replicate);
      expect(read.count).toBe(drawn.length);
      for (const at of [0, 1, 2]) {
        expect(read.sums[at]).toBe(drawn.reduce((total, values) => total + (values[at] as number), 0));
        expect(read.squares[at]).toBe(drawn.reduce((total, values) => total + (values[at] as number) ** 2, 0));
      }
    }
    expect(sums.read(0).count).toBe(300);
  });

  it('does not care in which order the images come', () => {
    const [forth, back] = [sum(images), sum(images.toReversed())];
    for (let replicate = 0; replicate <= 20; replicate++) expect(back.read(replicate)).toEqual(forth.read(replicate));
  });
});
