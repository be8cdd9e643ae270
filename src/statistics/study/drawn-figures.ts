/** The figures of the data and of every draw of patients; several models see the same draws. */
import { drawClusters } from '../intervals/cluster-bootstrap.ts';
import type { CheckedDrawOptions } from '../prediction/draw-options.ts';
import type { Basis } from '../intervals/drawn-interval.ts';
import { studyFigureNames, type StudyFigureName } from '../intervals/figure.ts';
import { countPatients, type PatientClusters } from '../prediction/patient-clusters.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { RankedPredictions } from './ranked-predictions.ts';
import type { Steps } from '../prediction/steps.ts';

/** How many draws are made between two moments at which the work can be stopped. */
const drawsPerStep = 100;

/**
 * Of one model. NaN: undefined. The draws of the calibration error are moved so that their mean is the error of the data: chance
 * alone lifts a sum of absolute values, in a draw more than in the data.
 */
export interface DrawnFigures {
  readonly values: Readonly<Record<StudyFigureName, number>>;
  /** One value per draw. */
  readonly draws: Readonly<Record<StudyFigureName, Float64Array>>;
  /** The share of positive images: per bin, one value per draw. */
  readonly shares: readonly Float64Array[];
}

/** @param models predictions of the same images, ranked with the same clusters */
export function* drawFigures(
  models: readonly RankedPredictions[],
  patients: number,
  { replicates, seed }: CheckedDrawOptions,
): Steps<DrawnFigures[]> {
  const figures = new Float64Array(studyFigureNames.length);
  const once = new Uint16Array(patients).fill(1);
  const drawn = models.map((model) => {
    model.compute(once, figures, new Float64Array(model.bins));
    return {
      model,
      values: collectFigures((_, index) => figures[index] as number),
      draws: collectFigures(() => new Float64Array(replicates)),
      shares: Array.from({ length: model.bins }, () => new Float64Array(replicates)),
      binShares: new Float64Array(model.bins),
    };
  });
  for (let replicate = 0; replicate < replicates; replicate++) {
    const draws = drawClusters(patients, seed, replicate);
    for (const one of drawn) {
      one.model.compute(draws, figures, one.binShares);
      studyFigureNames.forEach((name, index) => {
        one.draws[name][replicate] = figures[index] as number;
      });
      one.shares.forEach((shares, bin) => {
        shares[replicate] = one.binShares[bin] as number;
      });
    }
    if ((replicate + 1) % drawsPerStep === 0) yield { done: replicate + 1, total: replicates };
  }
  for (const { values, draws } of drawn) {
    const errors = draws.expectedCalibrationError;
    const shift = values.expectedCalibrationError - errors.reduce((sum, one) => sum + one, 0) / replicates;
    errors.forEach((one, replicate) => {
      errors[replicate] = one + shift;
    });
  }
  return drawn;
}

export function collectFigures<T>(compute: (name: StudyFigureName, index: number) => T): Record<StudyFigureName, T> {
  return Object.fromEntries(studyFigureNames.map((name, index) => [name, compute(name, index)])) as Record<
    StudyFigureName,
    T
  >;
}

/** What each figure rests on. */
export function findBases(
  predictions: readonly Prediction[],
  clusters: PatientClusters,
  threshold: number,
): Record<StudyFigureName, Basis> {
  const patients = (wanted: (prediction: Prediction) => boolean): number =>
    countPatients(clusters, (image) => wanted(predictions[image] as Prediction));
  const positives = patients(({ label }) => label === 1);
  const negatives = patients(({ label }) => label === 0);
  const share = (count: number): Basis => ({ patients: count, scale: 'logOdds', isShare: true });
  const ofBoth: Basis = { patients: Math.min(positives, negatives), scale: 'logOdds' };
  const error: Basis = { patients: clusters.count, scale: 'log' };
  return {
    sensitivity: share(positives),
    specificity: share(negatives),
    ppv: share(patients(({ probability }) => probability > threshold)),
    npv: share(patients(({ probability }) => probability <= threshold)),
    accuracy: share(clusters.count),
    balancedAccuracy: ofBoth,
    f1: { patients: positives, scale: 'logOdds' },
    mcc: { ...ofBoth, scale: 'fisher' },
    rocAuc: ofBoth,
    averagePrecision: ofBoth,
    brierScore: { ...error, atMost: 1 },
    expectedCalibrationError: { ...error, scale: 'percentiles', atMost: 1 },
    loss: error,
  };
}
