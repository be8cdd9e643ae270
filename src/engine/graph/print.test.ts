import { describe, expect, it } from 'vitest';
import { buildOptimizerGraph, createOptimizer } from '../nn/optimizers.ts';
import { GraphBuilder } from './builder.ts';
import { printGraph } from './print.ts';
import { float } from './types.ts';

describe('printGraph', () => {
  it('gives one line per input, constant and node, with shapes and attributes', () => {
    const g = new GraphBuilder('small');
    const x = g.input('x', 'float32', ['N', 2, 4, 4]);
    const w = g.constant('float32', [3, 2, 3, 3], new Float32Array(54), 'w');
    const y = g.node('Conv', [x, w], { kernel_shape: [3, 3], group: 1 });
    const z = g.node('HardSigmoid', [y], { alpha: float(0.25) });
    const clipped = g.node('Clip', [z, undefined, g.scalar(1)]);
    g.output(g.node('Pad', [clipped, g.integers([0, 0, 0, 1, 0, 0, 0, 0])], { mode: 'constant' }), 'padded');
    expect(printGraph(g.build()).split('\n')).toEqual([
      'graph small',
      '  input x float32 [N, 2, 4, 4]',
      '  constant w float32 [3, 2, 3, 3] = 54 elements',
      '  constant constant_0 float32 [] = [1]',
      '  constant constant_1 int64 [8] = [0, 0, 0, 1, 0, 0, 0, 0]',
      '  Conv_0:0 float32 [N, 3, 2, 2] = Conv(x, w) kernel_shape=[3, 3] group=1',
      '  HardSigmoid_0:0 float32 [N, 3, 2, 2] = HardSigmoid(Conv_0:0) alpha=0.25f',
      '  Clip_0:0 float32 [N, 3, 2, 2] = Clip(HardSigmoid_0:0, none, constant_0)',
      '  Pad_0:0 float32 [N, 3, 2, 3] = Pad(Clip_0:0, constant_1) mode="constant"',
      '  padded float32 [N, 3, 2, 3] = Identity(Pad_0:0)',
      '  output padded float32 [N, 3, 2, 3]',
    ]);
  });

  it('indents a body below its node', () => {
    const text = printGraph(buildOptimizerGraph(createOptimizer({ name: 'sgd', learningRate: 1, momentum: 0 }), 2));
    expect(text).toContain(
      [
        '  Scan_0:0 float32 [2, 65536] = Scan(gradient, weights) body=graph optimizer_chunk num_scan_inputs=2',
        '    graph optimizer_chunk',
        '      input gradient_chunk float32 [65536]',
      ].join('\n'),
    );
  });
});
