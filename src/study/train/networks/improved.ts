/** The article's improved network: five blocks of convolution and max-pooling, then a wide dense layer; 68.7 M parameters at 256x256. */
import { conv2d, dense, flatten, maxPooling2d, sequence } from '../../../engine/nn/layers.ts';
import type { Layer } from '../../../engine/nn/network.ts';

export function improved(units: number): Layer {
  const blocks = [32, 64, 128, 256, 512].flatMap((filters) => [
    conv2d(filters, 3, { padding: 'same', activation: 'relu' }),
    maxPooling2d(2),
  ]);
  return sequence([...blocks, flatten(), dense(2048, { activation: 'relu' }), dense(units)]);
}
