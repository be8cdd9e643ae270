import { describe, expect, it } from 'vitest';
import { requireClose, tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/types.ts';
import { verifyGraph } from '../graph/verify.ts';
import { RandomGenerator } from '../../base/random.ts';
import { avoidWebgpuDefects } from './avoid-webgpu-defects.ts';

function convolution(channels: number, filters: number, group = 1): Graph {
  const g = new GraphBuilder('convolution');
  const x = g.input('x', 'float32', ['N', channels, 4, 5]);
  const w = g.input('w', 'float32', [filters, channels / group, 3, 3]);
  const b = g.input('b', 'float32', [filters]);
  g.output(g.node('Conv', [x, w, b], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group }), 'y');
  return g.build();
}

const changed = (graph: Graph): boolean => avoidWebgpuDefects(graph).nodes.length !== graph.nodes.length;

describe('avoidWebgpuDefects', () => {
  it('widens the convolutions that the provider sums wrongly, and no others', () => {
    const wrong = [6, 9, 18, 30].filter((channels) => changed(convolution(channels, 8)));
    expect(wrong).toEqual([6, 9, 18, 30]);
    const right = [1, 2, 3, 4, 5, 7, 8, 10, 12, 24, 64].filter((channels) => changed(convolution(channels, 8)));
    expect(right).toEqual([]);
    expect([changed(convolution(6, 6)), changed(convolution(6, 12, 6))]).toEqual([false, false]);
  });

  it('gives a valid graph with the same results', async () => {
    const graph = convolution(6, 4);
    const rewritten = avoidWebgpuDefects(graph);
    verifyGraph(rewritten);
    const random = new RandomGenerator(2);
    const noise = (...shape: readonly number[]): ReturnType<typeof tensor> => {
      const result = tensor(shape);
      return tensor(
        shape,
        result.data.map(() => random.normal()),
      );
    };
    const feeds = { x: noise(2, 6, 4, 5), w: noise(4, 6, 3, 3), b: noise(4) };
    const [plain, wide] = [await resultOf(graph), await resultOf(rewritten)];
    expect(requireClose('y', wide, plain, 1e-6)).toBe(160);

    async function resultOf(which: Graph): Promise<Float32Array> {
      const { y } = await runGraph(which, feeds, 2);
      return y ?? new Float32Array(0);
    }
  });
});
