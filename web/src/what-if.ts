/**
 * What another threshold and another share of ill people would do, from counts of validation images by probability.
 *
 * Intervals follow patients, not images: images of one patient are much alike. Those of sensitivity and specificity are Wilson's (Journal of
 * the American Statistical Association 22, 1927); those of the predictive values the logit intervals of Mercaldo, Lau and Zhou
 * (Statistics in Medicine 26, 2007), adjusted as they say where no mistake was counted.
 */
import type { ModelCalibration } from '../../src/app/client/service-client.ts';

export type Counts = NonNullable<ModelCalibration['counts']>;

export interface Estimate {
  /** 0..1; null where it is undefined */
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
}

export interface WhatIf {
  readonly sensitivity: Estimate;
  readonly specificity: Estimate;
  readonly ppv: Estimate;
  readonly npv: Estimate;
}

/** Of the normal distribution, for 95 %. */
const z = 1.959964;

/**
 * @param step an image is positive if its probability lies above step / steps; 1 to steps - 1
 * @param prevalence the share of ill among those examined; above 0, below 1
 */
export function estimate(counts: Counts, step: number, prevalence: number): WhatIf {
  const positive = share(counts.positives, step);
  const negative = 1 - share(counts.negatives, step);
  const [ill, healthy] = [
    { value: positive, patients: counts.positivePatients },
    { value: negative, patients: counts.negativePatients },
  ];
  return {
    sensitivity: wilson(ill),
    specificity: wilson(healthy),
    ppv: predictive(ill, healthy, prevalence),
    npv: predictive(healthy, ill, 1 - prevalence),
  };
}

interface Share {
  readonly value: number;
  readonly patients: number;
}

function share(steps: readonly number[], from: number): number {
  const sum = (some: readonly number[]): number => some.reduce((total, count) => total + count, 0);
  return sum(steps.slice(from)) / sum(steps);
}

function wilson({ value, patients }: Share): Estimate {
  const scale = 1 + z ** 2 / patients;
  const middle = (value + z ** 2 / (2 * patients)) / scale;
  const reach = (z / scale) * Math.sqrt((value * (1 - value)) / patients + z ** 2 / (4 * patients ** 2));
  return { value, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

/** @param own the class that the answer names, of which `others` get the same answer by mistake @param rate of the own class */
function predictive(own: Share, others: Share, rate: number): Estimate {
  const right = own.value * rate;
  const wrong = (1 - others.value) * (1 - rate);
  const isCertain = [own, others].some((each) => each.value === 0 || each.value === 1);
  const [found, spared] = isCertain ? [adjust(own), adjust(others)] : [own, others];
  const middle = Math.log((found.value * rate) / ((1 - spared.value) * (1 - rate)));
  const reach =
    z *
    Math.sqrt(
      (1 - found.value) / (found.value * found.patients) + spared.value / ((1 - spared.value) * spared.patients),
    );
  const value = right + wrong === 0 ? null : right / (right + wrong);
  const [low, high] = [toShare(middle - reach), toShare(middle + reach)];
  return { value, low: Math.min(low, value ?? low), high: Math.max(high, value ?? high) };
}

/** Half of z squared more of each kind: no share is 0 or 1 then. */
function adjust({ value, patients }: Share): Share {
  const more = patients + z ** 2;
  return { value: (value * patients + z ** 2 / 2) / more, patients: more };
}

function toShare(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

export interface People {
  readonly total: number;
  readonly ill: number;
  readonly found: number;
  readonly healthy: number;
  readonly alarms: number;
}

/** The same as numbers of people, which are easier to picture: of a thousand, or of ten thousand where few are ill. */
export function countPeople({ sensitivity, specificity }: WhatIf, prevalence: number): People {
  const total = prevalence < 0.05 ? 10_000 : 1000;
  const ill = Math.round(total * prevalence);
  return {
    total,
    ill,
    found: Math.round(ill * (sensitivity.value ?? 0)),
    healthy: total - ill,
    alarms: Math.round((total - ill) * (1 - (specificity.value ?? 0))),
  };
}

/** What the slider of the prevalence offers: finer where illness is rare. */
export const prevalences: readonly number[] = [
  0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3,
  0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
];
