/**
 * What a classifier said about one image, beside what the image is: the only input that figures are computed from.
 * The checks stand here, so that no figure is ever computed from a value that is not a number.
 */
import { PneumoscopeError } from '../../base/errors.ts';

/** One image of a two-class data set. */
export interface Prediction {
  /** Relative to the data set's folder, with '/'. */
  readonly file: string;
  /** 1 for the positive class, 0 for the other. */
  readonly label: number;
  /** Of the positive class, 0..1. */
  readonly probability: number;
  /** What the sigmoid was applied to, behind a temperature if there is one; the loss is computed from it where it is known. */
  readonly logit?: number;
  /** images of one patient are drawn together; absent: a patient of its own */
  readonly patient?: string;
}

/** One image of a data set with any number of classes. */
export interface MulticlassPrediction {
  readonly file: string;
  /** The index of the image's class. */
  readonly label: number;
  /** One per class, each 0..1. */
  readonly probabilities: readonly number[];
  /** What the softmax was applied to; the loss is computed from them where they are known. */
  readonly logits?: readonly number[];
}

/** @throws PneumoscopeError E_DATASET if there is nothing to evaluate, E_NOT_FINITE or E_USAGE for an impossible value, naming the file */
export function checkPredictions(predictions: readonly Prediction[]): void {
  checkNotEmpty(predictions);
  for (const { file, label, probability, logit } of predictions) {
    checkLabel(file, label, 2);
    checkProbability(file, probability);
    if (logit !== undefined) checkLogit(file, logit);
  }
}

/** As {@link checkPredictions}, for any number of classes. */
export function checkMulticlassPredictions(predictions: readonly MulticlassPrediction[], classCount: number): void {
  checkNotEmpty(predictions);
  for (const { file, label, probabilities, logits } of predictions) {
    checkLabel(file, label, classCount);
    for (const values of logits === undefined ? [probabilities] : [probabilities, logits]) {
      if (values.length !== classCount) {
        throw new PneumoscopeError(
          'E_SHAPE_MISMATCH',
          `The prediction for ${file} has ${values.length} values, but there are ${classCount} classes`,
        );
      }
    }
    for (const probability of probabilities) checkProbability(file, probability);
    for (const logit of logits ?? []) checkLogit(file, logit);
  }
}

function checkNotEmpty(predictions: readonly unknown[]): void {
  if (predictions.length === 0) {
    throw new PneumoscopeError('E_DATASET', 'There are no predictions to evaluate: the data set holds no images');
  }
}

function checkLabel(file: string, label: number, classCount: number): void {
  if (!Number.isInteger(label) || label < 0 || label >= classCount) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The label of ${file} is ${label}, but a class index from 0 to ${classCount - 1} was expected`,
    );
  }
}

function checkProbability(file: string, probability: number): void {
  if (Number.isNaN(probability)) {
    throw new PneumoscopeError(
      'E_NOT_FINITE',
      `The model's probability for ${file} is not a number: its weights are damaged or its training diverged; use another model file`,
    );
  }
  if (probability < 0 || probability > 1) {
    throw new PneumoscopeError(
      'E_USAGE',
      `The probability for ${file} is ${probability}, but a value from 0 to 1 was expected: was the sigmoid left out?`,
    );
  }
}

function checkLogit(file: string, logit: number): void {
  if (!Number.isFinite(logit)) {
    throw new PneumoscopeError(
      'E_NOT_FINITE',
      `The model's logit for ${file} is ${logit}: its weights are damaged or its training diverged; use another model file`,
    );
  }
}

export const noPositives = 'there are no images of the positive class';
export const noNegatives = 'there are no images of the negative class';
