/** A model whose answer is known: its logit is a weighted sum of the pixels, passed through a convolution that changes nothing. */
import type { TrainedModel } from '../src/model/file/model-file.ts';
import { createPreprocessingSpec } from '../src/imaging/prepare/preprocessing-spec.ts';
import { conv2d, dense, flatten, sequence } from '../src/engine/nn/layers.ts';
import { smallModel } from './small-model.ts';

/** @param weights row-major, of each pixel as 0..1 */
export function linearModel(weights: Float32Array, width: number, bias = 0): TrainedModel {
  const height = weights.length / width;
  return {
    ...smallModel(),
    network: {
      name: 'linear',
      inputShape: [1, height, width],
      layers: sequence([conv2d(1, 1, { activation: 'relu' }), flatten(), dense(1)]),
    },
    tensors: {
      'conv2d/kernel': { data: Float32Array.of(1) },
      'conv2d/bias': { data: Float32Array.of(0) },
      'dense/kernel': { data: weights },
      'dense/bias': { data: Float32Array.of(bias) },
    },
    preprocessing: createPreprocessingSpec(width, height),
  };
}
