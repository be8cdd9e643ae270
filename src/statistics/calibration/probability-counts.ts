/** Labelled images counted by their probability, so that what any threshold would have done can be told without them. */
import { countPatients, indexPatients } from '../prediction/patient-clusters.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';

/** Steps of equal width from 0 to 1. */
export const probabilitySteps = 200;

export interface ProbabilityCounts {
  /** Positive images with a probability in (k / 200, (k + 1) / 200], for k from 0; the first step holds 0 as well. */
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  /** How many have images of the class: images of one patient are much alike, so intervals follow these. */
  readonly patients: { readonly positive: number; readonly negative: number };
}

/**
 * Above the threshold k / 200 lie the images of the steps from k on, exactly.
 *
 * @throws PneumoscopeError as {@link checkPredictions}
 */
export function countProbabilities(predictions: readonly Prediction[]): ProbabilityCounts {
  checkPredictions(predictions);
  const clusters = indexPatients(predictions);
  const ofClass = (label: number): { readonly steps: number[]; readonly patients: number } => {
    const steps = Array<number>(probabilitySteps).fill(0);
    for (const prediction of predictions) {
      if (prediction.label !== label) continue;
      const step = findStep(prediction.probability);
      steps[step] = (steps[step] as number) + 1;
    }
    return { steps, patients: countPatients(clusters, (image) => predictions[image]?.label === label) };
  };
  const [negative, positive] = [ofClass(0), ofClass(1)];
  return {
    positives: positive.steps,
    negatives: negative.steps,
    patients: { positive: positive.patients, negative: negative.patients },
  };
}

/** The greatest k with k / 200 < probability; products are rounded, so it is compared, not only computed. */
function findStep(probability: number): number {
  let step = Math.min(Math.ceil(probability * probabilitySteps), probabilitySteps) - 1;
  if ((step + 1) / probabilitySteps < probability) step += 1;
  else if (step > 0 && step / probabilitySteps >= probability) step -= 1;
  return Math.max(step, 0);
}
