/**
 * The library: everything the command line does, one function each, typed. Functions report progress by callbacks, never print, and
 * fail with a {@link PneumoscopeError} wherever a user can act on the failure.
 *
 * Not a medical device: for research and teaching. Do not diagnose or treat anyone with it.
 */

export { errorCodes, PneumoscopeError, type ErrorCode } from './base/errors.ts';

// Data: from an archive or from nothing to folders of labelled images.
export { getDataset, type GetDatasetOptions, type GetDatasetResult } from './data/kermany/archive.ts';
export { splitDataset, type SplitOptions, type SplitResult } from './data/split/split.ts';
export { readManifest, type Manifest, type ManifestImage, type SplitName } from './data/folder/manifest.ts';
export { generatePhantoms, type PhantomOptions, type PhantomResult } from './data/phantoms/phantoms.ts';
export { listDatasetFolder, type DatasetFolder, type LabelledImage } from './data/folder/dataset-folder.ts';
export { UnreadableImagesError, type UnreadableImage } from './imaging/decode/unreadable-image.ts';
export type { TaskOptions, TaskProgress } from './base/tasks.ts';

// Images: the one path from a file to a network's input.
export { decodeGray, type DecodeLimits } from './imaging/decode/decode.ts';
export type { GrayImage } from './imaging/gray-image.ts';
export { preprocess, preprocessDecoded } from './imaging/prepare/preprocess.ts';
export {
  createPreprocessingSpec,
  type PreprocessingOptions,
  type PreprocessingSpec,
} from './imaging/prepare/preprocessing-spec.ts';
export { articleAugmentation, type AugmentationSpec } from './imaging/augment/augmentation-spec.ts';

// Looking at a data set before training on it.
export { checkDataset, type CheckOptions } from './study/check/check.ts';
export type { CheckResult, Finding, FindingKind } from './study/check/check-result.ts';
export type { DuplicateGroup } from './study/check/duplicates.ts';
export { restoreQuarantine, type QuarantineResult, type RestoreResult } from './study/check/quarantine.ts';
export { listImageRecords, type ImageRecord, type ImageRecords } from './study/records/image-records.ts';
export { readImageFacts, type ImageFacts } from './study/audit/image-facts.ts';
export { auditDataset, type AuditOptions } from './study/audit/audit.ts';
export type { AuditContrast, AuditedFeature, AuditRemedy, AuditResult } from './study/audit/audit-result.ts';
export { renderAuditPage } from './study/audit/audit-page.ts';
export {
  exploreDataset,
  type ExploreFigures,
  type ExploreGroup,
  type ExploreOptions,
  type ExplorePixels,
  type ExploreResult,
} from './study/explore/explore.ts';
export type { PixelStatistics } from './study/explore/pixel-statistics.ts';
export type { ClassVariability, RegionVariability, VariabilityDifference } from './study/explore/variability.ts';
export { drawExploration, type ExploreFigure } from './study/explore/explore-figures.ts';
export { renderExplorePage } from './study/explore/explore-page.ts';
export { describeVariability } from './study/explore/explore-text.ts';

// Training.
export { train, type TrainOptions, type TrainResult, type TrainStart } from './study/train/train.ts';
export {
  loadRecipe,
  overrideRecipe,
  parseRecipe,
  recipeNames,
  type Recipe,
  type RecipeOverrides,
} from './study/train/recipe.ts';
export {
  crossValidate,
  type CrossValidateOptions,
  type FoldCallbacks,
  type FoldStart,
} from './study/train/cross-validation.ts';
export type { CrossValidationResult } from './study/train/cross-validation-figures.ts';
export type { FoldFigures } from './study/train/cross-validation-figures.ts';
export { findLearningRate, type FindLearningRateOptions, type LearningRateRange } from './study/train/lr-find.ts';
export type { RangeStep, RatePoint, RateSuggestion } from './engine/fit/learning-rate-curve.ts';
export type { StepReport } from './engine/fit/fit.ts';
export { findBestEpoch, parseHistoryCsv, renderHistoryCsv, type EpochRecord } from './engine/fit/history.ts';

// Using and measuring a model.
export { loadClassifier, readModelMetadata, type Classifier, type LoadOptions } from './model/use/classifier.ts';
export type {
  Classification,
  Answer,
  Answered,
  Failed,
  FileAnswer,
  Reason,
  ReasonCode,
  Refused,
} from './model/use/answer.ts';
export type { ClassifyFilesOptions, FailedFile } from './model/use/classify-files.ts';
export { fitModelGuard, writeModelGuard, type FitModelGuardOptions } from './model/edit/model-guard.ts';
export { fitGuard, type FitGuardOptions, type GuardImages } from './model/guard/fit-guard.ts';
export {
  describeGuardResult,
  Guard,
  scoreGuard,
  type GuardReason,
  type GuardResult,
  type GuardVerdict,
} from './model/guard/guard.ts';
export type { GuardSpec } from './model/guard/guard-spec.ts';
export { defaultModelPath } from './model/file/default-model.ts';
export { createEnsemble, type EnsembleOptions, type EnsembleResult } from './model/edit/ensemble.ts';
export { compressModel, type AnswerChange, type CompressOptions, type CompressResult } from './model/edit/compress.ts';
export {
  measureRobustness,
  type Robustness,
  type RobustnessOptions,
  type RobustnessRow,
} from './study/evaluate/robustness.ts';
export { imageShifts, type ImageShift } from './imaging/augment/image-shifts.ts';
export { findImages } from './data/folder/find-images.ts';
export type { ClassifierMetadata, ClassSpec, Ensemble, EnsembleMember, Provenance } from './model/file/metadata.ts';
export {
  evaluateFolder,
  type BinaryEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type MulticlassEvaluation,
} from './study/evaluate/evaluate.ts';
export {
  fitOperation,
  writeOperation,
  type FitOperationOptions,
  type FittedOperation,
} from './study/calibrate/fit-operation.ts';
export type { FittedOn, Operation } from './model/file/operation.ts';
export { assertNotFittedOn, countFittedOn, listFits } from './model/file/fitted-on.ts';
export type { Device } from './engine/runtime/tensor.ts';

// What a model looked at, and whether that means something.
export {
  createExplainer,
  type Explainer,
  type Explanation,
  type Method,
  type OccludeOptions,
  type OcclusionExplanation,
  type TargetOptions,
} from './model/explain/explainer.ts';
export {
  explainEach,
  explainFiles,
  type ExplainOptions,
  type FileExplanation,
  type FileExplanations,
  type RefusedFile,
  type MethodMap,
} from './model/explain/explain-files.ts';
export type { HeatMap } from './model/explain/heat-map.ts';
export type { RegionHeat } from './model/explain/heat-regions.ts';
export {
  computePerturbationCurves,
  type CurveOptions,
  type PerturbationCurve,
  type PerturbationCurves,
} from './model/explain/perturbation-curves.ts';
export type { RandomisationStage, RandomisationTest, RandomisationVerdict } from './model/explain/randomisation.ts';
export { testModelWeights, type WeightTestOptions } from './model/explain/shuffled-model.ts';
export type { Target } from './model/explain/target.ts';
export { renderOverlay } from './model/explain/overlay.ts';
export { encodeNpy } from './base/files/npy.ts';
export { describeHeat } from './model/explain/words.ts';
export { drawExplanation } from './study/report/explanation-figure.ts';

// One page about a run.
export {
  collectRunReport,
  describeRunReport,
  type RunReport,
  type RunReportOptions,
} from './study/report/run-report.ts';
export type { ReportCell } from './study/report/report-cells.ts';
export type { ExplainedCells, ExplainedImage } from './study/report/explained-cells.ts';
export { drawReportFigures, type ReportFigures } from './study/report/report-figures.ts';
export { renderReportPage } from './study/report/report-page.ts';
export { writeModelCard, type ModelCardSection } from './study/pages/model-card.ts';

// Figures and charts.
export { computeBinaryMetrics, type BinaryConfusion, type BinaryMetrics } from './statistics/figures/binary-metrics.ts';
export {
  computeMulticlassMetrics,
  type ClassMetrics,
  type MulticlassMetrics,
} from './statistics/figures/multiclass-metrics.ts';
export type { MulticlassPrediction, Prediction } from './statistics/prediction/prediction.ts';
export { computeRocAuc, computeRocCurve, type RocPoint } from './statistics/figures/roc.ts';
export {
  ClusterBootstrap,
  type ClusterBootstrapOptions,
  type Interval,
} from './statistics/intervals/cluster-bootstrap.ts';
export {
  computeStudy,
  studyFigureNames,
  type Figure,
  type RestatedPrevalence,
  type Study,
  type StudyFigureName,
  type StudyOptions,
  type StudyReliabilityBin,
} from './statistics/study/study.ts';
export {
  computeFoldSpread,
  computePooledStudy,
  type FoldSpread,
  type PooledPrediction,
  type PooledStudy,
} from './statistics/study/pooled-study.ts';
export {
  computeAveragePrecision,
  computePrecisionRecallCurve,
  type PrecisionRecallPoint,
} from './statistics/figures/precision-recall.ts';
export {
  computeBrierScore,
  computeExpectedCalibrationError,
  computeReliability,
  type Binning,
  type BinningOptions,
  type ReliabilityBin,
} from './statistics/calibration/calibration.ts';
export {
  computeSubgroups,
  type Subgroup,
  type SubgroupAnalysis,
  type SubgroupColumn,
} from './statistics/study/subgroups.ts';
export { germColumn } from './data/kermany/germ-column.ts';
export {
  compareModels,
  type CompareOptions,
  type Comparison,
  type FigureDifference,
} from './statistics/study/compare.ts';
export type { AreaComparison } from './statistics/intervals/delong.ts';
export type { McNemarTest } from './statistics/intervals/mcnemar.ts';
export {
  chooseOperatingPoint,
  type OperatingPoint,
  type OperatingPointOptions,
  type OperatingRule,
  type ReachedShare,
} from './statistics/calibration/operating-point.ts';
export {
  computeProbabilities,
  fitTemperature,
  type FittedTemperature,
  type LabelledLogits,
} from './statistics/calibration/temperature.ts';
export { fitPlatt, type FittedPlatt } from './statistics/calibration/platt.ts';
export type { CalibrationSummary } from './statistics/calibration/calibration-summary.ts';
export {
  chooseBand,
  computeAbstention,
  computeAbstentionCurve,
  type Abstention,
  type AbstentionPoint,
  type BandWish,
  type UncertainBand,
} from './statistics/calibration/abstention.ts';
export {
  abstentionChart,
  confusionChart,
  learningRateChart,
  rocChart,
  toConfusionMatrix,
  trainingCurves,
  type Chart,
} from './study/charts/charts.ts';
export { renderCrossValidation, renderCrossValidationMarkdown } from './study/train/cross-validation-table.ts';
export { renderMetricsTable, renderMulticlassMetricsTable } from './study/evaluate/metrics-table.ts';

/** Keras code, carried over name by name: `keras.sequential([...])`. */
export * as keras from './app/keras/index.ts';

// Serving a model over HTTP.
export { startService, type RunningService } from './app/server/serve.ts';
export { readTokens, Tokens } from './app/server/access.ts';
export type { ModelSource } from './app/server/model-registry.ts';
export type { ServiceSettings } from './app/server/settings.ts';
export type {
  ClassifyAnswer,
  ExplainAnswer,
  ImageAnswer,
  ModelDescription,
  ModelsAnswer,
  ProblemDetails,
  Readiness,
} from './app/server/contract.ts';
export { drawKnownImage, writeSelfTest } from './model/edit/self-test.ts';
