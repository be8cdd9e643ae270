/**
 * Logistic regression with a ridge penalty, on standardised features: the plainest answer to «can these numbers tell the classes
 * apart?». Small and exact rather than fast: some hundred features at most.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

/** Numbers of many images: row-major, `count * columns` values, each of them finite. */
export interface FeatureMatrix {
  readonly count: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export interface LogisticRegression {
  /** Mean and scale that every column is standardised with: its population standard deviation, 1 where it is constant. */
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  /** Per standardised column. */
  readonly weights: Float64Array;
  readonly intercept: number;
  /** Newton steps taken. */
  readonly iterations: number;
}

export interface LogisticRegressionOptions {
  /** λ in the loss below, default 1: scikit-learn's default, C = 1 / λ. */
  readonly penalty?: number;
  /** Rows to learn from; default: all. */
  readonly rows?: ArrayLike<number>;
}

const maximumIterations = 100;
/** Largest change of a weight in the last step; far below what can be seen in a score. */
const tolerance = 1e-9;

/**
 * Minimises  Σ log(1 + exp(-y z)) + λ/2 |w|²,  z = w·x + b, y = ±1, over w and the unpenalised b, by Newton's method (iteratively
 * reweighted least squares; Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 4.4.1). The penalty keeps the
 * weights finite also where the classes can be separated perfectly. The same minimum as scikit-learn's
 * `make_pipeline(StandardScaler(), LogisticRegression(C=1/λ))`.
 *
 * @param isPositive whether the image of that row belongs to the positive class
 * @throws RangeError when the rows hold one class only: the intercept would be infinite
 */
export function fitLogisticRegression(
  features: FeatureMatrix,
  isPositive: (row: number) => boolean,
  options: LogisticRegressionOptions = {},
): LogisticRegression {
  const { penalty = 1 } = options;
  const rows = options.rows ?? Int32Array.from({ length: features.count }, (_, row) => row);
  const targets = Float64Array.from(rows, (row) => Number(isPositive(row)));
  const positives = targets.reduce((sum, target) => sum + target, 0);
  if (positives === 0 || positives === rows.length) throw new RangeError('A logistic regression needs both classes.');

  const { mean, scale } = computeMoments(features, rows);
  const x = standardise(features, rows, mean, scale);
  const size = features.columns + 1;
  let parameters = new Float64Array(size);
  parameters[size - 1] = Math.log(positives / (rows.length - positives));
  let loss = computeLoss(x, targets, parameters, penalty);
  let iterations = 0;
  for (; iterations < maximumIterations; iterations++) {
    const step = newtonStep(x, targets, parameters, penalty);
    // A full step can overshoot where the probabilities are close to 0 or 1; halved often enough, it lowers the loss.
    let share = 1;
    let next = addScaled(parameters, step, share);
    let nextLoss = computeLoss(x, targets, next, penalty);
    while (nextLoss > loss + 1e-12 * Math.abs(loss) && share > 1e-6) {
      share /= 2;
      next = addScaled(parameters, step, share);
      nextLoss = computeLoss(x, targets, next, penalty);
    }
    parameters = next;
    loss = nextLoss;
    if (share * step.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) < tolerance) break;
  }
  return {
    mean,
    scale,
    weights: parameters.slice(0, -1),
    intercept: parameters[size - 1] as number,
    iterations,
  };
}

/** w·x + b of one row: the log-odds of the positive class. */
export function computeLogOdds(model: LogisticRegression, features: FeatureMatrix, row: number): number {
  let sum = model.intercept;
  const start = row * features.columns;
  for (let column = 0; column < features.columns; column++) {
    const centred = (features.values[start + column] as number) - (model.mean[column] as number);
    sum += ((model.weights[column] as number) * centred) / (model.scale[column] as number);
  }
  return sum;
}

function computeMoments(
  features: FeatureMatrix,
  rows: ArrayLike<number>,
): { readonly mean: Float64Array; readonly scale: Float64Array } {
  const { columns, values } = features;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += values[(rows[i] as number) * columns + column] as number;
    const middle = sum / rows.length;
    let squares = 0;
    for (let i = 0; i < rows.length; i++) {
      squares += ((values[(rows[i] as number) * columns + column] as number) - middle) ** 2;
    }
    const deviation = Math.sqrt(squares / rows.length);
    mean[column] = middle;
    // The rounding of the mean leaves a constant column a deviation of some units in its last place.
    scale[column] = deviation <= 1e-12 * Math.abs(middle) ? 1 : deviation;
  }
  return { mean, scale };
}

/** Standardised rows, each with a 1 behind it for the intercept. */
interface Design {
  readonly count: number;
  readonly size: number;
  readonly values: Float64Array;
}

function standardise(
  features: FeatureMatrix,
  rows: ArrayLike<number>,
  mean: Float64Array,
  scale: Float64Array,
): Design {
  const { columns } = features;
  const size = columns + 1;
  const values = new Float64Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * columns;
    for (let column = 0; column < columns; column++) {
      const centred = (features.values[from + column] as number) - (mean[column] as number);
      values[i * size + column] = centred / (scale[column] as number);
    }
    values[i * size + columns] = 1;
  }
  return { count: rows.length, size, values };
}

/** H⁻¹ g with  g = Xᵀ(y - p) - λw,  H = Xᵀ diag(p (1 - p)) X + λI; the intercept, which stands last, has no λ. */
function newtonStep(
  { count, size, values }: Design,
  targets: Float64Array,
  parameters: Float64Array,
  penalty: number,
): Float64Array {
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * size, (i + 1) * size);
    const probability = 1 / (1 + Math.exp(-dot(row, parameters)));
    const residual = (targets[i] as number) - probability;
    const weight = probability * (1 - probability);
    for (let j = 0; j < size; j++) {
      const value = row[j] as number;
      gradient[j] = (gradient[j] as number) + residual * value;
      const weighted = weight * value;
      const at = j * size;
      for (let k = 0; k <= j; k++) hessian[at + k] = (hessian[at + k] as number) + weighted * (row[k] as number);
    }
  }
  for (let j = 0; j < size; j++) {
    if (j < size - 1) {
      gradient[j] = (gradient[j] as number) - penalty * (parameters[j] as number);
      hessian[j * size + j] = (hessian[j * size + j] as number) + penalty;
    }
    for (let k = 0; k < j; k++) hessian[k * size + j] = hessian[j * size + k] as number;
  }
  // The curvature along the intercept dies out where every probability is 0 or 1.
  hessian[size * size - 1] = (hessian[size * size - 1] as number) + 1e-10;
  const cholesky = new CholeskyDecomposition(Matrix.from1DArray(size, size, hessian));
  return Float64Array.from(cholesky.solve(Matrix.columnVector(gradient)).to1DArray());
}

function computeLoss(
  { count, size, values }: Design,
  targets: Float64Array,
  parameters: Float64Array,
  penalty: number,
): number {
  let loss = 0;
  for (let j = 0; j < size - 1; j++) loss += (penalty / 2) * (parameters[j] as number) ** 2;
  for (let i = 0; i < count; i++) {
    const margin = dot(values.subarray(i * size, (i + 1) * size), parameters) * (targets[i] === 1 ? 1 : -1);
    // log(1 + exp(-margin)), without overflow
    loss += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
  }
  return loss;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(values: Float64Array, step: Float64Array, share: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(values, (value, i) => value + share * (step[i] as number));
}
