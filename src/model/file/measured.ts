/**
 * How a model did on labelled images that nothing was chosen on: the entry `pneumoscope.evaluation` of a model file, written by
 * `evaluate --write`. Its figures belong to the file's weights and threshold: `calibrate` and `compress` take the entry away.
 */
import { z } from 'zod';
import { budgets } from '../../base/budgets.ts';
import type { BinaryConfusion } from '../../statistics/figures/binary-metrics.ts';
import type { Interval } from '../../statistics/intervals/cluster-bootstrap.ts';

/** The figures that are kept, of `studyFigureNames`. */
export const measuredNames = [
  'sensitivity',
  'specificity',
  'ppv',
  'npv',
  'accuracy',
  'rocAuc',
  'brierScore',
  'expectedCalibrationError',
] as const;

export type MeasuredName = (typeof measuredNames)[number];

/** null where the images leave it undefined. */
export interface MeasuredFigure {
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface MeasuredGroup {
  /** Such as `germ`. */
  readonly column: string;
  /** Such as `virus`; null: the images of which the column says nothing. */
  readonly value: string | null;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  /** Whether a class has images of so few patients that little can be told. */
  readonly few: boolean;
  readonly sensitivity: MeasuredFigure;
  readonly specificity: MeasuredFigure;
  /** Whether the negatives are those of all groups, because the column says nothing of any. */
  readonly sharesNegatives: boolean;
}

/** What the uncertain band left to a person. */
export interface MeasuredBand {
  readonly images: number;
  /** Of these, how many answers would have been wrong. */
  readonly wrong: number;
}

export interface MeasuredModel {
  readonly images: number;
  readonly positives: number;
  readonly negatives: number;
  readonly patients: number;
  /** At which the figures were taken: the file's. */
  readonly threshold: number;
  /** Of the intervals, such as 0.95. */
  readonly level: number;
  /** Of all images, those in the uncertain band among them. */
  readonly confusion: BinaryConfusion;
  readonly figures: Readonly<Record<MeasuredName, MeasuredFigure>>;
  readonly groups: readonly MeasuredGroup[];
  /** null: the model has no band. */
  readonly uncertain: MeasuredBand | null;
  /** Program and version that measured. */
  readonly createdBy: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

const count = z.int().min(0);
const figure = z.strictObject({
  value: z.number().min(0).max(1).nullable(),
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
});
const name = z.string().max(budgets.modelStatementCharacters.limit);

export const confusionSchema: z.ZodType<BinaryConfusion> = z.strictObject({
  truePositives: count,
  falsePositives: count,
  trueNegatives: count,
  falseNegatives: count,
});

export const measuredSchema: z.ZodType<MeasuredModel> = z
  .strictObject({
    images: z.int().min(1),
    positives: count,
    negatives: count,
    patients: z.int().min(1),
    threshold: z.number().min(0).max(1),
    level: z.number().gt(0).lt(1),
    confusion: confusionSchema,
    figures: z.strictObject(
      Object.fromEntries(measuredNames.map((one) => [one, figure])) as Record<MeasuredName, typeof figure>,
    ),
    groups: z
      .array(
        z.strictObject({
          column: name,
          value: name.nullable(),
          positives: count,
          negatives: count,
          patients: count,
          few: z.boolean(),
          sensitivity: figure,
          specificity: figure,
          sharesNegatives: z.boolean(),
        }),
      )
      .max(budgets.modelMeasuredGroups.limit),
    uncertain: z.strictObject({ images: count, wrong: count }).nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .refine(
    ({ images, positives, negatives, confusion: { truePositives, falsePositives, trueNegatives, falseNegatives } }) =>
      positives + negatives === images &&
      truePositives + falseNegatives === positives &&
      trueNegatives + falsePositives === negatives,
    { error: 'its counts do not add up' },
  );
