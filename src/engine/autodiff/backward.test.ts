/** The driver: accumulation, broadcasting, paths, and what it says when it cannot. Rules are in gradient-rules.test.ts. */
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../test/operator-check.ts';
import { runGraph } from '../../../test/run-graph.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { pruneGraph } from '../graph/prune.ts';
import type { Value } from '../graph/types.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Tensors } from '../runtime/tensor.ts';
import { backward } from './backward.ts';

/** The gradients of a scalar, by name. */
async function gradients(
  make: (g: GraphBuilder) => { readonly result: Value; readonly targets: readonly Value[] },
  feeds: Tensors,
  batchSize = 1,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const g = new GraphBuilder('test');
  const { result, targets } = make(g);
  const found = backward(g, result, targets);
  for (const [name, value] of found) g.output(value, `${name}_grad`);
  const graph = pruneGraph(g.build());
  verifyGraph(graph);
  const outputs = await runGraph(graph, feeds, batchSize);
  return Object.fromEntries([...found.keys()].map((name) => [name, [...(outputs[`${name}_grad`] ?? [])]]));
}

describe('backward', () => {
  it('sums over all uses of a value', async () => {
    const result = await gradients(
      (g) => {
        const x = g.input('x', 'float32', [2]);
        // x² + 3 x + x: 2 x + 4
        const terms = g.add(g.add(g.mul(x, x), g.mul(x, g.scalar(3))), x);
        return { result: g.reduceSum(terms, [0], false), targets: [x] };
      },
      { x: tensor([2], [5, -1]) },
    );
    expect(result).toEqual({ x: [14, 2] });
  });

  it('follows a diamond once per path', async () => {
    const result = await gradients(
      (g) => {
        const x = g.input('x', 'float32', []);
        const square = g.mul(x, x);
        // x² exp(0 x²) = x²: d = 2 x (1 + 0)
        return { result: g.mul(square, g.node('Exp', [g.mul(square, g.scalar(0))])), targets: [x] };
      },
      { x: tensor([], [3]) },
    );
    expect(result).toEqual({ x: [6] });
  });

  it('gives the gradient of a value in the middle, and of what stands before it', async () => {
    const result = await gradients(
      (g) => {
        const x = g.input('x', 'float32', []);
        const middle = g.mul(x, g.scalar(2));
        return { result: g.mul(middle, middle), targets: [x, middle] };
      },
      { x: tensor([], [3]) },
    );
    expect(result).toEqual({ x: [24], 'Mul_0:0': [12] });
  });

  it('gives 1 for the result itself', async () => {
    const result = await gradients(
      (g) => {
        const x = g.input('x', 'float32', [1]);
        const y = g.mul(x, x);
        return { result: y, targets: [y] };
      },
      { x: tensor([1], [3]) },
    );
    expect(result).toEqual({ 'Mul_0:0': [1] });
  });

  it('sums over a symbolic batch', async () => {
    const result = await gradients(
      (g) => {
        const x = g.input('x', 'float32', ['N', 2]);
        const b = g.input('b', 'float32', [2]);
        return { result: g.reduceMean(g.mul(x, b), [0, 1], false), targets: [x, b] };
      },
      { x: tensor([3, 2], [1, 2, 3, 4, 5, 6]), b: tensor([2], [10, 20]) },
      3,
    );
    expect(result['b']).toEqual([9 / 6, 12 / 6]);
    for (const [index, value] of (result['x'] ?? []).entries())
      expect(value).toBeCloseTo((index % 2 === 0 ? 10 : 20) / 6, 5);
  });

  it('leaves out a target that the result does not depend on, and one behind a comparison', () => {
    const g = new GraphBuilder('test');
    const [x, other, gate] = [
      g.input('x', 'float32', [2]),
      g.input('other', 'float32', [2]),
      g.input('gate', 'float32', [2]),
    ];
    const masked = g.where(g.node('Greater', [gate, g.scalar(0)]), x, g.scalar(0));
    const found = backward(g, g.reduceSum(masked, [0], false), [x, other, gate]);
    expect([...found.keys()]).toEqual(['x']);
  });

  it('walks past an operator without a rule that no target stands behind', () => {
    const g = new GraphBuilder('test');
    const images = g.input('images', 'float32', [1, 1, 2, 2]);
    const w = g.input('w', 'float32', [1]);
    const pooled = g.node('MaxPool', [images], { kernel_shape: [2, 2] });
    const loss = g.reduceSum(g.mul(pooled, w), [0, 1, 2, 3], false);
    expect([...backward(g, loss, [w]).keys()]).toEqual(['w']);
  });

  it("multiplies by a cotangent, whatever the result's shape", async () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'float32', ['N', 2]);
    const dy = g.input('dy', 'float32', ['N', 2]);
    g.output(backward(g, g.mul(x, x), [x], dy).get('x') as Value, 'gradient');
    const feeds = { x: tensor([2, 2], [1, 2, 3, 4]), dy: tensor([2, 2], [1, 0, -1, 10]) };
    const { gradient } = await runGraph(g.build(), feeds, 2);
    expect([...(gradient ?? [])]).toEqual([2, 0, -6, 80]);
  });

  it('refuses a result that is no scalar, and a cotangent of another shape', () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'float32', ['N', 2]);
    expect(() => backward(g, g.mul(x, x), [x])).toThrow(
      'Only a scalar has a gradient, and Mul_0:0 (float32 [N, 2]) is none',
    );
    expect(() => backward(g, g.mul(x, x), [x], g.input('dy', 'float32', [3]))).toThrow(
      'The cotangent dy (float32 [3]) does not have the shape of Mul_1:0 (float32 [N, 2])',
    );
  });
});
