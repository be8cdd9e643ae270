import { describe, expect, it } from 'vitest';
import { checkOperator, loadOperatorCases, operatorFamilies } from '../../../test/operator-check.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { operators } from '../graph/operators.ts';
import { backward } from './backward.ts';
import { gradientRules } from './gradient-rules.ts';

for (const family of operatorFamilies) {
  describe(`operators: ${family}`, () => {
    for (const recorded of loadOperatorCases(family)) {
      it(`${recorded.op}: ${recorded.name}`, async () => {
        expect(await checkOperator(recorded)).toBeGreaterThan(0);
      });
    }
  });
}

describe('the table of gradient rules', () => {
  /** No gradient flows: the result is no number, or flat wherever it has a derivative. */
  const flat = ['And', 'ConstantOfShape', 'Equal', 'Greater', 'Less', 'Not', 'Or', 'Shape', 'Sign', 'Size'];
  /** Says aloud that it has no rule. */
  const refused = ['MaxPool', 'Scan'];
  const recorded = new Set(operatorFamilies.flatMap((family) => loadOperatorCases(family).map(({ op }): string => op)));

  it('has an entry for every operator, and none besides', () => {
    expect(Object.keys(gradientRules).toSorted()).toEqual(Object.keys(operators).toSorted());
  });

  it('has a recorded case for every operator through which a gradient flows', () => {
    const missing = Object.keys(operators).filter((op) => !flat.includes(op) && !recorded.has(op));
    expect(missing).toEqual(['Scan']);
  });

  it.each(flat)('%s passes no gradient', (op) => {
    const rule = gradientRules[op as keyof typeof gradientRules];
    const g = new GraphBuilder('flat');
    const x = g.input('x', 'float32', [2]);
    const node = { op, name: op, inputs: [x, x], outputs: [x], attributes: {} };
    expect(typeof rule === 'function' && rule(g, node as never, x)).toEqual([null, null]);
  });

  it.each(refused)('%s is refused with its name', (op) => {
    expect(typeof gradientRules[op as keyof typeof gradientRules]).toBe('symbol');
  });

  it('names the operator and the node that cannot be differentiated', () => {
    const g = new GraphBuilder('pooled');
    const x = g.input('x', 'float32', [1, 1, 2, 2]);
    const y = g.node('MaxPool', [x], { kernel_shape: [2, 2] });
    const loss = g.reduceSum(y, [0, 1, 2, 3], false);
    expect(() => backward(g, loss, [x])).toThrow('MaxPool (node MaxPool_0) has no gradient rule');
  });

  it('refuses what its rule does not cover instead of giving a wrong gradient', () => {
    const g = new GraphBuilder('refused');
    const x = g.input('x', 'float32', [2, 5]);
    const reflected = g.node('Pad', [x, g.integers([0, 1, 0, 1])], { mode: 'reflect' });
    expect(() => backward(g, g.reduceSum(reflected, [0, 1], false), [x])).toThrow('mode constant only');
    const thinned = g.slice(x, 1, 0, 5, 2);
    expect(() => backward(g, g.reduceSum(thinned, [0, 1], false), [x])).toThrow('steps 1 and -1, not 2');
  });
});
