/**
 * `pneumoscope/study`: looking at a data set, training on it, measuring a model, and the charts and pages about all that.
 *
 * @packageDocumentation
 * @module pneumoscope/study
 */
export { PneumoscopeError } from '../base/errors.ts';
export type { TaskOptions, TaskProgress } from '../base/tasks.ts';

// Looking at a data set before training on it.
export { auditDataset, type AuditOptions } from './audit/audit.ts';
export { renderAuditPage } from './audit/audit-page.ts';
export type { AuditGiveaway } from './audit/audit-giveaways.ts';
export type { AuditOption } from './audit/audit-options.ts';
export type { AuditEffect, AuditVerdict } from './audit/audit-verdict.ts';
export type { AuditContrast, AuditedFeature, AuditRemedy, AuditResult } from './audit/audit-result.ts';
export { readImageFacts, type ImageFacts } from './audit/image-facts.ts';
export { checkDataset, type CheckOptions } from './check/check.ts';
export type { ClassBalance, SplitBalance, SplitPatient } from './check/balance.ts';
export type { CheckResult, CheckTotals, Finding, FindingKind } from './check/check-result.ts';
export type { DuplicateGroup, GroupMember } from './check/duplicates.ts';
export type { HiddenImage } from './check/hidden-images.ts';
export type { ImageMode, ImageSizes } from './check/modes.ts';
export type { SizeOutlier } from './check/outliers.ts';
export {
  restoreQuarantine,
  type QuarantineResult,
  type RestoreOptions,
  type RestoreResult,
} from './check/quarantine.ts';
export type { MisnamedFile, PagedFile, UnreadableFile, UnreadableKind } from './check/scan-images.ts';
export {
  exploreDataset,
  type ExploreFigures,
  type ExploreGroup,
  type ExploreOptions,
  type ExplorePixels,
  type ExploreResult,
} from './explore/explore.ts';
export { drawExploration, type ExploreFigure, type ExploreSection } from './explore/explore-figures.ts';
export { renderExplorePage } from './explore/explore-page.ts';
export { describeVariability } from './explore/explore-text.ts';
export type { Spread } from './explore/group-tally.ts';
export type { PixelStatistics } from './explore/pixel-statistics.ts';
export type { Sample } from './explore/sample-picker.ts';
export type { ClassVariability, RegionVariability, VariabilityDifference } from './explore/variability.ts';
export type { ImageListing, RecordOptions, UnreadableFolder } from './records/image-record.ts';
export { listImageRecords, type ImageRecord, type ImageRecords } from './records/image-records.ts';

// Training.
export type { StepReport } from '../engine/fit/fit.ts';
export { findBestEpoch, parseHistoryCsv, renderHistoryCsv, type EpochRecord } from '../engine/fit/history.ts';
export type { LearningRateCurve, RangeStep, RatePoint, RateSuggestion } from '../engine/fit/learning-rate-curve.ts';
export {
  crossValidate,
  type CrossValidateOptions,
  type FoldCallbacks,
  type FoldStart,
} from './train/cross-validation.ts';
export type { CrossValidationResult, FoldFigures } from './train/cross-validation-figures.ts';
export { renderCrossValidation, renderCrossValidationMarkdown } from './train/cross-validation-table.ts';
export { findLearningRate, type FindLearningRateOptions, type LearningRateRange } from './train/lr-find.ts';
export {
  loadRecipe,
  overrideRecipe,
  parseRecipe,
  recipeNames,
  type Recipe,
  type RecipeOverrides,
} from './train/recipe.ts';
// Recipe and RecipeOverrides are derived from these.
export type { overrideSchemas, recipeSchema } from './train/recipe-schema.ts';
export type { TrainingStage } from './train/stages.ts';
export { train, type TrainOptions, type TrainResult, type TrainStart } from './train/train.ts';

// Measuring and calibrating a model.
export {
  fitOperation,
  writeOperation,
  type FitOperationOptions,
  type FittedOperation,
} from './calibrate/fit-operation.ts';
export {
  evaluateFolder,
  type BinaryEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type MulticlassEvaluation,
} from './evaluate/evaluate.ts';
export { toMeasuredModel, writeMeasuredModel } from './evaluate/measured-model.ts';
export type { EvaluationStudy } from './evaluate/study-evaluation.ts';
export { renderMetricsTable, renderMulticlassMetricsTable } from './evaluate/metrics-table.ts';
export {
  measureRobustness,
  type Robustness,
  type RobustnessOptions,
  type RobustnessRow,
} from './evaluate/robustness.ts';

// Charts and pages.
export type { AbstentionChartOptions } from './charts/abstention-chart.ts';
export type { RocChartOptions } from './charts/roc-chart.ts';
export {
  abstentionChart,
  confusionChart,
  learningRateChart,
  rocChart,
  toConfusionMatrix,
  trainingCurves,
  type Chart,
} from './charts/charts.ts';
export { renderModelCard, writeModelCard, type ModelCardSection } from './pages/model-card.ts';
export type { ExplainedCells, ExplainedImage } from './report/explained-cells.ts';
export { drawExplanation } from './report/explanation-figure.ts';
export type { CellImage, ReportCell } from './report/report-cells.ts';
export { drawReportFigures, type ReportFigures } from './report/report-figures.ts';
export { renderReportPage } from './report/report-page.ts';
export { collectRunReport, describeRunReport, type RunReport, type RunReportOptions } from './report/run-report.ts';
