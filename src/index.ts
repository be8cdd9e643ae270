/**
 * The library: everything the command line does, one function each, typed. Functions report progress by callbacks, never print, and
 * fail with a {@link PneumoscopeError} wherever a user can act on the failure.
 *
 * Not a medical device: for research and teaching. Do not diagnose or treat anyone with it.
 */

export { errorCodes, PneumoscopeError, type ErrorCode } from './errors.ts';

// Data: from an archive or from nothing to folders of labelled images.
export { getDataset, type GetDatasetOptions, type GetDatasetResult } from './data/archive.ts';
export { splitDataset, type SplitOptions, type SplitResult } from './data/split.ts';
export { readManifest, type Manifest, type ManifestImage, type SplitName } from './data/manifest.ts';
export { generatePhantoms, type PhantomOptions, type PhantomResult } from './data/phantoms.ts';
export { listDatasetFolder, type DatasetFolder, type LabelledImage } from './data/dataset-folder.ts';
export { UnreadableImagesError, type UnreadableImage } from './data/image-cache.ts';
export type { TaskOptions, TaskProgress } from './data/task.ts';

// Images: the one path from a file to a network's input.
export { decodeGray, type DecodeLimits } from './imaging/decode.ts';
export type { GrayImage } from './imaging/gray-image.ts';
export { preprocess, preprocessDecoded } from './imaging/preprocess.ts';
export {
  createPreprocessingSpec,
  type PreprocessingOptions,
  type PreprocessingSpec,
} from './imaging/preprocessing-spec.ts';
export { articleAugmentation, type AugmentationSpec } from './imaging/augmentation-spec.ts';

// Looking at a data set before training on it.
export { checkDataset, type CheckOptions } from './inspection/check.ts';
export type { CheckResult, Finding, FindingKind } from './inspection/check-result.ts';
export type { DuplicateGroup } from './inspection/duplicates.ts';
export { restoreQuarantine, type QuarantineResult, type RestoreResult } from './inspection/quarantine.ts';
export { listImageRecords, type ImageRecord, type ImageRecords } from './inspection/image-records.ts';
export { readImageFacts, type ImageFacts } from './inspection/image-facts.ts';
export { auditDataset, type AuditOptions } from './inspection/audit.ts';
export type { AuditContrast, AuditedFeature, AuditRemedy, AuditResult } from './inspection/audit-result.ts';
export { renderAuditPage } from './report/audit-page.ts';
export {
  exploreDataset,
  type ExploreFigures,
  type ExploreGroup,
  type ExploreOptions,
  type ExplorePixels,
  type ExploreResult,
} from './inspection/explore.ts';
export type { PixelStatistics } from './inspection/pixel-statistics.ts';
export type { ClassVariability, RegionVariability, VariabilityDifference } from './inspection/variability.ts';
export { drawExploration, type ExploreFigure } from './report/explore-figures.ts';
export { renderExplorePage } from './report/explore-page.ts';
export { describeVariability } from './report/explore-text.ts';

// Training.
export { train, type TrainOptions, type TrainResult, type TrainStart } from './train.ts';
export {
  loadRecipe,
  overrideRecipe,
  parseRecipe,
  recipeNames,
  type Recipe,
  type RecipeOverrides,
} from './training/recipe.ts';
export {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidationResult,
  type FoldCallbacks,
  type FoldStart,
} from './crossval.ts';
export type { FoldFigures } from './training/cross-validation-figures.ts';
export { findLearningRate, type FindLearningRateOptions, type LearningRateRange } from './training/lr-find.ts';
export type { RangeStep, RatePoint, RateSuggestion } from './training/learning-rate-curve.ts';
export type { StepReport } from './training/fit.ts';
export { findBestEpoch, parseHistoryCsv, renderHistoryCsv, type EpochRecord } from './training/history.ts';

// Using and measuring a model.
export {
  loadClassifier,
  readModelMetadata,
  type Classification,
  type Classifier,
  type GuardedClassification,
  type LoadOptions,
} from './classifier/classifier.ts';
export type { ClassifyFilesOptions, FileClassification, FileClassifications } from './classifier/classify-files.ts';
export { fitModelGuard, writeModelGuard, type FitModelGuardOptions } from './classifier/model-guard.ts';
export { withholdRefused, type FileAnswer } from './classifier/withhold.ts';
export { fitGuard, type FitGuardOptions, type GuardImages } from './guard/fit-guard.ts';
export {
  describeGuardResult,
  Guard,
  scoreGuard,
  type GuardReason,
  type GuardResult,
  type GuardVerdict,
} from './guard/guard.ts';
export type { GuardSpec } from './guard/guard-spec.ts';
export { defaultModelPath } from './classifier/default-model.ts';
export { createEnsemble, type EnsembleOptions, type EnsembleResult } from './classifier/ensemble.ts';
export { compressModel, type AnswerChange, type CompressOptions, type CompressResult } from './classifier/compress.ts';
export {
  measureRobustness,
  type Robustness,
  type RobustnessOptions,
  type RobustnessRow,
} from './classifier/robustness.ts';
export { imageShifts, type ImageShift } from './imaging/image-shifts.ts';
export { findImages } from './classifier/find-images.ts';
export type { ClassifierMetadata, ClassSpec, Ensemble, EnsembleMember, Provenance } from './classifier/metadata.ts';
export {
  evaluateFolder,
  type BinaryEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type MulticlassEvaluation,
} from './classifier/evaluate.ts';
export {
  fitOperation,
  writeOperation,
  type FitOperationOptions,
  type FittedOperation,
} from './classifier/fit-operation.ts';
export { assertNotFittedOn, countFittedOn, listFits, type FittedOn, type Operation } from './classifier/operation.ts';
export type { Device } from './runtime/session.ts';

// What a model looked at, and whether that means something.
export {
  createExplainer,
  type Explainer,
  type Explanation,
  type Method,
  type OccludeOptions,
  type OcclusionExplanation,
  type TargetOptions,
} from './explain/explainer.ts';
export {
  explainEach,
  explainFiles,
  type ExplainOptions,
  type FileExplanation,
  type FileExplanations,
  type RefusedFile,
  type MethodMap,
} from './explain/explain-files.ts';
export type { HeatMap } from './explain/heat-map.ts';
export type { RegionHeat } from './explain/heat-regions.ts';
export {
  computePerturbationCurves,
  type CurveOptions,
  type PerturbationCurve,
  type PerturbationCurves,
} from './explain/perturbation-curves.ts';
export type { RandomisationStage, RandomisationTest, RandomisationVerdict } from './explain/randomisation.ts';
export { testModelWeights, type WeightTestOptions } from './explain/shuffled-model.ts';
export type { Target } from './explain/target.ts';
export { renderOverlay } from './explain/overlay.ts';
export { encodeNpy } from './explain/npy.ts';
export { describeHeat } from './explain/words.ts';
export { drawExplanation } from './report/explanation-figure.ts';

// One page about a run.
export { collectRunReport, describeRunReport, type RunReport, type RunReportOptions } from './report/run-report.ts';
export type { ReportCell } from './report/report-cells.ts';
export type { ExplainedCells, ExplainedImage } from './report/explained-cells.ts';
export { drawReportFigures, type ReportFigures } from './report/report-figures.ts';
export { renderReportPage } from './report/report-page.ts';
export { writeModelCard, type ModelCardSection } from './report/model-card.ts';

// Figures and charts.
export { computeBinaryMetrics, type BinaryConfusion, type BinaryMetrics } from './evaluation/binary-metrics.ts';
export {
  computeMulticlassMetrics,
  type ClassMetrics,
  type MulticlassMetrics,
} from './evaluation/multiclass-metrics.ts';
export type { MulticlassPrediction, Prediction } from './evaluation/prediction.ts';
export { computeRocAuc, computeRocCurve, type RocPoint } from './evaluation/roc.ts';
export { ClusterBootstrap, type ClusterBootstrapOptions, type Interval } from './evaluation/cluster-bootstrap.ts';
export {
  computeStudy,
  studyFigureNames,
  type Figure,
  type RestatedPrevalence,
  type Study,
  type StudyFigureName,
  type StudyOptions,
  type StudyReliabilityBin,
} from './evaluation/study.ts';
export {
  computeFoldSpread,
  computePooledStudy,
  type FoldSpread,
  type PooledPrediction,
  type PooledStudy,
} from './evaluation/pooled-study.ts';
export {
  computeAveragePrecision,
  computePrecisionRecallCurve,
  type PrecisionRecallPoint,
} from './evaluation/precision-recall.ts';
export {
  computeBrierScore,
  computeExpectedCalibrationError,
  computeReliability,
  type Binning,
  type BinningOptions,
  type ReliabilityBin,
} from './evaluation/calibration.ts';
export {
  computeSubgroups,
  germColumn,
  type Subgroup,
  type SubgroupAnalysis,
  type SubgroupColumn,
} from './evaluation/subgroups.ts';
export { compareModels, type CompareOptions, type Comparison, type FigureDifference } from './evaluation/compare.ts';
export type { AreaComparison } from './evaluation/delong.ts';
export type { McNemarTest } from './evaluation/mcnemar.ts';
export {
  chooseOperatingPoint,
  type OperatingPoint,
  type OperatingPointOptions,
  type OperatingRule,
  type ReachedShare,
} from './evaluation/operating-point.ts';
export {
  computeProbabilities,
  fitTemperature,
  type FittedTemperature,
  type LabelledLogits,
} from './evaluation/temperature.ts';
export { fitPlatt, type FittedPlatt } from './evaluation/platt.ts';
export type { CalibrationSummary } from './evaluation/calibration-summary.ts';
export {
  chooseBand,
  computeAbstention,
  computeAbstentionCurve,
  type Abstention,
  type AbstentionPoint,
  type BandWish,
  type UncertainBand,
} from './evaluation/abstention.ts';
export {
  abstentionChart,
  confusionChart,
  learningRateChart,
  rocChart,
  toConfusionMatrix,
  trainingCurves,
  type Chart,
} from './report/charts.ts';
export { renderCrossValidation, renderCrossValidationMarkdown } from './report/cross-validation-table.ts';
export { renderMetricsTable, renderMulticlassMetricsTable } from './report/metrics-table.ts';

/** Keras code, carried over name by name: `keras.sequential([...])`. */
export * as keras from './keras/index.ts';

// Serving a model over HTTP.
export { startService, type RunningService } from './server/serve.ts';
export { readTokens, Tokens } from './server/access.ts';
export type { ModelSource } from './server/model-registry.ts';
export type { ServiceSettings } from './server/settings.ts';
export type {
  ClassifyAnswer,
  ExplainAnswer,
  ImageAnswer,
  ModelDescription,
  ModelsAnswer,
  ProblemDetails,
  Readiness,
} from './server/contract.ts';
export { drawKnownImage, writeSelfTest } from './classifier/self-test.ts';
