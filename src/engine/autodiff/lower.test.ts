/** Lowering changes how a graph computes, never what: values and gradients against the same layers one by one. */
import { describe, expect, it } from 'vitest';
import { requireClose, tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { OpType } from '../graph/operators.ts';
import { pruneGraph } from '../graph/prune.ts';
import type { Graph, Value } from '../graph/types.ts';
import { verifyGraph } from '../graph/verify.ts';
import { maxPoolByWindows } from '../graph/windows.ts';
import { RandomGenerator } from '../../base/random.ts';
import { backward } from './backward.ts';
import { lowerForGradients } from './lower.ts';

interface Block {
  readonly name: string;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly kernel?: number;
  readonly pads?: readonly [number, number, number, number];
  readonly strides?: number;
  readonly group?: number;
  readonly bias?: boolean;
  readonly relu?: boolean;
  /** Adds the sum of what the pooling takes to the result, so that it is needed as it is. */
  readonly shared?: boolean;
  readonly pool?: {
    readonly size: number;
    readonly strides: number;
    readonly pads: readonly [number, number, number, number];
  };
}

const blocks: readonly Block[] = [
  { name: '1 channel, 3x3 same', size: [8, 8], channels: 1, filters: 3 },
  { name: '4 channels, 3x3 same', size: [6, 8], channels: 4, filters: 2 },
  { name: '5 channels, sizes in fours', size: [8, 4], channels: 5, filters: 3 },
  { name: '8 channels, sizes in fours', size: [8, 8], channels: 8, filters: 8 },
  { name: '6 channels, one tile', size: [4, 4], channels: 6, filters: 4 },
  { name: '6 channels, sizes in twos', size: [6, 6], channels: 6, filters: 4 },
  { name: '8 channels, no bias', size: [4, 8], channels: 8, filters: 2, bias: false },
  { name: '8 channels, no relu', size: [4, 8], channels: 8, filters: 2, relu: false },
  { name: '1 channel, no bias, no relu', size: [4, 4], channels: 1, filters: 2, bias: false, relu: false },
  { name: '5x5 kernel', size: [6, 6], channels: 2, filters: 3, kernel: 5, pads: [2, 2, 2, 2] },
  { name: '5x5 kernel, 6 channels', size: [8, 8], channels: 6, filters: 3, kernel: 5, pads: [2, 2, 2, 2] },
  { name: '1x1 kernel', size: [4, 4], channels: 3, filters: 2, kernel: 1, pads: [0, 0, 0, 0] },
  { name: 'valid padding', size: [6, 8], channels: 2, filters: 2, pads: [0, 0, 0, 0] },
  { name: 'asymmetric padding', size: [5, 6], channels: 2, filters: 2, pads: [0, 2, 1, 0] },
  { name: 'asymmetric padding, 8 channels', size: [8, 8], channels: 8, filters: 2, pads: [0, 0, 2, 2] },
  { name: 'odd output', size: [7, 5], channels: 2, filters: 2 },
  { name: 'odd output, 8 channels', size: [7, 8], channels: 8, filters: 2 },
  { name: 'stride 2', size: [8, 8], channels: 2, filters: 2, strides: 2 },
  { name: 'groups', size: [8, 8], channels: 8, filters: 4, group: 2 },
  { name: 'pooled value used twice', size: [4, 4], channels: 2, filters: 2, shared: true },
  { name: 'pooled value used twice, 8 channels', size: [4, 4], channels: 8, filters: 2, shared: true },
  { name: 'pooled value used twice, no relu', size: [4, 4], channels: 2, filters: 2, relu: false, shared: true },
  {
    name: '3x3 pooling, stride 2',
    size: [8, 8],
    channels: 2,
    filters: 2,
    pool: { size: 3, strides: 2, pads: [1, 1, 1, 1] },
  },
  {
    name: '2x2 pooling, stride 1',
    size: [4, 4],
    channels: 8,
    filters: 2,
    pool: { size: 2, strides: 1, pads: [0, 0, 0, 0] },
  },
];

const batch = 2;

/** Convolution, relu and pooling; the pooling as a node, to be lowered, or written out at once. */
function build(block: Block, pooling: 'node' | 'windows'): Graph {
  const { kernel = 3, strides = 1, group = 1, relu = true, pads = [1, 1, 1, 1] } = block;
  const g = new GraphBuilder('block');
  const x = g.input('x', 'float32', ['N', block.channels, ...block.size]);
  const w = g.input('w', 'float32', [block.filters, block.channels / group, kernel, kernel]);
  const b = block.bias === false ? [] : [g.input('b', 'float32', [block.filters])];
  const convolved = g.node('Conv', [x, w, ...b], {
    kernel_shape: [kernel, kernel],
    strides: [strides, strides],
    pads,
    group,
  });
  const pooled = relu ? g.node('Relu', [convolved]) : convolved;
  const pool = block.pool ?? { size: 2, strides: 2, pads: [0, 0, 0, 0] };
  const y =
    pooling === 'node'
      ? g.node('MaxPool', [pooled], {
          kernel_shape: [pool.size, pool.size],
          strides: [pool.strides, pool.strides],
          pads: pool.pads,
        })
      : maxPoolByWindows(g, pooled, {
          kernel: [pool.size, pool.size],
          strides: [pool.strides, pool.strides],
          pads: pool.pads,
          dilations: [1, 1],
        });
  g.output(block.shared ? g.add(y, g.reduceSum(pooled, [2, 3], true)) : y, 'y');
  return g.build();
}

function withGradients(graph: Graph): Graph {
  const g = GraphBuilder.extend(graph);
  const y = g.output(graph.outputs[0] as Value);
  const targets = g.inputs.filter(({ name }) => ['x', 'w', 'b'].includes(name));
  for (const [name, gradient] of backward(g, y, targets, g.input('dy', 'float32', y.shape)))
    g.output(gradient, `${name}_grad`);
  return pruneGraph(g.build());
}

function random(seed: number, shape: readonly (number | string)[]): ReturnType<typeof tensor> {
  const generator = new RandomGenerator(seed);
  const sizes = shape.map((size) => (typeof size === 'number' ? size : batch));
  const count = sizes.reduce((total, size) => total * size, 1);
  return tensor(
    sizes,
    Float32Array.from({ length: count }, () => generator.normal()),
  );
}

describe('lowerForGradients', () => {
  it.each(blocks)('$name: the same values and gradients', async (block) => {
    const plain = build(block, 'node');
    const lowered = withGradients(lowerForGradients(plain));
    const reference = withGradients(build(block, 'windows'));
    verifyGraph(lowered);
    verifyGraph(reference);
    const feeds = Object.fromEntries(lowered.inputs.map(({ name, shape }, index) => [name, random(index + 1, shape)]));
    const { y } = await runGraph(plain, feeds, batch);
    const expected = await runGraph(reference, feeds, batch);
    const got = await runGraph(lowered, feeds, batch);
    expect(requireClose('y', got['y'] ?? [], y ?? [], 1e-5)).toBeGreaterThan(0);
    for (const name of block.bias === false ? ['x_grad', 'w_grad'] : ['x_grad', 'w_grad', 'b_grad']) {
      requireClose(name, got[name] ?? [], expected[name] ?? [], 1e-5);
    }
  });

  it('leaves no MaxPool, keeps names, and merges where it says it does', () => {
    const counts = (block: Block, op: OpType): number => {
      const { nodes, inputs, outputs } = lowerForGradients(build(block, 'node'));
      expect([inputs.map(({ name }) => name).slice(0, 2), outputs.map(({ name }) => name)]).toEqual([
        ['x', 'w'],
        ['y'],
      ]);
      return nodes.filter((node) => node.op === op).length;
    };
    for (const block of blocks) expect(counts(block, 'MaxPool')).toBe(0);
    // One stride-2 convolution with four copies of the filters.
    expect(counts(blocks[0] as Block, 'Conv')).toBe(1);
    expect(counts(blocks[0] as Block, 'Concat')).toBe(1);
  });

  it('leaves a graph without pooling as it is', () => {
    const g = new GraphBuilder('plain');
    const x = g.input('x', 'float32', ['N', 3]);
    g.output(g.node('Relu', [g.mul(x, g.scalar(2))]), 'y');
    const ops = lowerForGradients(g.build()).nodes.map(({ op }) => op);
    expect(ops.filter((op) => op !== 'Identity')).toEqual(['Mul', 'Relu']);
  });

  it('passes no gradient through relu where every element of a window is at or below 0', async () => {
    const g = new GraphBuilder('dead');
    const x = g.input('x', 'float32', ['N', 1, 2, 4]);
    g.output(g.node('MaxPool', [g.node('Relu', [x])], { kernel_shape: [2, 2], strides: [2, 2] }), 'y');
    const graph = withGradients(lowerForGradients(g.build()));
    const feeds = { x: tensor([1, 1, 2, 4], [-1, 0, 3, 1, 0, -2, 2, 3]), dy: tensor([1, 1, 1, 2], [5, 7]) };
    const outputs = await runGraph(graph, feeds);
    expect([...(outputs['x_grad'] ?? [])]).toEqual([0, 0, 7, 0, 0, 0, 0, 0]);
  });
});
