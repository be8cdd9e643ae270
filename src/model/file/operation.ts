/**
 * How a model is to be operated: the entry `pneumoscope.operation` of a model file, written by `calibrate`. Temperature, shift and threshold
 * belong together, so all come from one fit; a file without the entry has temperature 1, no shift, its own threshold and no band.
 */
import { z } from 'zod';
import { confusionSchema } from './measured.ts';
import type { UncertainBand } from '../../statistics/calibration/abstention.ts';
import { probabilitySteps, type ProbabilityCounts } from '../../statistics/calibration/probability-counts.ts';
import type { OperatingPoint } from '../../statistics/calibration/operating-point.ts';

export interface Operation {
  /** Logits are divided by it before the sigmoid or softmax; above 0, 1 where none was fitted. */
  readonly temperature: number;
  /** Added to the positive class's log-odds behind the temperature; of two classes alone, absent where none was fitted. */
  readonly shift?: number | undefined;
  /** Of two classes, for the probabilities at that temperature; null for more. */
  readonly point: OperatingPoint | null;
  /** About the point's threshold; null: no image is uncertain. */
  readonly uncertain: UncertainBand | null;
  readonly fittedOn: FittedOn;
  /** The images of the fit by probability, for the figures at any other threshold; of two classes, absent in files of before. */
  readonly counts?: ProbabilityCounts | undefined;
  /** Program and version that fitted it. */
  readonly createdBy: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** The images of a fit. */
export interface FittedOn {
  readonly images: number;
  readonly patients: number;
  /** The first eight bytes of the SHA-256 of each image's file, sorted, one after the other, in base64. */
  readonly digests: string;
}

/** Enough to tell a billion files apart: two of them agree by chance once in some tens. */
export const digestBytes = 8;

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const interval = z.strictObject({ low: share, high: share }).nullable();
const reached = z.strictObject({ value: share, interval });

export const operatingRuleSchema = z.union([
  z.literal('youden'),
  z.strictObject({ sensitivity: share }),
  z.strictObject({ costRatio: z.number().positive(), prevalence: share.optional() }),
]);

const pointSchema: z.ZodType<OperatingPoint> = z.strictObject({
  rule: operatingRuleSchema,
  threshold: share,
  thresholdInterval: interval,
  confusion: confusionSchema,
  sensitivity: reached,
  specificity: reached,
});

export const fittedOnSchema: z.ZodType<FittedOn> = z
  .strictObject({ images: z.int().min(1), patients: z.int().min(1), digests: z.base64({ abort: true }) })
  .refine(({ images, digests }) => Buffer.from(digests, 'base64').length === images * digestBytes, {
    error: 'there is not one digest per image',
  });

const steps = z.array(count).length(probabilitySteps);

const countsSchema: z.ZodType<ProbabilityCounts> = z.strictObject({
  positives: steps,
  negatives: steps,
  patients: z.strictObject({ positive: count, negative: count }),
});

export const operationSchema: z.ZodType<Operation> = z
  .strictObject({
    temperature: z.number().positive(),
    shift: z.number().optional(),
    point: pointSchema.nullable(),
    uncertain: z.strictObject({ low: share, high: share }).nullable(),
    fittedOn: fittedOnSchema,
    counts: countsSchema.optional(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .refine(
    ({ point, uncertain }) =>
      uncertain === null || (point !== null && uncertain.low <= point.threshold && uncertain.high >= point.threshold),
    { error: 'the uncertain band does not hold the threshold' },
  );

/** What contradicts the classes, or undefined. */
export function findContradiction(
  { point, shift }: Operation,
  { threshold }: { readonly threshold: number | null },
): string | undefined {
  if (shift !== undefined && point === null) return 'a shift belongs to two classes, and only to them';
  if ((point === null) !== (threshold === null)) return 'an operating point belongs to two classes, and only to them';
  if (point !== null && point.threshold !== threshold) return "its threshold is not the classes' threshold";
  return undefined;
}

/** @param sha256 hexadecimal, of each image's file */
export function packDigests(sha256: readonly string[]): string {
  const short = sha256.map((digest) => digest.slice(0, 2 * digestBytes)).toSorted();
  return Buffer.from(short.join(''), 'hex').toString('base64');
}
