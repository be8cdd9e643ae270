/**
 * The names that carry Keras code over; docs/keras.md has the table.
 *
 * @packageDocumentation
 * @module pneumoscope/keras
 */
export { adam, adamw, rmsprop, sgd } from '../../engine/nn/optimizer-defaults.ts';
export type { OptimizerSettings } from '../../engine/nn/optimizer-settings.ts';
export {
  earlyStopping,
  type Callback,
  type EarlyStopping,
  type EpochCallback,
  type History,
  type KerasLoss,
  type KerasMetric,
  type KerasOptimizer,
  type Logs,
} from './compile.ts';
export type { LayerSummary, ModelSummary } from './describe.ts';
export {
  imageDataGenerator,
  type DirectoryIterator,
  type FlowOptions,
  type ImageDataGenerator,
  type ImageDataGeneratorOptions,
} from './image-data-generator.ts';
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
  type Conv2dOptions,
  type DenseOptions,
  type InputShape,
  type KerasLayer,
  type LayerOptions,
  type Pooling2dOptions,
} from './layers.ts';
export {
  sequential,
  type CompileOptions,
  type FitOptions,
  type Sequential,
  type SequentialOptions,
} from './sequential.ts';
