/**
 * `pneumoscope/engine`: describe a convolutional network, train it on arrays, ask it, save and load it as ONNX. It knows nothing of what
 * the images show. ONNX Runtime computes; the graphs of training are derived here by reverse-mode differentiation.
 *
 * Images are NCHW, float32: batch, channels, height, width.
 *
 * @packageDocumentation
 * @module pneumoscope/engine
 */
export { PneumoscopeError } from '../base/errors.ts';
export { RandomGenerator } from '../base/random.ts';

// Describing a network.
export type { Activation, activations } from './nn/activations.ts';
export { glorotUniform, heNormal, ones, zeros, type Fans, type Initializer } from './nn/initializers.ts';
export {
  activation,
  averagePooling2d,
  batchNormalization,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  residual,
  sequence,
  type BatchNormalizationOptions,
  type ConvolutionOptions,
  type DenseOptions,
  type Pair,
  type PoolingOptions,
} from './nn/layers.ts';
export type { Layer, LayerContext, Mode, NetworkDescription } from './nn/network.ts';

// Training it, and asking it.
export { batchArrays, type ArrayBatchOptions, type LabelledArrays } from './fit/array-batches.ts';
export type { Batch, BatchLoader, EpochOptions } from './fit/batch.ts';
export type { FitCallbacks, StepReport } from './fit/fit.ts';
export { findBestEpoch, parseHistoryCsv, renderHistoryCsv, type EpochRecord } from './fit/history.ts';
export type { LearningRateCurve, RangeStep, RatePoint, RateRange, RateSuggestion } from './fit/learning-rate-curve.ts';
export type { Schedule, scheduleSchema } from './fit/schedule.ts';
export { Trainer, type TrainerFitOptions, type TrainerFitResult, type TrainerOptions } from './fit/trainer.ts';
export type { LossSettings } from './nn/losses.ts';
export { adam, adamw, rmsprop, sgd, type OptimizerOptions } from './nn/optimizer-defaults.ts';
export type { OptimizerSettings, optimizerSchema, SettingsOf } from './nn/optimizer-settings.ts';
export { loadNetwork, type LoadedNetwork, type LoadNetworkOptions } from './runtime/loaded-network.ts';
export type { Device, devices } from './runtime/tensor.ts';
export type { EpochMetrics } from '../statistics/figures/metric-accumulator.ts';

// Graphs: what layers are made of, and what a file holds.
export { backward } from './autodiff/backward.ts';
export { lowerForGradients } from './autodiff/lower.ts';
export { GraphBuilder } from './graph/builder.ts';
export type { AttributesOf, OperatorAttributes, OpType, WindowAttributes } from './graph/operators.ts';
export { printGraph } from './graph/print.ts';
export {
  float,
  type AttributeValue,
  type Constant,
  type Dimension,
  type ElementType,
  type Float,
  type Graph,
  type Node,
  type Shape,
  type TensorData,
  type Value,
} from './graph/types.ts';
export { verifyGraph } from './graph/verify.ts';
export { buildInferenceGraph } from './nn/network.ts';
export {
  buildTrainedGraph,
  type NetworkTensors,
  type OutputActivation,
  type TrainedGraph,
} from './nn/trained-graph.ts';
export { decodeModel, type DecodedModel } from './onnx/decode.ts';
export { encodeModel, type EncodeOptions } from './onnx/encode.ts';
