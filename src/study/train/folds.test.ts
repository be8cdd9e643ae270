import { describe, expect, it } from 'vitest';
import { groupImages, type PooledImage } from '../../data/split/split-plan.ts';
import { RandomGenerator } from '../../base/random.ts';
import { planFolds, type FoldOptions } from './folds.ts';

function image(
  className: string,
  patient: string,
  index: number,
  sha256 = `${className}-${patient}-${index}`,
): PooledImage {
  const name = `${patient}-${index}.png`;
  return {
    path: name,
    className,
    name,
    source: `${className}/${name}`,
    patient,
    patientKnown: true,
    sha256,
    targetName: name,
  };
}

/** Patients with one to four images each. */
function drawImages(patients: Readonly<Record<string, number>>, seed = 0): PooledImage[] {
  return Object.entries(patients).flatMap(([className, count], label) =>
    Array.from({ length: count }, (_, patient) => {
      const images = 1 + new RandomGenerator(seed, label, patient).integer(4);
      return Array.from({ length: images }, (_, index) => image(className, `${className}${patient}`, index));
    }).flat(),
  );
}

const defaults: FoldOptions = { folds: 5, validation: 0.15, seed: 0 };
const plan = (images: readonly PooledImage[], options: Partial<FoldOptions> = {}) =>
  planFolds(groupImages(images, 'patient'), { ...defaults, ...options });

describe('folds', () => {
  const images = drawImages({ NORMAL: 60, PNEUMONIA: 140 });
  const folds = plan(images);

  it('test every image once', () => {
    expect(folds.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    for (const one of images) {
      expect(folds.filter(({ splitOf }) => splitOf.get(one) === 'test')).toHaveLength(1);
    }
    for (const { splitOf } of folds) expect(splitOf.size).toBe(images.length);
  });

  it('have no patient on two sides', () => {
    for (const { splitOf } of folds) {
      const sides = new Map<string, Set<string>>();
      for (const [{ patient }, split] of splitOf) sides.set(patient, (sides.get(patient) ?? new Set()).add(split));
      expect([...sides.values()].filter(({ size }) => size > 1)).toEqual([]);
    }
  });

  it('have each class in its share: a fifth is tested, 15 % of the rest validates', () => {
    for (const { splitOf } of folds) {
      for (const className of ['NORMAL', 'PNEUMONIA']) {
        const own = [...splitOf].filter(([one]) => one.className === className);
        const share = (split: string): number => own.filter(([, side]) => side === split).length / own.length;
        expect(share('test')).toBeCloseTo(0.2, 1);
        expect(Math.abs(share('test') - 0.2)).toBeLessThan(0.02);
        expect(Math.abs(share('validation') - 0.12)).toBeLessThan(0.01);
      }
    }
    expect(folds[0]?.fractions).toEqual({ train: 0.68, validation: 0.12, test: 0.2 });
  });

  it('keep files of equal content together, whatever they are called', () => {
    const twins = [image('NORMAL', 'NORMAL3', 90, 'same'), image('NORMAL', 'NORMAL44', 90, 'same')];
    for (const { splitOf } of plan([...images, ...twins])) {
      const [first, second] = twins.map((twin) => splitOf.get(twin));
      expect(first).toBe(second);
      const side = (patient: string) => [...splitOf].find(([one]) => one.patient === patient)?.[1];
      expect(side('NORMAL3')).toBe(side('NORMAL44'));
    }
  });

  it('depend on the seed, and on nothing else', () => {
    const sides = (of: typeof folds): string[] =>
      of.map(({ splitOf }) => images.map((one) => splitOf.get(one)?.[0]).join(''));
    const shuffled = [...new RandomGenerator(3).permutation(images.length)].map(
      (index) => images[index] as PooledImage,
    );
    expect(sides(plan(shuffled))).toEqual(sides(folds));
    expect(sides(plan(images, { seed: 1 }))).not.toEqual(sides(folds));
  });
});

describe('what cannot be folded', () => {
  const few = drawImages({ NORMAL: 3, PNEUMONIA: 20 });
  /** One patient of both classes and one of each: a fold cannot have all of it. */
  const mixed = [image('A', 'p1', 0), image('B', 'p1', 1), image('A', 'p2', 0), image('B', 'p3', 0)];

  /** The first patient is alone in a fold, and so is the largest part of A. */
  const clumped = [
    { patient: 'p0', A: 5, B: 6 },
    { patient: 'p1', A: 9, B: 0 },
    { patient: 'p2', A: 1, B: 0 },
    { patient: 'p3', A: 0, B: 4 },
    { patient: 'p4', A: 0, B: 8 },
  ].flatMap(({ patient, A, B }) => [
    ...Array.from({ length: A }, (_, index) => image('A', patient, index)),
    ...Array.from({ length: B }, (_, index) => image('B', patient, index)),
  ]);

  it.each<[string, readonly PooledImage[], Partial<FoldOptions>, string, RegExp]>([
    [
      'too few patients of a class',
      few,
      {},
      'E_DATASET',
      /^The class NORMAL has images of 3 patients, too few for 5 folds: .*at most 3 folds$/,
    ],
    [
      'one patient of a class',
      drawImages({ A: 1, B: 9 }),
      { folds: 2 },
      'E_DATASET',
      /^The class A has images of 1 patient, .*add images/,
    ],
    [
      'nothing left to validate on',
      drawImages({ A: 2, B: 9 }),
      { folds: 2 },
      'E_DATASET',
      /^Fold 1 would leave images of 1 patient of the class A to train and to validate on/,
    ],
    [
      'nothing left beside a patient of both classes',
      mixed,
      { folds: 2 },
      'E_DATASET',
      /^Fold 1 would leave images of 1 patient of the class \w to train/,
    ],
    [
      'a fold that tests on none of a class, although three patients have images of it',
      clumped,
      { folds: 3 },
      'E_DATASET',
      /^Fold 1 would test on no image of the class B; ask for fewer folds/,
    ],
    ['one fold', few, { folds: 1 }, 'E_USAGE', /at least 2 folds, but 1/],
    ['half a fold', few, { folds: 2.5 }, 'E_USAGE', /2\.5/],
    ['no validation', few, { folds: 3, validation: 0 }, 'E_USAGE', /between 0 and 1, but 0 was given/],
    ['all validation', few, { folds: 3, validation: 1 }, 'E_USAGE', /but 1 was given/],
    ['a seed below 0', few, { folds: 3, seed: -1 }, 'E_USAGE', /seed .* -1/],
  ])('%s', (_name, images, options, code, message) => {
    expect(() => plan(images, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
