import { describe, expect, it } from 'vitest';
import { crossValidationGolden } from '../../../test/fixtures/inspection/audit-golden.ts';
import { RandomGenerator } from '../../base/random.ts';
import { assignGroupFolds, type GroupFolds } from './group-folds.ts';

describe('assignGroupFolds', () => {
  it.each(crossValidationGolden)('gives the folds of scikit-learn: %s', (_name, golden) => {
    const folds = assignGroupFolds(golden.labels, golden.patients, { folds: 5 }) as GroupFolds;
    expect([...folds.assignment]).toEqual(golden.folds);
  });

  it('keeps a patient in one fold and the classes in their shares', () => {
    const random = new RandomGenerator(8);
    const patients = Array.from({ length: 400 }, () => random.integer(120));
    const numbers = new Map([...new Set(patients)].map((patient, index) => [patient, index]));
    const groups = patients.map((patient) => numbers.get(patient) as number);
    const labels = groups.map((group) => Number(group % 3 === 0));
    const share = labels.filter((label) => label === 1).length / labels.length;
    const { count, assignment } = assignGroupFolds(labels, groups, { folds: 5, seed: 1 }) as GroupFolds;
    expect(count).toBe(5);
    for (const group of numbers.values()) {
      expect(new Set(groups.flatMap((own, image) => (own === group ? [assignment[image]] : []))).size).toBe(1);
    }
    for (let fold = 0; fold < 5; fold++) {
      const own = labels.filter((_, image) => assignment[image] === fold);
      expect(Math.abs(own.length - 80)).toBeLessThanOrEqual(4);
      expect(Math.abs(own.filter((label) => label === 1).length / own.length - share)).toBeLessThan(0.03);
    }
  });

  it('draws other folds from another seed and the same from the same', () => {
    const labels = Array.from({ length: 60 }, (_, image) => image % 2);
    const groups = labels.map((_, image) => image);
    const draw = (seed: number): number[] => [
      ...(assignGroupFolds(labels, groups, { folds: 5, seed }) as GroupFolds).assignment,
    ];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('makes fewer folds where a class has fewer patients, and none where it has one', () => {
    expect(assignGroupFolds([0, 0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 5, 6], { folds: 5 })?.count).toBe(3);
    expect(assignGroupFolds([0, 0, 0, 1, 1], [0, 1, 2, 3, 3], { folds: 5 })).toBeNull();
    expect(assignGroupFolds([0, 0, 0], [0, 1, 2], { folds: 5 })?.count).toBe(3);
    expect(assignGroupFolds([1, 1, 1], [0, 1, 2], { folds: 5 })).toBeNull();
    expect(assignGroupFolds([], [], { folds: 5 })).toBeNull();
  });
});
