import { describe, expect, it } from 'vitest';
import { colorsFor, renderJson } from './output.ts';

describe('renderJson', () => {
  it('never turns a number that is not finite into null', () => {
    expect(JSON.parse(renderJson({ auc: null, loss: 0.5 }))).toEqual({ auc: null, loss: 0.5 });
    expect(() => renderJson({ metrics: { loss: NaN } })).toThrow(/field 'loss' is NaN/);
  });
});

describe('colorsFor', () => {
  const withEnvironment = (values: Record<string, string>, work: () => void): void => {
    const before = { ...process.env };
    delete process.env['NO_COLOR'];
    Object.assign(process.env, { TERM: 'xterm' }, values);
    try {
      work();
    } finally {
      process.env = before;
    }
  };

  it('colours a terminal only, and respects NO_COLOR', () => {
    withEnvironment({}, () => {
      expect(colorsFor({ isTTY: true }).red('x')).toBe('\u001B[31mx\u001B[39m');
      expect(colorsFor({ isTTY: false }).red('x')).toBe('x');
    });
    withEnvironment({ NO_COLOR: '1' }, () => expect(colorsFor({ isTTY: true }).red('x')).toBe('x'));
    withEnvironment({ TERM: 'dumb' }, () => expect(colorsFor({ isTTY: true }).red('x')).toBe('x'));
  });
});
