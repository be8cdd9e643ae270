import { describe, expect, it } from 'vitest';
import { compareFigures, judge, type AuditFigure } from './audit-verdict.ts';

const figure = (auc: number, low: number, high = 1): AuditFigure => ({
  auc,
  interval: { low, high },
  verdict: judge(auc, { low, high }),
});

describe('judge', () => {
  it('goes by the lower end of the interval', () => {
    expect(figure(0.95, 0.81).verdict).toBe('strong');
    expect(figure(0.95, 0.8).verdict).toBe('leaks');
    expect(figure(0.7, 0.61).verdict).toBe('leaks');
    expect(figure(0.7, 0.6).verdict).toBe('unclear');
    expect(figure(0.58, 0.5).verdict).toBe('little');
    expect(figure(0.1, 0, 0.2).verdict).toBe('little');
  });

  it('knows what few images give away, and what is undefined', () => {
    expect(judge(0.55, { low: 0.5, high: 0.6 }, true)).toBe('some');
    expect(judge(0.9, { low: 0.85, high: 0.95 }, true)).toBe('strong');
    expect(judge(null, null)).toBe('undefined');
    expect(judge(0.9, null)).toBe('unclear');
  });
});

describe('compareFigures', () => {
  it.each([
    [figure(0.9, 0.85), figure(0.55, 0.45), 'removes'],
    [figure(0.9, 0.85), figure(0.7, 0.65), 'reduces'],
    [figure(0.9, 0.85), figure(0.89, 0.84), 'same'],
    [figure(0.9, 0.85), figure(0.93, 0.88), 'worse'],
    [figure(0.55, 0.45), figure(0.9, 0.85), 'creates'],
    [figure(0.55, 0.45), figure(0.5, 0.4), 'reduces'],
  ] as const)('says what became of %o', (before, after, effect) => {
    expect(compareFigures(before, after)).toBe(effect);
  });
});
