import { describe, expect, it } from 'vitest';
import { PneumoscopeError } from '../../base/errors.ts';
import { GraphBuilder, describeValue } from './builder.ts';
import { pruneGraph } from './prune.ts';
import { verifyGraph } from './verify.ts';

describe('GraphBuilder', () => {
  it('names nodes and values after their operator, never twice', () => {
    const g = new GraphBuilder('names');
    const x = g.input('Relu_0', 'float32', [2]);
    const names = [g.node('Relu', [x]), g.node('Relu', [x]), g.neg(x)].map(({ name }) => name);
    expect(names).toEqual(['Relu_1:0', 'Relu_2:0', 'Neg_0:0']);
    expect(() => g.input('Neg_0:0', 'float32', [1])).toThrow('The name Neg_0:0 is used twice in graph names');
    expect(() => g.output(x, 'Relu_1:0')).toThrow(PneumoscopeError);
  });

  it('stores equal small constants once, and tells types, shapes and values apart', () => {
    const g = new GraphBuilder('constants');
    expect(g.scalar(1)).toBe(g.scalar(1));
    expect(g.integers([1, 2])).toBe(g.integers([1, 2]));
    const all = [
      g.scalar(1),
      g.scalar(2),
      g.constant('float32', [1], Float32Array.of(1)),
      g.constant('float64', [], Float64Array.of(1)),
      g.integers([1]),
      g.integers([]),
      g.constant('float32', [0], new Float32Array(0)),
    ];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('keeps -0, infinities and NaN apart from their neighbours', () => {
    const g = new GraphBuilder('signs');
    const values = [0, -0, Infinity, -Infinity, NaN];
    const held = values.map((value) => g.constantOf(g.scalar(value))?.data[0]);
    expect(held).toEqual(values);
  });

  it('refuses a named constant whose content differs from an earlier one', () => {
    const g = new GraphBuilder('named');
    const first = g.constant('float32', [1], Float32Array.of(1), 'filters');
    expect(g.constant('float32', [1], Float32Array.of(1), 'filters')).toBe(first);
    expect(() => g.constant('float32', [2], Float32Array.of(1, 2), 'filters')).toThrow('filters');
    expect(() => g.constant('float32', [1], Float32Array.of(2), 'filters')).toThrow('filters');
  });

  it('gives an output its own name through Identity, or the value itself', () => {
    const g = new GraphBuilder('outputs');
    const x = g.input('x', 'float32', ['N']);
    const y = g.node('Relu', [x]);
    expect(g.output(y)).toBe(y);
    expect(g.output(y, 'renamed')).toEqual({ name: 'renamed', type: 'float32', shape: ['N'] });
    expect(g.build().nodes.map(({ op }) => op)).toEqual(['Relu', 'Identity']);
    verifyGraph(g.build());
  });

  it('refuses a graph without an output and a wrong number of inputs', () => {
    const g = new GraphBuilder('empty');
    const x = g.input('x', 'float32', [1]);
    expect(() => g.build()).toThrow('Graph empty has no output');
    expect(() => g.node('Add', [x])).toThrow('Add takes 2 inputs, not 1');
    expect(() => g.node('Clip', [x, x, x, x])).toThrow('Clip takes 1 to 3 inputs, not 4');
  });

  it('goes on from a finished graph without touching it', () => {
    const g = new GraphBuilder('first');
    const x = g.input('x', 'float32', ['N', 2]);
    const y = g.output(g.mul(x, g.scalar(2)));
    const graph = g.build();
    const more = GraphBuilder.extend(graph);
    const z = more.add(y, more.scalar(2));
    more.output(z, 'z');
    const extended = more.build();
    verifyGraph(extended);
    expect([graph.nodes.length, extended.nodes.length, extended.constants.length]).toEqual([1, 3, 1]);
    expect(extended.outputs.map(({ name }) => name)).toEqual(['z']);
    expect(() => more.input('x', 'float32', [1])).toThrow('used twice');
  });

  it("describes a value for an error's sentence", () => {
    expect(describeValue({ name: 'x', type: 'int64', shape: ['N', 2] })).toBe('x (int64 [N, 2])');
  });
});

describe('pruneGraph', () => {
  it("drops what no output depends on, and keeps what a Scan's body takes from outside", () => {
    const g = new GraphBuilder('prune');
    const [x, unused] = [g.input('x', 'float32', [2, 3]), g.input('unused', 'float32', [1])];
    const rate = g.input('rate', 'float32', []);
    g.mul(unused, g.scalar(5));
    const body = new GraphBuilder('body');
    body.output(body.mul(body.input('row', 'float32', [3]), g.add(rate, g.scalar(2))));
    const [y] = g.nodeWithOutputs('Scan', [x], { body: body.build(), num_scan_inputs: 1 }, 1);
    g.output(y ?? x, 'y');
    const pruned = pruneGraph(g.build());
    verifyGraph(pruned);
    expect(pruned.inputs.map(({ name }) => name)).toEqual(['x', 'rate']);
    expect(pruned.nodes.map(({ op }) => op)).toEqual(['Add', 'Scan', 'Identity']);
    expect(pruned.constants).toHaveLength(1);
  });
});
