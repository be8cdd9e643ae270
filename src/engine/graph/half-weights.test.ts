import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/small-model.ts';
import { buildModelGraph } from '../../model/file/model-file.ts';
import { fromFloat16, toFloat16 } from './float16.ts';
import { narrowWeights, widenWeights } from './half-weights.ts';
import type { Graph } from './types.ts';
import { verifyGraph } from './verify.ts';

const plain = buildModelGraph(smallModel()).graph;
const constantOf = (graph: Graph, name: string) => graph.constants.find(({ value }) => value.name === name);

describe('weights as float16', () => {
  it('are filters and matrices behind a Cast; vectors stay', () => {
    const narrow = narrowWeights(plain);
    verifyGraph(narrow);
    const types = Object.fromEntries(narrow.constants.map(({ value }) => [value.name, value.type]));
    expect(types).toMatchObject({
      'conv2d/kernel': 'float16',
      'dense/kernel': 'float16',
      'conv2d/bias': 'float32',
      'batch_normalization/moving_variance': 'float32',
    });
    expect(narrow.nodes.filter(({ op }) => op === 'Cast')).toHaveLength(2);
    expect(narrow.nodes.length).toBe(plain.nodes.length + 2);
  });

  it('come back under their names, rounded, with the nodes there were', () => {
    const wide = widenWeights(narrowWeights(plain));
    verifyGraph(wide);
    expect(wide.nodes).toEqual(plain.nodes);
    const original = constantOf(plain, 'conv2d/kernel')?.data as Float32Array;
    expect(constantOf(wide, 'conv2d/kernel')?.data).toEqual(fromFloat16(toFloat16(original)));
    expect(constantOf(wide, 'conv2d/kernel')?.data).not.toEqual(original);
    expect(widenWeights(plain)).toEqual(plain);
  });

  it('are refused where float16 ends', () => {
    const withWeight = (weight: number): Graph => ({
      ...plain,
      constants: plain.constants.map((constant) =>
        constant.value.name === 'dense/kernel'
          ? { ...constant, data: (constant.data as Float32Array).map((value, index) => (index === 7 ? weight : value)) }
          : constant,
      ),
    });
    expect(() => narrowWeights(withWeight(65_519))).not.toThrow();
    for (const weight of [65_520, -1e6, NaN, Infinity]) {
      expect(() => narrowWeights(withWeight(weight))).toThrow(
        expect.objectContaining({
          code: 'E_NOT_FINITE',
          message: expect.stringMatching(/^The weight dense\/kernel holds .* float16 ends at 65504/) as string,
        }),
      );
    }
  });
});
