/**
 * `pneumoscope/model`: a model file, and all that asks or changes it: answers, the input guard, explanations, ensembles.
 *
 * @packageDocumentation
 * @module pneumoscope/model
 */
export { PneumoscopeError } from '../base/errors.ts';
export type { TaskOptions, TaskProgress } from '../base/tasks.ts';

// The file, and what it says about itself.
export { defaultModelPath } from './file/default-model.ts';
export { assertNotFittedOn, countFittedOn, listFits } from './file/fitted-on.ts';
export type { ClassifierMetadata, ClassSpec, Ensemble, EnsembleMember, Provenance, SelfTest } from './file/metadata.ts';
export type { MeasuredBand, MeasuredFigure, MeasuredGroup, MeasuredModel, MeasuredName } from './file/measured.ts';
export type { FittedOn, Operation } from './file/operation.ts';
export type { LocalisedText, Statement } from './file/statement.ts';

// Answers.
export type { InferenceResult } from '../engine/runtime/inference-client.ts';
export type {
  Answer,
  AboutImage,
  Answered,
  Classification,
  Failed,
  FileAnswer,
  Reason,
  ReasonCode,
  Refused,
} from './use/answer.ts';
export {
  loadClassifier,
  readModelMetadata,
  type Classifier,
  type ClassifyOptions,
  type LoadOptions,
} from './use/classifier.ts';
export type { AskOptions, ClassifyFilesOptions, FailedFile, PreparedImage, ReadOptions } from './use/classify-files.ts';

// The header gate of DICOM files.
export type { HeaderFlag, HeaderRefusal, HeaderRemark } from './gate/header-gate.ts';
export type { HeaderReport } from './gate/header-report.ts';

// The input guard.
export {
  fitModelGuard,
  writeModelGuard,
  type FitModelGuardOptions,
  type FittedModelGuard,
} from './edit/model-guard.ts';
export { fitGuard, type FitGuardOptions, type GuardImages } from './guard/fit-guard.ts';
export {
  describeGuardResult,
  Guard,
  scoreGuard,
  type GuardReason,
  type GuardResult,
  type GuardVerdict,
} from './guard/guard.ts';
export type { FigureScale, GuardSpec } from './guard/guard-spec.ts';

// Changed models.
export { compressModel, type AnswerChange, type CompressOptions, type CompressResult } from './edit/compress.ts';
export { createEnsemble, type EnsembleOptions, type EnsembleResult } from './edit/ensemble.ts';
export { readStatement, writeStatement } from './edit/model-statement.ts';
export { drawKnownImage, writeSelfTest } from './edit/self-test.ts';

// What a model looked at, and whether that means something.
export { encodeNpy } from '../base/files/npy.ts';
export {
  explainEach,
  explainFiles,
  type ExplainOptions,
  type FileExplanation,
  type FileExplanations,
  type MethodMap,
  type RefusedFile,
} from './explain/explain-files.ts';
export {
  createExplainer,
  type Explainer,
  type Explanation,
  type Method,
  type OccludeOptions,
  type OcclusionExplanation,
  type TargetOptions,
} from './explain/explainer.ts';
export type { HeatMap } from './explain/heat-map.ts';
export type { RegionHeat } from './explain/heat-regions.ts';
export type { PatchGrid } from './explain/occlusion.ts';
export { renderOverlay } from './explain/overlay.ts';
export {
  computePerturbationCurves,
  type Ask,
  type CurveOptions,
  type PerturbationCurve,
  type PerturbationCurves,
} from './explain/perturbation-curves.ts';
export type { RandomisationStage, RandomisationTest, RandomisationVerdict } from './explain/randomisation.ts';
export { testModelWeights, type WeightTestOptions } from './explain/shuffled-model.ts';
export type { Target } from './explain/target.ts';
export { describeHeat } from './explain/words.ts';
