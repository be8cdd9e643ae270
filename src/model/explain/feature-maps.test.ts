import { describe, expect, it } from 'vitest';
import type { Value } from '../../engine/graph/types.ts';
import { baseline } from '../../study/train/networks/baseline.ts';
import { improved } from '../../study/train/networks/improved.ts';
import { small } from '../../study/train/networks/small.ts';
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  residual,
  sequence,
} from '../../engine/nn/layers.ts';
import { buildInferenceGraph, type Layer } from '../../engine/nn/network.ts';
import { findFeatureMaps, type FeatureMaps } from './feature-maps.ts';

/** The operator that makes the feature maps, and their size. */
function find(layers: Layer): { readonly op: string | undefined; readonly shape: Value['shape'] } {
  const graph = buildInferenceGraph({ name: 'net', inputShape: [1, 32, 32], layers });
  const maps = findFeatureMaps(graph, 'model.onnx');
  expect(maps).toEqual([{ value: expect.anything() as unknown, mirrored: false }]);
  const [{ value }] = maps as readonly [FeatureMaps];
  return { op: graph.nodes.find(({ outputs }) => outputs.includes(value))?.op, shape: value.shape };
}

const convolution = (filters: number): Layer => conv2d(filters, 3, { padding: 'same', activation: 'relu' });

describe('the feature maps of Grad-CAM', () => {
  it('are what the last pooling reads in the networks of the recipes', () => {
    expect(find(improved(1))).toEqual({ op: 'Relu', shape: ['N', 512, 2, 2] });
    expect(find(baseline(1))).toEqual({ op: 'Relu', shape: ['N', 32, 32, 32] });
    expect(find(small(1))).toEqual({ op: 'Relu', shape: ['N', 128, 4, 4] });
  });

  it('come after a residual sum and its activation', () => {
    const block = residual(sequence([convolution(4), conv2d(4, 3, { padding: 'same' }), batchNormalization()]));
    const head = [globalAveragePooling2d(), dense(1)];
    expect(find(sequence([convolution(4), block, ...head]))).toEqual({ op: 'Add', shape: ['N', 4, 32, 32] });
    expect(find(sequence([convolution(4), block, activation('relu'), maxPooling2d(), flatten(), dense(1)])).op).toBe(
      'Relu',
    );
  });

  it('are not the single pixels of squeeze-and-excitation', () => {
    const gate: Layer = (context, x) => {
      const pooled = context.g.node('GlobalAveragePool', [x]);
      return context.g.mul(x, conv2d(4, 1, { activation: 'sigmoid' })(context, pooled));
    };
    const layers = sequence([convolution(4), gate, globalAveragePooling2d(), dense(1)]);
    expect(find(layers)).toEqual({ op: 'Mul', shape: ['N', 4, 32, 32] });
  });

  it('do not exist without a convolution', () => {
    expect(() => find(sequence([flatten(), dense(1)]))).toThrow(/model\.onnx has no convolution/);
  });
});
