/** What the service says of a model's card, as schemas: the part of the contract that comes from the model's file. */
import { z } from 'zod';
import { localisedTextSchema, type LocalisedText } from '../../model/file/statement.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const interval = z.strictObject({ low: z.number(), high: z.number() }).nullable();

const text = z
  .record(z.string(), z.string())
  .refine((texts): texts is LocalisedText => localisedTextSchema.safeParse(texts).success)
  .describe('by language: always en, and others such as zh-Hans');

export const rateSchema = z
  .strictObject({
    value: share.nullable().describe('null where the images leave it undefined'),
    interval: interval.describe('from draws of patients'),
  })
  .meta({ id: 'Rate' });

export const statementSchema = z
  .strictObject({
    ages: z
      .strictObject({ low: z.number(), high: z.number() })
      .nullable()
      .describe('years, both included; null: not known'),
    hospitals: z.array(text).describe('empty: not known'),
    source: text.describe('the data set'),
    labels: text.describe('who labelled the images, and from what'),
    limits: z.array(text).describe('known failures, the gravest first'),
  })
  .meta({ id: 'ModelStatement', description: 'What the publisher of the model states of it.' });

export const evaluationSchema = z
  .strictObject({
    images: count,
    positives: count,
    negatives: count,
    patients: count,
    threshold: share,
    level: share.describe('of the intervals, such as 0.95'),
    truePositives: count,
    trueNegatives: count,
    falsePositives: count,
    falseNegatives: count,
    sensitivity: rateSchema,
    specificity: rateSchema,
    ppv: rateSchema.describe('at the share of positives of these images, and no other'),
    npv: rateSchema.describe('at the share of positives of these images, and no other'),
    accuracy: rateSchema,
    rocAuc: rateSchema,
    expectedCalibrationError: rateSchema,
    groups: z.array(
      z.strictObject({
        column: z.string(),
        value: z.string().nullable().describe('null: the images of which the column says nothing'),
        positives: count,
        negatives: count,
        patients: count,
        few: z.boolean().describe('so few patients that little can be told'),
        sensitivity: rateSchema,
        specificity: rateSchema,
        sharesNegatives: z.boolean().describe('the negatives are those of all groups'),
      }),
    ),
    uncertain: z
      .strictObject({ images: count, wrong: count.describe('answers among them that are wrong') })
      .nullable()
      .describe('what the uncertain band left to a person; null: there is no band'),
  })
  .meta({ id: 'ModelEvaluation', description: 'How the model did on images that nothing was chosen on.' });

export const calibrationSchema = z
  .strictObject({
    images: count,
    patients: count,
    rule: z
      .strictObject({
        kind: z.enum(['youden', 'sensitivity', 'cost-ratio']),
        value: z
          .number()
          .nullable()
          .describe('the target sensitivity, or what a missed positive costs in false alarms'),
      })
      .nullable()
      .describe('by which the threshold was chosen; null for more than two classes'),
    thresholdInterval: interval.describe('what the rule would choose from other patients of the same kind'),
    sensitivity: rateSchema.nullable().describe('on these images, so a little too good'),
    specificity: rateSchema.nullable().describe('on these images, so a little too good'),
    counts: z
      .strictObject({
        positives: z.array(count).describe('positive images in each of 200 steps of probability, from 0 to 1'),
        negatives: z.array(count),
        positivePatients: count,
        negativePatients: count,
      })
      .nullable()
      .describe('for what another threshold would do; null in files of before'),
  })
  .meta({ id: 'ModelCalibration', description: 'The validation images on which the threshold was chosen.' });

export const cardSectionSchema = z.strictObject({
  topic: z
    .enum(['model', 'purpose', 'misuse', 'data', 'figures', 'operation', 'limits', 'ethics', 'advice'])
    .describe('what the section is about; stable'),
  title: z.string(),
  paragraphs: z.array(z.string()),
});
