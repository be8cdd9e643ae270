/**
 * `pneumoscope/statistics`: from labels and probabilities to figures, intervals, curves, calibration and operating points.
 * Pure functions: they read no file and load no other library, so they run in a browser as well.
 *
 * @packageDocumentation
 * @module pneumoscope/statistics
 */
export { PneumoscopeError } from '../base/errors.ts';
export type { DrawOptions } from './prediction/draw-options.ts';
export {
  checkMulticlassPredictions,
  checkPredictions,
  type MulticlassPrediction,
  type Prediction,
} from './prediction/prediction.ts';

// Figures and curves.
export {
  computeBinaryMetrics,
  type BinaryConfusion,
  type BinaryMetrics,
  type UndefinedFigure,
} from './figures/binary-metrics.ts';
export { computeMulticlassMetrics, type ClassMetrics, type MulticlassMetrics } from './figures/multiclass-metrics.ts';
export {
  computeAveragePrecision,
  computePrecisionRecallCurve,
  type PrecisionRecallPoint,
} from './figures/precision-recall.ts';
export { computeRocAuc, computeRocCurve, type RocPoint } from './figures/roc.ts';

// Intervals and tests.
export { ClusterBootstrap, type ClusterBootstrapOptions, type Interval } from './intervals/cluster-bootstrap.ts';
export type { AreaComparison } from './intervals/delong.ts';
export { studyFigureNames, type Figure, type StudyFigureName } from './intervals/figure.ts';
export type { McNemarTest } from './intervals/mcnemar.ts';

// Calibration and the operating point.
export {
  chooseBand,
  computeAbstention,
  computeAbstentionCurve,
  type Abstention,
  type AbstentionPoint,
  type BandWish,
  type UncertainBand,
} from './calibration/abstention.ts';
export { countProbabilities, probabilitySteps, type ProbabilityCounts } from './calibration/probability-counts.ts';
export {
  computeBrierScore,
  computeExpectedCalibrationError,
  computeReliability,
  type Binning,
  type BinningOptions,
  type ReliabilityBin,
} from './calibration/calibration.ts';
export type { CalibrationSummary } from './calibration/calibration-summary.ts';
export {
  chooseOperatingPoint,
  type OperatingPoint,
  type OperatingPointOptions,
  type OperatingRule,
  type ReachedShare,
} from './calibration/operating-point.ts';
export { fitPlatt, type FittedPlatt } from './calibration/platt.ts';
export {
  computeProbabilities,
  fitTemperature,
  temperatureBounds,
  type FittedTemperature,
  type LabelledLogits,
} from './calibration/temperature.ts';

// Whole studies.
export { compareModels, type CompareOptions, type Comparison, type FigureDifference } from './study/compare.ts';
export {
  computeFoldSpread,
  computePooledStudy,
  type FoldSpread,
  type PooledPrediction,
  type PooledStudy,
} from './study/pooled-study.ts';
export {
  computeStudy,
  type RestatedPrevalence,
  type Study,
  type StudyOptions,
  type StudyReliabilityBin,
} from './study/study.ts';
export {
  computeSubgroups,
  fewPatients,
  type Subgroup,
  type SubgroupAnalysis,
  type SubgroupColumn,
} from './study/subgroups.ts';
