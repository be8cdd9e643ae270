import { describe, expect, it } from 'vitest';
import recorded from '../../../test/fixtures/training/training.json' with { type: 'json' };
import { scheduledRate, type Schedule } from './schedule.ts';

const length = { epochs: 4, stepsPerEpoch: 5 };
const rates = (schedule: Schedule | undefined, count = 20): number[] =>
  Array.from({ length: count }, (_, index) => scheduledRate(0.1, schedule, index + 1, length));

describe('scheduledRate', () => {
  it('stays where there is no schedule', () => {
    expect(new Set(rates(undefined))).toEqual(new Set([0.1]));
  });

  it('is PyTorch’s OneCycleLR', () => {
    const actual = rates({ name: 'one-cycle', warmup: 0.25, start: 1 / 25, final: 0.01 });
    expect(actual).toHaveLength(20);
    // PyTorch's ends at its own share of the start, 1 / (25 x 4).
    recorded.schedules.oneCycle.forEach((rate, step) => expect(actual[step]).toBeCloseTo(rate, 8));
    expect(actual[19]).toBeCloseTo(0.001, 12);
  });

  it('is PyTorch’s CosineAnnealingLR', () => {
    const actual = rates({ name: 'cosine', warmup: 0, final: 0.01 });
    expect(recorded.schedules.cosine).toHaveLength(20);
    recorded.schedules.cosine.forEach((rate, step) => expect(actual[step]).toBeCloseTo(rate, 8));
  });

  it('warms up in a straight line that ends just below the rate', () => {
    const actual = rates({ name: 'cosine', warmup: 1, final: 0 });
    expect(actual.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6].map((step) => expect.closeTo((0.1 * step) / 6, 12)));
    expect(actual[19]).toBeCloseTo(0, 12);
  });

  it.each<Schedule>([
    { name: 'cosine', warmup: 100, final: 0.5 },
    { name: 'one-cycle', warmup: 1, start: 0, final: 0 },
    { name: 'one-cycle', warmup: 0, start: 0, final: 1 },
  ])('is a number between 0 and the rate for $name with warmup $warmup, also beyond the end', (schedule) => {
    for (const rate of rates(schedule, 40)) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(0.1);
    }
  });
});
