/** Which images are of one patient, as numbers. */
import type { Prediction } from './prediction.ts';

export interface PatientClusters {
  /** The patient's index per prediction, 0 .. count - 1. */
  readonly assignment: Int32Array;
  /** How many patients there are; an image of which nothing is known is a patient of its own. */
  readonly count: number;
}

export function indexPatients(predictions: readonly Pick<Prediction, 'patient'>[]): PatientClusters {
  const known = new Map<string, number>();
  let count = 0;
  const assignment = Int32Array.from(predictions, ({ patient }) => {
    if (patient === undefined) return count++;
    const index = known.get(patient) ?? count++;
    known.set(patient, index);
    return index;
  });
  return { assignment, count };
}

/** How many patients have an image that `wanted` accepts. */
export function countPatients(clusters: PatientClusters, wanted: (image: number) => boolean): number {
  const seen = new Uint8Array(clusters.count);
  clusters.assignment.forEach((patient, image) => {
    if (wanted(image)) seen[patient] = 1;
  });
  return seen.reduce((sum, one) => sum + one, 0);
}
