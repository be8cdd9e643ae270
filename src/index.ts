/**
 * The library: get data, split it, train, load, classify, evaluate, calibrate, explain, report and serve, one function each. This is what
 * most programs need. The rest has the name of its room: `pneumoscope/data`, `/imaging`, `/engine`, `/model`, `/study`, `/statistics`,
 * `/keras`, `/server` and `/client`.
 *
 * Functions report progress by callbacks and never print. They fail with a {@link PneumoscopeError} wherever a user can act on the failure.
 *
 * Not a medical device: for research and teaching. Do not diagnose or treat anyone with it.
 *
 * @packageDocumentation
 * @module pneumoscope
 */
export { errorCodes, PneumoscopeError, type ErrorCode } from './base/errors.ts';
export type { TaskOptions, TaskProgress } from './base/tasks.ts';

// Data: pneumoscope/data has the rest.
export { findImages } from './data/folder/find-images.ts';
export { getDataset } from './data/kermany/archive.ts';
export { generatePhantoms } from './data/phantoms/phantoms.ts';
export { splitDataset } from './data/split/split.ts';

// Studies: pneumoscope/study.
export { checkDataset } from './study/check/check.ts';
export { crossValidate } from './study/train/cross-validation.ts';
export { loadRecipe, type Recipe } from './study/train/recipe.ts';
export { train, type TrainOptions, type TrainResult } from './study/train/train.ts';
export { evaluateFolder, type EvaluateOptions, type Evaluation } from './study/evaluate/evaluate.ts';
export { fitOperation, writeOperation, type FittedOperation } from './study/calibrate/fit-operation.ts';
export { drawReportFigures } from './study/report/report-figures.ts';
export { renderReportPage } from './study/report/report-page.ts';
export { collectRunReport, type RunReport } from './study/report/run-report.ts';

// One model: pneumoscope/model.
export { defaultModelPath } from './model/file/default-model.ts';
export type { AboutImage, Answer, Answered, Failed, FileAnswer, Refused } from './model/use/answer.ts';
export { loadClassifier, type Classifier, type LoadOptions } from './model/use/classifier.ts';
export { createExplainer, type Explainer, type Explanation } from './model/explain/explainer.ts';
export { explainFiles, type FileExplanations } from './model/explain/explain-files.ts';
export { renderOverlay } from './model/explain/overlay.ts';

// The service: pneumoscope/server, and pneumoscope/client for its other side.
export { startService, type RunningService } from './app/server/serve.ts';
export type { ServiceSettings } from './app/server/settings.ts';
