/** A network of our own for small images and quick trials: four blocks with batch normalisation, then the mean over the image; 0.1 M parameters. */
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  globalAveragePooling2d,
  maxPooling2d,
  sequence,
} from '../../../engine/nn/layers.ts';
import type { Layer } from '../../../engine/nn/network.ts';

export function small(units: number): Layer {
  const blocks = [16, 32, 64, 128].flatMap((filters) => [
    conv2d(filters, 3, { padding: 'same', useBias: false }),
    // Trainings of a few hundred steps: the running averages must keep up.
    batchNormalization({ momentum: 0.9 }),
    activation('relu'),
    maxPooling2d(2),
  ]);
  return sequence([...blocks, globalAveragePooling2d(), dropout(0.2), dense(units)]);
}
