import { describe, expect, it } from 'vitest';
import { drawGoldenImage, exploreGolden } from '../../../test/fixtures/inspection/explore-golden.ts';
import { RandomGenerator } from '../../base/random.ts';
import { listCells, regions } from '../../imaging/regions.ts';
import { VariabilityMeter } from './variability.ts';

const { size, counts, classes, cells } = exploreGolden;

describe('regions', () => {
  it('share out the frame: every cell belongs to one of them', () => {
    const parts = regions.filter(({ name }) => name !== 'wholeImage').map(({ name }) => [...listCells(name)]);
    expect(parts.flat().toSorted((a, b) => a - b)).toEqual([...listCells('wholeImage')]);
    for (const { name } of regions) expect(listCells(name)).toHaveLength(cells[name] as number);
  });
});

describe('VariabilityMeter', () => {
  it('gives the figures of numpy, where 32 does not divide the side too', () => {
    const meter = new VariabilityMeter({ size, classNames: ['A', 'B'], replicates: 100, seed: 0 });
    for (const label of ['A', 'B'] as const) {
      for (let i = 0; i < counts[label]; i++) meter.add(label, `${label}${i}`, drawGoldenImage(label, i));
    }
    const result = meter.compute(new Map(Object.entries(counts)));
    for (const { region, classes: own, differences } of result) {
      const [a, b] = [classes.A.regions[region] as number, classes.B.regions[region] as number];
      expect(own[0]?.standardDeviation).toBeCloseTo(a, 9);
      expect(own[1]?.standardDeviation).toBeCloseTo(b, 9);
      expect(differences).toHaveLength(1);
      expect(differences[0]).toMatchObject({ label: 'B', reference: 'A', interval: null });
      expect(differences[0]?.difference).toBeCloseTo(b - a, 9);
      // Seven patients are too few.
      expect(own[0]?.interval).toBeNull();
      const { low, high } = own[1]?.interval ?? { low: Number.NaN, high: Number.NaN };
      expect(low).toBeLessThan(b);
      expect(high).toBeGreaterThan(b);
    }
  });

  it('has intervals that hold the truth nearly as often as they promise, with several images to a patient', () => {
    // Each patient has a brightness, each image one more: the variance is the sum of both.
    const [ofPatient, ofImage] = [30, 15];
    const truth = Math.hypot(ofPatient, ofImage);
    const patients = 40;
    const trials = 60;
    let hits = 0;
    for (let trial = 0; trial < trials; trial++) {
      const random = new RandomGenerator(1, trial);
      const meter = new VariabilityMeter({ size: 32, classNames: ['A'], replicates: 100, seed: trial });
      for (let patient = 0; patient < patients; patient++) {
        const brightness = 128 + ofPatient * random.normal();
        for (let image = 0; image < 3; image++) {
          const level = Math.round(brightness + ofImage * random.normal());
          meter.add('A', `person${patient}`, new Uint8Array(32 * 32).fill(Math.min(Math.max(level, 0), 255)));
        }
      }
      const whole = meter.compute(new Map([['A', patients]])).find(({ region }) => region === 'wholeImage');
      const { low, high } = whole?.classes[0]?.interval ?? { low: 0, high: 0 };
      if (low <= truth && truth <= high) hits += 1;
    }
    // 91 to 94 % over many more trials; forgetting that images of a patient resemble each other would give about 75 %.
    expect(hits / trials).toBeGreaterThan(0.86);
    expect(hits / trials).toBeLessThan(1);
  }, 60_000);

  it('takes fewer replicates where there are many classes, so that memory has a bound', () => {
    const classNames = Array.from({ length: 20 }, (_, index) => `class ${index}`);
    expect(new VariabilityMeter({ size: 32, classNames, replicates: 1000, seed: 0 }).replicates).toBe(400);
  });
});
