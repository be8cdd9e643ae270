import { describe, expect, it } from 'vitest';
import { countPeople, estimate, type Counts } from './what-if.ts';

const steps = (filled: Readonly<Record<number, number>>): number[] =>
  Array.from({ length: 200 }, (_, step) => filled[step] ?? 0);
const counts: Counts = {
  positives: steps({ 10: 2, 120: 38, 199: 160 }),
  negatives: steps({ 0: 150, 90: 40, 150: 10 }),
  positivePatients: 100,
  negativePatients: 120,
};

describe('estimate', () => {
  it('counts what lies above the threshold, and restates predictive values with the rule of Bayes', () => {
    const { sensitivity, specificity, ppv, npv } = estimate(counts, 100, 0.1);
    expect([sensitivity.value, specificity.value]).toEqual([0.99, 0.95]);
    // Of 1,000: 99 of 100 ill found, 45 of 900 healthy alarmed.
    expect(ppv.value).toBeCloseTo(99 / (99 + 45), 12);
    expect(npv.value).toBeCloseTo(855 / (855 + 1), 12);
    expect(estimate(counts, 90, 0.1).specificity.value).toBeCloseTo(0.75, 12);
    expect(estimate(counts, 91, 0.1).specificity.value).toBeCloseTo(0.95, 12);
  });

  it('has intervals that follow patients: those of Wilson, and of Mercaldo, Lau and Zhou', () => {
    const { sensitivity, specificity, ppv } = estimate(counts, 100, 0.1);
    // 99 of 100 and 114 of 120, by R's binom::binom.wilson.
    expect([sensitivity.low, sensitivity.high].map((value) => value.toFixed(4))).toEqual(['0.9455', '0.9982']);
    expect([specificity.low, specificity.high].map((value) => value.toFixed(4))).toEqual(['0.8952', '0.9769']);
    expect(ppv.low).toBeLessThan(ppv.value as number);
    expect(ppv.high).toBeGreaterThan(ppv.value as number);
    const fewer = estimate({ ...counts, positivePatients: 10, negativePatients: 12 }, 100, 0.1);
    expect(fewer.ppv.high - fewer.ppv.low).toBeGreaterThan(ppv.high - ppv.low);
  });

  it('is not sure where no mistake was counted, and says nothing of answers that nobody would get', () => {
    const { specificity, ppv } = estimate(counts, 160, 0.5);
    expect([specificity.value, ppv.value]).toEqual([1, 1]);
    expect([specificity.low < 1, ppv.low < 1]).toEqual([true, true]);
    const nobody = estimate({ ...counts, positives: steps({ 0: 5 }) }, 160, 0.5);
    expect(nobody.ppv.value).toBeNull();
  });

  it('pictures a thousand people, or ten thousand where few are ill', () => {
    const [some, few] = [0.1, 0.01].map((prevalence) => countPeople(estimate(counts, 100, prevalence), prevalence));
    expect(some).toEqual({ total: 1000, ill: 100, found: 99, healthy: 900, alarms: 45 });
    expect(few).toEqual({ total: 10_000, ill: 100, found: 99, healthy: 9900, alarms: 495 });
  });
});
