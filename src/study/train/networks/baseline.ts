/** The article's baseline network: one convolution, one max-pooling, two dense layers; 67.1 M parameters at 256x256. */
import { conv2d, dense, flatten, maxPooling2d, sequence } from '../../../engine/nn/layers.ts';
import type { Layer } from '../../../engine/nn/network.ts';

export function baseline(units: number): Layer {
  return sequence([
    conv2d(32, 3, { padding: 'same', activation: 'relu' }),
    maxPooling2d(2),
    flatten(),
    dense(128, { activation: 'relu' }),
    dense(units),
  ]);
}
