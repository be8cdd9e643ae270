/** Which predictions belong to one patient, as the bootstrap wants to know it. */
import type { Prediction } from './prediction.ts';

export interface PatientClusters {
  /** Per prediction the patient's index, 0 .. patients - 1. */
  readonly clusters: Int32Array;
  readonly patients: number;
  /** How many patients have an image of that label. */
  readonly patientsWith: (label: number) => number;
}

/** A prediction that names no patient is one of its own. */
export function clusterPatients(predictions: readonly Pick<Prediction, 'patient' | 'label'>[]): PatientClusters {
  const known = new Map<string, number>();
  let patients = 0;
  const clusters = Int32Array.from(predictions, ({ patient }) => {
    const seen = patient === undefined ? undefined : known.get(patient);
    if (seen !== undefined) return seen;
    if (patient !== undefined) known.set(patient, patients);
    return patients++;
  });
  const patientsWith = (label: number): number => {
    return new Set(clusters.filter((_, index) => predictions[index]?.label === label)).size;
  };
  return { clusters, patients, patientsWith };
}
