import { describe, expect, it } from 'vitest';
import { crossValidationGolden, type CrossValidationGolden } from '../../../test/fixtures/inspection/audit-golden.ts';
import { RandomGenerator } from '../../base/random.ts';
import { crossValidateScores } from './cross-validate.ts';
import { computeLogOdds, fitLogisticRegression, type FeatureMatrix } from './logistic-regression.ts';
import { computeRocAuc } from '../figures/roc.ts';

function toFeatures({ columns, features }: CrossValidationGolden): FeatureMatrix {
  return { count: features.length / columns, columns, values: Float64Array.from(features) };
}

describe('fitLogisticRegression', () => {
  it.each(crossValidationGolden)('finds the weights of scikit-learn: %s', (_name, golden) => {
    const model = fitLogisticRegression(toFeatures(golden), (row) => golden.labels[row] === 1, golden);
    expect(model.intercept).toBeCloseTo(golden.intercept, 8);
    golden.weights.forEach((weight, column) => expect(model.weights[column]).toBeCloseTo(weight, 8));
    expect(model.iterations).toBeLessThan(20);
  });

  it('stands where the loss has no slope, also for columns of very different size', () => {
    const random = new RandomGenerator(3);
    const values = Float64Array.from({ length: 300 }, (_, i) =>
      i % 2 === 0 ? 1e9 * random.normal() : random.normal(),
    );
    const labels = Array.from({ length: 150 }, (_, row) =>
      Number((values[2 * row + 1] as number) + random.normal() > 0),
    );
    const features = { count: 150, columns: 2, values };
    const penalty = 3;
    const model = fitLogisticRegression(features, (row) => labels[row] === 1, { penalty });
    for (let column = 0; column < 2; column++) {
      let slope = -penalty * (model.weights[column] as number);
      for (let row = 0; row < 150; row++) {
        const probability = 1 / (1 + Math.exp(-computeLogOdds(model, features, row)));
        const value = (values[2 * row + column] as number) - (model.mean[column] as number);
        slope += (((labels[row] as number) - probability) * value) / (model.scale[column] as number);
      }
      expect(slope).toBeCloseTo(0, 7);
    }
  });

  it('stays finite where one column separates the classes by a mile', () => {
    const values = Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? row * 1e-6 : 1e6 + row));
    const features = { count: 40, columns: 1, values };
    const model = fitLogisticRegression(features, (row) => row >= 20, { penalty: 1e-6 });
    expect(Number.isFinite(model.weights[0])).toBe(true);
    expect(computeLogOdds(model, features, 0)).toBeLessThan(-5);
    expect(computeLogOdds(model, features, 39)).toBeGreaterThan(5);
  });

  it('refuses one class alone', () => {
    const features = { count: 3, columns: 1, values: Float64Array.of(1, 2, 3) };
    expect(() => fitLogisticRegression(features, () => true)).toThrow(/needs both classes/);
  });
});

describe('crossValidateScores', () => {
  it.each(crossValidationGolden)('gives the out-of-fold scores of scikit-learn: %s', (_name, golden) => {
    const isPositive = (row: number): boolean => golden.labels[row] === 1;
    const folds = { count: 5, assignment: Int32Array.from(golden.folds) };
    const scores = crossValidateScores(toFeatures(golden), isPositive, folds, golden);
    golden.scores.forEach((score, row) => expect(scores[row]).toBeCloseTo(score, 8));
    expect(computeRocAuc(scores, isPositive)).toBeCloseTo(golden.rocAuc, 12);
  });

  it('scores all images alike where nothing differs between them, however uneven the folds are', () => {
    const features = { count: 30, columns: 2, values: new Float64Array(60).fill(0.1) };
    const assignment = Int32Array.from({ length: 30 }, (_, row) => Math.min(2, Math.floor(row / 12)));
    const scores = crossValidateScores(features, (row) => row % 12 < 5, { count: 3, assignment });
    for (const score of scores) expect(score).toBeCloseTo(0, 12);
  });

  it('scores 0 in a fold whose other folds hold one class only', () => {
    const features = { count: 4, columns: 1, values: Float64Array.of(1, 2, 3, 4) };
    const scores = crossValidateScores(features, (row) => row > 1, { count: 2, assignment: Int32Array.of(0, 0, 1, 1) });
    expect(scores).toEqual([0, 0, 0, 0]);
  });
});
