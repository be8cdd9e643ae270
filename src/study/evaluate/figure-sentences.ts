/** What each figure of a study says, in one sentence that a doctor understands; docs/evaluation.md says more. */
import type { StudyFigureName } from '../../statistics/study/study.ts';

/** @param classes the names of the two classes */
export function explainFigure(
  name: StudyFigureName,
  { negative, positive }: { readonly negative: string; readonly positive: string },
): string {
  return {
    sensitivity: `Of 100 images of ${positive}, so many are called so; the others are missed.`,
    specificity: `Of 100 images of ${negative}, so many are called so; the others are false alarms.`,
    ppv: `Of 100 images called ${positive}, so many are; at the share of ${positive} in this test set, and no other.`,
    npv: `Of 100 images called ${negative}, so many are; at the mix of this test set, and no other.`,
    accuracy: 'Of 100 answers, so many are right, whatever the class.',
    balancedAccuracy: 'The mean of sensitivity and specificity: guessing scores 50 %, however common the disease.',
    f1: 'The harmonic mean of sensitivity and PPV, one number for both; 100 % is perfect.',
    mcc: "Matthews' correlation, one number for the four cells of the confusion matrix: 1 is perfect, 0 is guessing.",
    rocAuc: `How often an image of ${positive} gets a higher probability than one of ${negative}, at no threshold in particular: 0.5 is guessing.`,
    averagePrecision: `The area under the precision-recall curve; guessing scores the share of ${positive}.`,
    brierScore:
      'The mean squared distance between the probability and what was true: 0 is perfect, a coin scores 0.25.',
    expectedCalibrationError:
      'How far a stated probability lies, on average, from the share that comes true: 0.02 is two in a hundred.',
    loss: 'What training makes small: being sure and wrong costs most. For comparing models on the same images.',
  }[name];
}
