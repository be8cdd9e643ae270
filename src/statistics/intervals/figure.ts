/** What a figure of a study is: its value, its interval, and the reason where one of them is missing. The formulas from counts stand here too. */
import type { BinaryConfusion } from '../figures/binary-metrics.ts';
import { noNegatives, noPositives } from '../prediction/prediction.ts';
import type { Interval } from './cluster-bootstrap.ts';

/** In the order in which they are printed. */
export const studyFigureNames = [
  'sensitivity',
  'specificity',
  'ppv',
  'npv',
  'accuracy',
  'balancedAccuracy',
  'f1',
  'mcc',
  'rocAuc',
  'averagePrecision',
  'brierScore',
  'expectedCalibrationError',
  'loss',
] as const;

/**
 * - sensitivity: TP / (TP + FN); specificity: TN / (TN + FP)
 * - ppv, positive predictive value: TP / (TP + FP), the precision; npv, negative predictive value: TN / (TN + FN)
 * - accuracy: the share of right answers; balancedAccuracy: the mean of sensitivity and specificity
 * - f1: 2 TP / (2 TP + FP + FN); mcc: Matthews' correlation coefficient, -1..1
 * - rocAuc: area under the ROC curve; averagePrecision: area under the precision-recall curve, in steps
 * - brierScore: mean of (probability - label)^2; expectedCalibrationError: see calibration.ts
 * - loss: mean binary cross-entropy in nats, from logits where they are known
 *
 * All but mcc and loss lie in 0..1.
 */
export type StudyFigureName = (typeof studyFigureNames)[number];

export interface Figure {
  /** null where the images leave it undefined, never NaN */
  readonly value: number | null;
  /** null where the value is, or where nothing honest can be said about its spread */
  readonly interval: Interval | null;
  /** Why the value is null or, where it is not, why the interval is. */
  readonly undefinedBecause?: string;
  /**
   * The interval is not drawn but that of Clopper and Pearson over patients: where no mistake was made, no draw of these patients
   * can show one.
   */
  readonly exact?: true;
}

/** Why a figure has no value, given that it has none. */
export function explainUndefined(name: StudyFigureName, confusion: BinaryConfusion): string {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const missing = truePositives + falseNegatives === 0 ? noPositives : noNegatives;
  if (name === 'ppv') return 'no image was called positive';
  if (name === 'npv') return 'no image was called negative';
  if (name === 'f1') return `${noPositives}, and none was called positive`;
  const bothClasses = truePositives + falseNegatives > 0 && trueNegatives + falsePositives > 0;
  return name === 'mcc' && bothClasses ? 'all images were called the same' : missing;
}

/** A share; NaN of nothing. The inner loops know «undefined» as NaN, which no {@link Figure} ever holds. */
export function divide(part: number, whole: number): number {
  return whole === 0 ? NaN : part / whole;
}

/** (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)), Matthews 1975; NaN where a factor is 0. */
export function computeMcc(tp: number, fp: number, tn: number, fn: number): number {
  return divide(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)));
}

/** PPV by Bayes' rule where a share `prevalence` of those examined is ill; NaN where nobody would be called positive. */
export function restatePpv(sensitivity: number, specificity: number, prevalence: number): number {
  const found = sensitivity * prevalence;
  return divide(found, found + (1 - specificity) * (1 - prevalence));
}

/** NPV by Bayes' rule; NaN where nobody would be called negative. */
export function restateNpv(sensitivity: number, specificity: number, prevalence: number): number {
  return restatePpv(specificity, sensitivity, 1 - prevalence);
}
