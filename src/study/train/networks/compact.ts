/**
 * A small residual network (He et al., 2016) of our own: a stem that reduces by four at once, then four stages of 3x3 convolutions
 * with batch normalisation, and the mean over the image; 1.2 M parameters, 0.36 GFLOP at 224x224.
 *
 * The stem looks at 7x7 pixels and steps over four: what lies between two pixels of the network's input (sharpness, noise, traces of a
 * compression) tells the classes of the Kermany data apart without any lung, and is the first thing that another hospital changes.
 */
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  globalAveragePooling2d,
  residual,
  sequence,
} from '../../../engine/nn/layers.ts';
import { heNormal } from '../../../engine/nn/initializers.ts';
import type { Layer } from '../../../engine/nn/network.ts';

/** Filters of the stem and of each stage. */
const stemFilters = 32;
const stageFilters = [32, 64, 128, 256];

export function compact(units: number): Layer {
  const inputs = [stemFilters, ...stageFilters];
  const stages = stageFilters.map((filters, stage) =>
    residualBlock(filters, stage === 0 ? 1 : 2, inputs[stage] !== filters),
  );
  return sequence([
    convolution(stemFilters, 7, 4),
    activation('relu'),
    ...stages,
    globalAveragePooling2d(),
    dropout(0.2),
    dense(units),
  ]);
}

function residualBlock(filters: number, strides: number, changesShape: boolean): Layer {
  const body = sequence([convolution(filters, 3, strides), activation('relu'), convolution(filters, 3, 1)]);
  const shortcut = changesShape ? convolution(filters, 1, strides) : undefined;
  return sequence([residual(body, shortcut), activation('relu')]);
}

function convolution(filters: number, size: number, strides: number): Layer {
  return sequence([
    conv2d(filters, size, { padding: 'same', strides, useBias: false, kernelInitializer: heNormal }),
    // Trainings of some thousand steps: the running averages must keep up.
    batchNormalization({ momentum: 0.95 }),
  ]);
}
