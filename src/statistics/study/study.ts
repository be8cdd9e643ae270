/**
 * A two-class evaluation as a study: every figure with an interval from draws of patients, the curves, and the predictive values
 * restated for another prevalence.
 */
import { countConfusion, type BinaryConfusion } from '../figures/binary-metrics.ts';
import { computeReliability, type BinningOptions, type ReliabilityBin } from '../calibration/calibration.ts';
import type { Interval } from '../intervals/cluster-bootstrap.ts';
import { checkDrawOptions, checkPrevalence, checkThreshold, type DrawOptions } from '../prediction/draw-options.ts';
import { collectFigures, drawFigures, findBases, type DrawnFigures } from './drawn-figures.ts';
import { toFigure, type Basis } from '../intervals/drawn-interval.ts';
import { explainUndefined, restateNpv, restatePpv, type Figure, type StudyFigureName } from '../intervals/figure.ts';
import { countPatients, indexPatients, type PatientClusters } from '../prediction/patient-clusters.ts';
import { computePrecisionRecallCurve, type PrecisionRecallPoint } from '../figures/precision-recall.ts';
import { checkPredictions, type Prediction } from '../prediction/prediction.ts';
import { RankedPredictions } from './ranked-predictions.ts';
import { computeRocCurve, type RocPoint } from '../figures/roc.ts';
import { finishSteps, type Steps } from '../prediction/steps.ts';

export type { Figure, StudyFigureName } from '../intervals/figure.ts';
export { studyFigureNames } from '../intervals/figure.ts';

export interface StudyOptions extends DrawOptions, Pick<BinningOptions, 'bins'> {
  /** An image is called positive if its probability is strictly greater; 0..1. */
  readonly threshold: number;
  /** The share of ill among those who will be examined, greater than 0 and less than 1: restates PPV and NPV. */
  readonly prevalence?: number | undefined;
}

/** A bin of the reliability curve with the interval of its share of positive images. */
export interface StudyReliabilityBin extends ReliabilityBin {
  readonly interval: Interval | null;
}

/** PPV and NPV where a share `value` of those examined is ill, if sensitivity and specificity stay what they are. */
export interface RestatedPrevalence {
  readonly value: number;
  readonly ppv: Figure;
  readonly npv: Figure;
}

export interface Study {
  readonly threshold: number;
  readonly images: number;
  readonly positives: number;
  readonly negatives: number;
  /** Images that name no patient count as one each. */
  readonly patients: number;
  readonly confusion: BinaryConfusion;
  readonly figures: Readonly<Record<StudyFigureName, Figure>>;
  /** null if one of the two classes has no images; so is the next */
  readonly roc: readonly RocPoint[] | null;
  readonly precisionRecall: readonly PrecisionRecallPoint[] | null;
  /** Bins of equal width, those of the calibration error; empty ones too. */
  readonly reliability: readonly StudyReliabilityBin[];
  readonly prevalence?: RestatedPrevalence;
  readonly level: number;
  readonly replicates: number;
  readonly seed: number;
}

/**
 * Patients are drawn with replacement, as many as there are, all images of a patient together. What a figure comes to in the draws tells its
 * spread, and that its interval: see `toFigure`.
 *
 * Time: 2,000 draws of 10,000 images take about a second. Memory: 8 bytes for each draw and figure.
 *
 * @throws PneumoscopeError as {@link checkPredictions}; E_USAGE for an option out of range
 */
export function computeStudy(predictions: readonly Prediction[], options: StudyOptions): Study {
  return finishSteps(stepThroughStudy(predictions, options));
}

/** {@link computeStudy}, handing over control every hundred draws. */
export function* stepThroughStudy(predictions: readonly Prediction[], options: StudyOptions): Steps<Study> {
  const { threshold, prevalence } = options;
  const drawing = checkDrawOptions(options);
  checkThreshold(threshold);
  if (prevalence !== undefined) checkPrevalence(prevalence);
  checkPredictions(predictions);
  const clusters = indexPatients(predictions);
  const confusion = countConfusion(predictions, threshold);
  const ranked = new RankedPredictions(predictions, clusters, options);
  const [drawn] = (yield* drawFigures([ranked], clusters.count, drawing)) as [DrawnFigures];

  const bases = findBases(predictions, clusters, threshold);
  const figures = collectFigures((name) => {
    // Of the figures that are never negative one is moved, and so could become it.
    const isError = name === 'expectedCalibrationError';
    const draws = isError ? drawn.draws[name].map((one) => Math.max(0, one)) : drawn.draws[name];
    const undefinedBecause = explainUndefined(name, confusion);
    return toFigure(drawn.values[name], draws, bases[name], { level: drawing.level, undefinedBecause });
  });
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  return {
    threshold,
    images: predictions.length,
    positives: truePositives + falseNegatives,
    negatives: trueNegatives + falsePositives,
    patients: clusters.count,
    confusion,
    figures,
    roc: computeRocCurve(predictions),
    precisionRecall: computePrecisionRecallCurve(predictions),
    reliability: describeBins(predictions, clusters, drawn, { ...options, level: drawing.level }),
    ...(prevalence !== undefined && {
      prevalence: restateFigures(prevalence, figures, drawn, { basis: bases.rocAuc, level: drawing.level }),
    }),
    ...drawing,
  };
}

function describeBins(
  predictions: readonly Prediction[],
  clusters: PatientClusters,
  { shares }: DrawnFigures,
  options: Pick<StudyOptions, 'bins'> & { readonly level: number },
): StudyReliabilityBin[] {
  return computeReliability(predictions, options).map((bin, index) => {
    const patients = countPatients(clusters, (image) => {
      const { probability } = predictions[image] as Prediction;
      return probability <= bin.high && (probability > bin.low || index === 0);
    });
    const basis: Basis = { patients, scale: 'logOdds', isShare: true };
    const { interval } = toFigure(bin.share ?? NaN, shares[index] as Float64Array, basis, {
      level: options.level,
      undefinedBecause: 'the bin is empty',
    });
    return { ...bin, interval };
  });
}

/**
 * Where sensitivity or specificity has an exact interval and the draws cannot move what is restated from it, its ends are computed from
 * the ends of the exact interval; the other of the two stays as it was measured.
 */
function restateFigures(
  prevalence: number,
  { sensitivity, specificity }: Readonly<Record<StudyFigureName, Figure>>,
  { values, draws }: DrawnFigures,
  options: { readonly basis: Basis; readonly level: number },
): RestatedPrevalence {
  const restateAs = (restate: typeof restatePpv, ofNobody: string): Figure => {
    const figure = toFigure(
      restate(values.sensitivity, values.specificity, prevalence),
      draws.sensitivity.map((drawn, index) => restate(drawn, draws.specificity[index] as number, prevalence)),
      options.basis,
      {
        level: options.level,
        undefinedBecause: sensitivity.undefinedBecause ?? specificity.undefinedBecause ?? ofNobody,
      },
    );
    const isExact = sensitivity.exact === true || specificity.exact === true;
    if (figure.value === null || figure.interval !== null || !isExact) return figure;
    const restateEnd = (end: 'low' | 'high'): number =>
      restate(exactEnd(sensitivity, end), exactEnd(specificity, end), prevalence);
    return { value: figure.value, interval: { low: restateEnd('low'), high: restateEnd('high') }, exact: true };
  };
  return {
    value: prevalence,
    ppv: restateAs(restatePpv, 'no image was called positive'),
    npv: restateAs(restateNpv, 'no image was called negative'),
  };
}

function exactEnd({ value, interval, exact }: Figure, end: 'low' | 'high'): number {
  return exact === true && interval !== null ? interval[end] : (value ?? NaN);
}
